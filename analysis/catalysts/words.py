"""Words of company names: what a headline leaves out, and what is an ordinary word when it stands alone."""

from __future__ import annotations

_LEGAL = """
    & ab ag and asa bv co companies company corp corporation cv dba de enterprise enterprises gmbh group
    holding holdings inc incorporated kk l.p limited llc lp ltd n.v nv oyj plc reit s.a s.p.a sa sab sarl se
    spa the trust zones
"""
_INDUSTRY = """
    acquisition advisors aerospace ai air airlines apparel asset associates automotive bancorp
    bancorporation bancshares bank bankshares beverage bio biologics biomed biomedical biopharma
    biopharmaceuticals bioscience biosciences biosolutions biotech biotechnologies biotechnology
    biotherapeutics brands broadcasting capital chemical chemicals communications community computing
    construction consumer cruises dental devices diagnostics digital drug education electric electronics
    energy engineering entertainment environmental estate finance financial foods gaming gas genetics
    genomics global gold health healthcare homes hospitality hotels immunotherapeutics immunotherapies
    industrial industries infrastructure innovations instruments insurance interactive international
    investment investments laboratories laboratory labs leisure lending life lithium logistics machines
    manufacturing marine materials media medical medicines medtech metals minerals mines mining mobility
    mortgage motor motors networks neuroscience neurosciences oil oncology ophthalmics optical partners
    petroleum pharm pharma pharmaceutical pharmaceuticals platforms power products properties quantum realty
    resorts resources restaurants retail robotics royalty science sciences scientific security semiconductor
    semiconductors services shipping silver software solar solutions space steel surgical systems tech
    technologies technology telecom therapeutics therapies tobacco trading transportation uranium utilities
    vaccines ventures water wireless worldwide
"""
_ORDINARY = """
    able above accel accelerate access achieve acorn activate adial advance advanced advantage affiliated
    affinity agree aim air align alignment alpha alphabet alta alto american anywhere api applied arc arch
    arena ares arm armada array arrive arrow assembly assertio associated atlas automatic aware axe axis
    ball bandwidth bank banner bar beam benchmark berry best beta better beyond big bio bit black blend
    blink block bloom blue bold bone boot boundless box brand bridge bright broadway brown builders bullish
    business capital carbon cardinal cargo caribou carriage carrier castle catalyst central century chain
    champion channel chart charter check checkpoint cheetah cherry choice chord cipher circle citizens city
    clean clear click climb clipper coda coffee coherent collective color columbia commercial community
    compass complete concord concrete connect consensus consolidated constellation construction consumer
    container context cool core cracker creative credit critical cross crown cue custom daily dare data day
    decent definitive delta design designer destination diamond digital direct disc discover distribution
    dogwood dollar domo dream driven dynamic eagle eastern electronic element emerald emergent empire
    employers energy enliven enterprise epsilon equitable essential euro evans evolus evolution exact exp
    expand exponent extra extreme fact fair fast federal fifth figure finance financial first fitness five
    flag flex flexible floor flushing focus fold foot formula fortress forum forward four frank franklin
    freedom frequency fresh frontier fulcrum full functional fundamental fusion future gain general generate
    generation genie genius genuine german global globe gold golden good grab grace graham graphic gray
    great greatland green grid grindr group guardian guess happy harbor harmonic harmony harvard health
    healthcare hello here heritage heron high highest home hope horizon host hour hub icon ideal immunity
    impact income independence independent industrial infinity inflection information insight inspire
    inspired installed integer integral integrated intelligent intensity inter interactive interface
    international intuitive invest iron ironwood jade james joint jones keen key know lake landmark lands
    launch lead leap legacy legend lexicon liberty life lifetime light limbach lineage linkage lite live
    local loop lucky magic magna magnitude main major marine mark marker matrix maze mechanics mega merit
    mesa meta mid mind mirror mission mixed mobile model modular molecular monster monte morgan mount moving
    multi national natural navigator network new news newton next nice nine noble north northern notable oak
    oaktree ocean octave off office oil old olympic omega once one onto opal open opera optical option opus
    orange orchard organization origin orion our outlook outset pacific packaging palace park passage
    pathfinder patrick pattern peak penguin perfect performance performant perimeter perspective phoenix
    pilgrim pioneer plug plus polar pool pop popular portage post postal potbelly power precision prelude
    premier prime principal priority prog progress progressive prospect provident prudential public pulse
    pure purple quad quantum radiant radius rain rand range rank rapid rapport ready real recursion red
    regional regions relay reliance relief renew repay research reservoir reshape resources revelation
    revolution rhythm ribbon rich ring rise river robin robot rocket rocky root royal royalty sable safe
    safety sage sana science sea seal sealed security select selective sensei serve service seven shake
    shell shift shoe sigma signing silence silver simply simulations singular singularity site six sky
    skyline sleep slide smart snap social society socket sol solar solaris solid solo sonder sonic sound
    source southern space spark special spectrum sphere spire spirit spruce standard star state stem
    sterling stock stoke strategic strategy stream streamline structure structured studio summit sun sunrise
    super superior surge swift synthetic system talk tango target team ten terns third tile titan toast
    token total trade transcode travel tri trident trinity trio triple turbo turn turning turtle twenty twin
    two ultra under union unique united unity universal universe unusual upstream valley value vanguard vast
    vector velocity venture vera verb vertex vertical via vicinity victory village virtue visa vision vista
    vital walker warner waste water wave waystar welcome werewolf west western wheels where white wolf
    wonder work workhorse world wrap zebra zenith zeta zoom
"""
_NO_TICKER = """
    ADHD AI ALL ALS ALSO AML AN ARE AUM BE BEST BIG BIO BLA BOLD BY CAN CAR CASH CEO CFO CLL COO COPD COST
    CPI CRL CTO DC DNA DO EAT EPS ETF EU EV EVS FAST FDA FOLD FOR FUN GAIN GDP GO GOOD HAS HE HIV HOPE HOW
    ICE INC IND IP IPO IT JUST KEY LA LAB LIFE LLC LOVE LOW MASH ME MORE MS MY NASH NDA NEW NEXT NICE NO NOW
    NY NYSE OF ON ONE OPEN OR OUT PBM PDUFA PLAY Q1 Q2 Q3 Q4 RARE REAL RNA SAFE SEC SET SO SUN TEAM TECH TO
    TOP TRUE TV UK UP US USA VERY WE WELL WHAT WHO WHY WIN
"""
LEGAL = frozenset(_LEGAL.split())
"""Legal forms: no part of the name that people write."""
INDUSTRY = frozenset(_INDUSTRY.split())
"""Trades: mostly left out, or cut short."""
ORDINARY = frozenset(_ORDINARY.split())
"""Words that headlines use without meaning the company."""
NO_TICKER = frozenset(_NO_TICKER.split())
"""Tickers that are words or initials in headlines: never a mention without a bracket."""
