"""Halts of trading, decisions of drug and device authorities, clinical studies."""

from __future__ import annotations

from analysis.catalysts.kinds import rule

AUTHORITY = r"""
    (?: (?:us|u\.s\.)\s?fda | (?<!us\s)(?<!u\.s\.\s)fda | usfda | ema | chmp | mhra | nmpa | pmda | cde |
    tga | anvisa | mhlw | european\s(?:commission|medicines\sagency) | health\scanada | e\.?u\.?(?=\s(?:nod|
    approv|clear| marketing|okay)) | food\sand\sdrug\sadministration )
"""
APPLICATION = r"""
    (?: (?:s|supplemental\s|biologics?\s)?(?:nda|bla)s? | maa | anda | pma | premarket\sapproval |
    ind\b(?:\samendment)? | 510\(k\) | de\snovo | (?:new\sdrug|biologics?\slicen[sc]e|
    marketing\sauthori[sz]ation|investigational\snew\sdrug|drug|clinical\strial) \sapplications? )
"""
NOD = r"""
    (?: approv(?:al|ed|es|e)s? | clear(?:ance|s|ed) | nod | green[\s-]?lights? | okays? | oks |
    authori[sz](?:ation|es|ed) | backs | backing)
"""
STUDY = r"(?: trial | study | studies | phase\s?(?:[1-4]|i{1,3}v?)[ab]?(?:/(?:[1-4]|i{1,3})[ab]?)?\b )"
DATA = r"(?: data | results? | readouts? | findings | outcomes? | efficacy | responses? )"
SHOWS = r"""
    (?: announc\w+ | report\w* | present(?:s|ed) | shar(?:es|ed) | shows? | showed | demonstrat\w+ |
    unveil\w* | posts? | reveal\w* | publish\w* | releas(?:es|ed) | touts? | highlights? | delivers? |
    achiev\w+ | after | on | from | following )
"""
GOOD = r"""
    (?: positive | promising | encouraging | favou?rable | strong | successful | compelling | robust |
    statistically\ssignificant | durable | meets? | met | win | wins | success )
"""
BAD = r"""
    (?: fails? | failed | failure | miss(?:es|ed) | disappoint\w* | does\snot\smeet | did\snot\smeet |
    falls?\sshort | flop\w* | setback | unsuccessful | negative | mixed )
"""

RULES = (
    rule(
        "halt.resumed",
        0,
        r"""
            (?<!\w)(?: resum(?:es?|ed|ption)\s(?:of\s)?trading | trading\s(?:\w+\s){0,6}(?:resum(?:es?|ed|
            ption) | to\sresume) | (?:halt|suspension)\s(?:is\s|was\s)?lifted )
        """,
    ),
    rule(
        "halt.halted",
        -1,
        r"""
            (?<!\w)(?: trading\s(?:halt|suspension|pause)\b | halt(?:s|ed)?\strading | suspend(?:s|
            ed)?\strading | trading\s(?:(?:in|of|for|on)\s(?:[\w.&'()-]+\s){1,6}|is\s|was\s|temporarily\s|
            briefly\s)*(?:halted|suspended|paused) | (?:stock|shares)\s(?:(?:is|are|was|were|has\sbeen|
            have\sbeen|briefly|temporarily|again|to\sbe|remains?)\s)*(?:halted|suspended|paused) |
            (?:volatility|circuit[\s-]breaker|luld|news[\s-]pending|regulatory)\s(?:trading\s)?(?:halt|
            pause) | halt(?:ed)?:? .{0,20}\bnews\spending | halt\scode | (?:nasdaq|nyse|exchange)\shalts\b |
            halted\s\(?(?:t1|t12|h10|luld)\b | (?:code|halt)\s\(?(?:t1|t12|h10| luld)\b | halted\s(?:on|for|
            pending|after|due)\b(?!.{0,40}(?:trial|study)) )
        """,
    ),
    rule(
        "fda.refused",
        -1,
        rf"""
            (?<!\w)(?: complete\sresponse\sletters? | \bcrls?\b(?!\)) | {AUTHORITY}\b .{{0,40}}
            \b(?:reject\w* | declin\w+ | refus\w+ | den(?:y|ies|ied) | turn\w*\sdown | snub\w* | says?\sno |
            not\sapprov\w* | cannot\sapprove | flags?\b.{{0,30}}deficienc\w* | identif\w+\sdeficienc\w* |
            setback | won't\sapprove | pushes\sback | puts\soff) | (?:reject(?:s|ed|ion) | refus(?:es|ed|al)
            | denial | setback) \b .{{0,30}} {AUTHORITY} | refus(?:e|al)[\s-]to[\s-]file | {AUTHORITY}
            (?:'s)? .{{0,30}} \brejection | (?:regulator|panel|adcomm)s?\s(?:rejects?|votes?\sagainst) )
        """,
    ),
    rule(
        "fda.hold_lifted",
        1,
        r"""
            (?<!\w)(?: lift\w* | remov\w+ | releas\w+ | resolv\w+ | clears? ) \b .{0,60} \b
            clinical\shol(?:d)?\b | clinical\shold .{0,25} \b(?:lifted|removed|released) | \bfda\b .{0,20}
            \blifts? .{0,60} \b(?:hold|freeze) | \bind\sclearance .{0,90} \bafter\s.{0,20}\bhold
        """,
    ),
    rule(
        "fda.hold",
        -1,
        rf"""
            (?<!\w)(?: clinical\shol(?:ds?)? | {AUTHORITY}\b .{{0,20}} \b(?:halts?|pauses?|suspends?|
            freezes?| places?\s.{{0,30}}hold|stops?)\b | (?:trials?|stud(?:y|
            ies))\s(?:\w+\s){{0,2}}(?:suspended| halted|paused|frozen)\sby\s(?:the\s)?{AUTHORITY} |
            import\salert | warning\sletter )
        """,
    ),
    rule(
        "fda.delayed",
        -1,
        rf"""
            (?<!\w)(?: {AUTHORITY}\b .{{0,30}} \b(?:extends?|pushes?\sback|delays?|postpones?|
            requests?\smore| wants\smore|questions?) \b .{{0,50}} (?: review | decision | data | timeline |
            date | pdufa | trial ) | pdufa\b .{{0,30}} \b(?:extended|extension|delay\w*) |
            requests?\s(?:more| additional)\s(?:data|information) .{{0,30}} {AUTHORITY} )
        """,
    ),
    rule(
        "fda.designation",
        1,
        r"""
            (?<!\w)(?: (?:breakthrough(?:\s(?:therapy|device|medicine))?|fast[\s-]track|
            orphan(?:[\s-](?:drug| medicinal\sproduct))?|rare\spediatric(?:\sdisease)? |
            regenerative\smedicine(?:\sadvanced\stherapy)?|rmat|innovation\spassport|sakigake|prime|
            qualified\sinfectious\sdisease\sproduct|qidp) (?:\s\w+)?\s(?:designations?|status|tag|nod) |
            fda\b .{0,30} \bfast[\s-]?tracks? | \bfast[\s-]track(?:ed)?\b .{0,40}\bfda |
            fda\s(?:breakthrough|fast[\s-]track|orphan|rmat)\b | fda\sdesignations? |
            priority\sreview(?!\svoucher) | granted\saccelerated\sapproval | priority\svoucher\sfrom |
            commissioner's\snational\spriority )
        """,
    ),
    rule(
        "fda.cleared_study",
        1,
        rf"""
            (?<!\w)(?: ind \b .{{0,25}} \b(?:clear(?:ance|ed|s)|accept\w*|approv\w*|go[\s-]ahead) |
            (?:clear(?:ance|ed|s)|accept\w*|approv\w*|go[\s-]ahead)\b .{{0,60}} \bind\b |
            study\smay\sproceed | {AUTHORITY}\b .{{0,30}} \b(?:clears?|go[\s-]ahead|backs?|
            green[\s-]?lights?|allows?) \b .{{0,70}} (?:trial|study|studies) )
        """,
    ),
    rule(
        "fda.approved",
        1,
        rf"""
            (?:
            (?<!seek\s)(?<!seeks\s)(?<!seeking\s)(?<!support\s)(?<!toward\s)(?<!towards\s)(?<!for\s)(?<!pending\s)(?<!awaits\s)(?<!of\s)(?<!upcoming\s)(?<!possible\s)(?<!potential\s)\b{AUTHORITY}\b(?!-)(?:'s)?\s(?:
            [\w,'()/-]+\s ){{0,3}}? {NOD}\b(?!\s(?:hopes|odds|path|decision|bid|timeline|process|submission|
            ahead)) | \b(?: receiv\w+ | wins? | won | gets? | got | secures? | obtain\w* | gains? | nabs? |
            earns? | granted | scores? | lands? | achiev\w+ | after | following | on ) \s (?:
            [\w,'()/\.-]+\s ){{0,4}}? (?:{AUTHORITY}\s(?:\w+\s){{0,2}}{NOD} | 510\(k\)\sclearance |
            de\snovo\s(?:clearance| authori\w+|grant) | ce\smark(?:ing)? | (?:regulatory|marketing|
            conditional|tentative|full| accelerated)\s(?:approval|authori[sz]ation|clearance)) |
            \b(?:u\.?k\.?|china|japan|canada|europe|e\.?u\.?|regulators?)\s(?:approves|clears|okays|
            backs)\b(?!.{{0,80}}(?:merger|deal|acqui|takeover|buyout)) | \b(?:wins?|nabs?|gets?|scores?|
            secures?|receives?|gains?|on|after)\s(?:[\w-]+\s){{0,4}}(?:therapy|drug|vaccine|device|
            treatment)\s(?:approval|clearance)\b | \b(?:approves|clears|okays|authori[sz]es|greenlights)\b
            .{{0,80}} \b(?:treatment|therapy|drug|vaccine|device|injection| tablets?|patients) \b |
            \bce\smark\b | approval\sof\s{APPLICATION} | positive\s(?:\w+\s)?opinion\b |
            chmp\s(?:\w+\s)?(?:recommend\w*|backs|opinion) | {AUTHORITY}\b
            .{{0,60}}\bemergency\suse\sauthori[sz]ation )
        """,
    ),
    rule(
        "fda.accepted",
        1,
        rf"""
            (?<!\w)(?: {AUTHORITY}\b .{{0,30}} \b(?:accept(?:s|ed|ance)|files) \b | {AUTHORITY}\sreviews\b |
            (?:under|undergoes|undergoing|into)\s{AUTHORITY}\sreview | (?:accept(?:s|ed| ance))\b .{{0,50}}
            \b{APPLICATION} | {APPLICATION}\b .{{0,40}} \b(?:accept(?:s|ed|ance)| under\sreview| validat\w+)
            )
        """,
    ),
    rule(
        "fda.submitted",
        1,
        rf"""
            (?<!\w)(?: (?:submit(?:s|ted)?|submission\sof|fil(?:es|ed)|
            completes?\s(?:\w+\s){{0,3}}submission| resubmit(?:s|ted)|initiat\w+\srolling)\b .{{0,60}}
            \b{APPLICATION}\b | {APPLICATION}\b .{{0,50}} \b(?:submitted|submission|resubmi\w+|filed|
            filing)\b(?!\s(?:targeted|expected|planned|remains|on\strack|timeline|anticipated|in\s20|plans?|
            strategy|fee)) | seeks?\s(?:\w+\s)?{AUTHORITY}\s(?:\w+\s)?(?:approval|clearance|nod) | (?:with|
            after|following|on)\s(?:the\s)?{AUTHORITY}\s(?:filing|submission|application)\b | submits?\b
            .{{0,40}} \bto\s(?:the\s)?{AUTHORITY} )
        """,
    ),
    rule(
        "fda.decision_date",
        0,
        rf"""
            (?<!\w)(?: pdufa\b .{{0,30}} \b(?:date|goal|action|set|assigned) | {AUTHORITY}\b .{{0,10}}
            \bsets? \b | (?:advisory\scommittee|adcomm?|fda\spanel)\b .{{0,60}} \b(?:meeting|vot\w+|back\w*|
            recommend\w*|date|support\w*|against|review) | {AUTHORITY}\s(?:advis\w+|panel)\s )
        """,
    ),
    rule(
        "fda.meeting",
        0.5,
        rf"""
            (?<!\w)(?: (?:type\s[abcd]|pre-?(?:nda|bla|ind)|end[\s-]of[\s-]phase\s?\w+)\b .{{0,50}}
            \bmeetings? | {AUTHORITY}\b .{{0,25}} \b(?:alignment|aligns?|agree(?:s|d|ment)|feedback|minutes|
            guidance\son|backing|meeting|support) \b | (?:alignment|agreement|aligns|feedback|meeting)\b
            .{{0,30}} \b(?:with|from|by)\s(?:the\s)?{AUTHORITY} | regulatory\salignment |
            {AUTHORITY}\s(?:response|decision\sletter|letter|views|update|boosts?|lays\sout|confirms)\b )
        """,
    ),
    rule(
        "trial.failed",
        -1,
        rf"""
            (?: \b{STUDY} .{{0,60}} \b{BAD}\b | \b{BAD}\b .{{0,40}} \b(?:{STUDY}|(?:primary|secondary|main|
            key)\s(?:end\s?point|goal)) | (?:discontinu\w+|terminat\w+|halts?|halted|stops?|stopped|
            suspend\w*|paus\w+|ends|scraps?|abandons?|ditch\w*)\s(?:[\w'-]+\s){{0,7}}{STUDY} |
            {STUDY}\s(?:\w+\s){{0,3}}(?:discontinued|terminated|halted|stopped|suspended|paused) |
            patient\sdeath .{{0,30}}{STUDY} )
        """,
    ),
    rule(
        "trial.positive",
        1,
        rf"""
            (?: \b{GOOD}\b .{{0,60}} \b(?:{STUDY}|top-?\s?line|interim|clinical|pre-?clinical|long-?term|
            \d+-(?:week|month)) .{{0,40}} | \b{GOOD}\b .{{0,30}} \b(?:top-?\s?line|clinical|pre-?clinical|
            interim)\s(?:\w+\s)?{DATA} | {STUDY} (?!.{{0,60}}pipeline) .{{0,60}} \b{GOOD}\b | \b(?:meets?|
            met|hits?|achiev\w+)\b .{{0,25}} \b(?:primary|secondary|main|key|
            co-primary)\s(?:\w+\s)?(?:end\s?points?|goals?) )
        """,
    ),
    rule(
        "trial.data",
        0,
        rf"""
            (?: \b(?:{SHOWS})\s .{{0,60}} \b(?:{STUDY}|top-?\s?line|interim|clinical|pre-?clinical)
            .{{0,30}} \b{DATA}\b | \b(?:{STUDY}|top-?\s?line|interim\s|clinical\s|pre-?clinical\s) .{{0,40}}
            \b{DATA}\b .{{0,40}} \b(?:show\w*|demonstrat\w+|support\w*|reveal\w*|reduc\w+|improv\w+) |
            \btop-?\s?line\s(?:\w+\s){{0,2}}{DATA} | \b(?:after|on|following|
            as)\s(?:[\w-]+\s){{0,6}}(?:engager|clinical|patient|efficacy|survival|safety|therapy|drug|
            vaccine|dose|response|cancer|tumou?r)\sdata\b | {STUDY} .{{0,20}} \b(?:data|results|readout)\b |
            \b(?:shows?|showed|cuts?|reduc\w+|slow\w*|improv\w+|shrinks?|lowers?)\s .{{0,60}}
            \bin\s(?:[\w\'-]+\s){{0,3}}(?:trial|study)\b )
        """,
    ),
    rule(
        "trial.progress",
        0.5,
        r"""
            (?<!\w)(?: (?:first|last)\s(?:patient|participant|subject|cohort|person|site)s?\b .{0,30}
            \b(?:dos\w+|enrol\w+|treat\w+|random\w+|screen\w+|complet\w+|activat\w+) | (?:doses|dosed|
            dosing|treats|enrols|enrolls|enrolled|enrolling)\s(?:of\s)?(?:the\s)?(?:first|last)\b |
            (?:complet\w+|finish\w+|full)\s(?:of\s)?(?:\w+\s){0,3}(?:enrol?lment|recruitment|dosing) |
            (?:enrol?lment|recruitment|dosing)\s(?:\w+\s){0,3}(?:complet\w+|finish\w+) | (?:initiat\w+|
            launch\w*|begins?|starts?|started|commenc\w+|embarks\son|expand\w*|resum\w+|advances|advanced|
            complet\w+| opens?|kick\w*\soff)\s(?:of\s)?(?:[\w'/()-]+\s){0,6}?(?:clinical\s|pivotal\s|
            registrational\s)?(?:trials?|stud(?:y|ies))\b(?!.{0,12}(?:lawsuit|court|jury)) | (?:initiat\w+|
            launch\w*|begins?|starts?|commenc\w+|enters?|advances|advanced|moves|into|
            toward)\s(?:[\w'/()-]+\s){0,4}?phase\s?(?:[1-4]|i{1,3})\b | clinical\s(?:trial\s)?(?:update|
            progress|milestone) )
        """,
    ),
)
