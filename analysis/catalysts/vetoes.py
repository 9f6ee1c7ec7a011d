"""Words by which a headline is no event of the company: an opinion, a preview, a list of movers, what others
do with its shares, a law firm's advertisement, a page of data."""

from __future__ import annotations

import re

from analysis.catalysts.senses import OTHER_SENSES, TOLD_BEFORE

_FLAGS = re.IGNORECASE | re.VERBOSE

OPINION = r"""
    \b(?:
        price\s(?:target|objective)s? | target\sprice |
        (?:up|down)grad(?:es?|ed|ing)\s(?!(?:\w+\s){0,2}(?:outlook|guidance|forecast))
            (?:[\w.&'()-]+\s){0,8}?(?:to|at|by|from)\b(?!\s(?:ai|its)) |
        upgraded\b.{0,20}\bstock |
        rating\s(?:upgrade|downgrade|reiterated|on) |
        (?:buy|sell|hold|neutral|outperform|overweight|underperform|underweight|
            equal[\s-]weight)\srating |
        (?:initiat\w+|resum\w+|assum\w+)\s(?:\w+\s){0,3}(?:coverage|at\sbuy) |
        reiterat\w+\s(?:\w+\s){0,2}(?:buy|hold|sell|rating|outperform|neutral) |
        maintain\w*\s(?:buy|hold|sell|neutral|outperform|overweight) | (?:under|over)valued |
        undervaluation | fair(?:ly)?\s?valued? | valuations? | bargain |
        looks?\s(?:cheap|expensive|rich|stretched|attractive|reasonable|fully|near|above|below|over|
            under) |
        intrinsic\svalue | gf\s(?:value|score) | (?:bull|bear)(?:ish)?\scase |
        investment\s(?:story|case|thesis|narrative)s? | narratives?\b | case\sfor\sinvesting |
        could\sreshape | game\schanger\sfor | how\s(?:investors|recent) | why\sthe |
        in\ssympathy | (?:ceo|cfo)\sdiscusses |
        (?:will|could|may|might)\simpact\s.{0,60}investors | investors\sfocus |
        stocks?\s(?:to\s(?:buy|watch|consider|avoid|own|sell|hold)|i'd\sbuy|is\sa\sbuy) |
        (?:is|are)\s(?:an?\s)?(?:\w+\s){0,3}(?:buy|sell|hold)\b |
        (?:strong|speculative|no-brainer|cautious)\s(?:buy|sell) | buy\sthe\sdip |
        should\syou\s(?:buy|sell|hold) | reasons?\s(?:to|why|investors) |
        better\s(?:buy|value|stock|ai\sstock|investment) |
        \bvs\.?\s(?!est|cons|factset|street|est\.) | versus\b(?!\sest) | momentum\s(?:stock|pick) |
        trending\sstock | growth\sinvestors | value\sinvestors | passive\sincome |
        wall\sstreet\s(?:bullish|analysts|sees|thinks) | bullish\sor\sbearish |
        analysts?\s(?:says?|sees?|expects?|raises?|cuts?|hikes?|lifts?|ratings?|weigh|react|predict|
            think|target|blog|highlight|calls?)\b |
        (?:says|sees|(?<!convertible\s)notes|reckons)$ | ,\ssays\b | by\smoody's |
        \b(?:raised|cut|lowered|moved)\sto\s(?:buy|hold|sell|neutral|outperform|overweight) |
        'hold' | buy\spoint |
        trades?\s(?:reasonable|at\sa|rich|cheap|fair|above\sconsensus) | consensus\stargets? |
        fair(?:ly)?\spriced? | fair\son | could\sbe\scheap | expected\sto\smove | into\searnings |
        (?:traders|investors)\seye | rides\son | could\sbenefit | court\sbattle |
        plans\sfor\s20\d\d | \bmore\szero\sin | \bjim\scramer | cramer | motley\sfool |
        zacks\.com\sfeatured | zacks\sanalyst | seen\s(?:as|benefiting|positioned|being) |
        according\sto\s(?:\w+\s)?analyst | stock\sforecast | price\sprediction |
        technical\sanalysis | golden\scross | death\scross | moving\saverage |
        52-week(?!\s(?:\w+\s)?(?:data|results)) |
        all-time\s(?:high|low) | relative\sstrength | opinions?\son | hedge\sfunds? |
        retail\sinvestors | sentiment | deep\svalue | multibagger | what\s(?:sparked|happened) |
        trade\stracker | bullish\son | bearish\son |
        (?:moody's|fitch|s&p)\s(?:global\s)?(?:ratings?\s)?(?:up|down|affirm|assign|cut|rais|revis|
            plac)\w* |
        credit\srating | stock\ssplit\swatch | has\swhat\sit\stakes | peeking\sat | heading\sinto |
        dividend\s(?:stock|king|aristocrat|investors) | competitive\sedge | peers? |
        rival(?:s|ry)? | comparing | benchmarking | compared\s(?:to|with)\scompetitors |
        bulls | bears | outperforms?\scompetitors | underperforms?
    )\b
"""
PREVIEW = r"""
    \b(?:
        preview | what\sto\s(?:expect|watch|look\sfor) |
        (?:ahead|advance)\sof\s(?:[\w'.-]+\s){0,4}(?:earnings|results|quarter|report|print|q[1-4]) |
        ahead\sof\s[\w'. ]*\bq[1-4] |
        ahead\sof\s(?:[\w'.-]+\s){0,4}(?:data|decision|readout|topline) |
        readouts?\s(?:ahead|coming|due|in\sq[1-4]|looms?|nears?) |
        could\s(?:double|pop|skyrocket|soar|triple) |
        (?<!fda\s)to\s(?:report|release|announce|host|hold|webcast|discuss|issue|post|publish|
            provide|present|participate|attend|showcase|unveil|deliver|speak|exhibit|
            join\s\w+\sconference|highlight)\b(?!\s(?:its\s)?merger) |
        (?:earnings|results|release|call)\s(?:release\s)?(?:date|schedule|due|looms?|on\sdeck|
            up\snext|in\sthe\sspotlight|on\stap|expected|set\s(?:for|to)|on\sthe\shorizon|tomorrow|
            next\sweek|this\sweek|webcast) |
        (?:sets?|schedul\w+|announces?|confirms?)\s(?:the\s|a\s)?(?:dates?|timing|schedule)\b |
        dates?\b.{0,30}\b(?:earnings|results|call) |
        schedul(?:es|ed)\b.{0,40}\b(?:call|results|earnings|release|webcast|conference) |
        reports?\s(?:\w+\s){0,2}(?:next\sweek|tomorrow|soon|today:|this\sweek) |
        (?:expected|likely|poised|set|projected)\sto\s(?:post|report|beat|deliver|grow|decline|
            yield|read\sout) |
        earnings\s(?:expected|likely|forecast:|whispers?) |
        upcoming\s(?:\w+\s){0,2}(?:earnings|results|conference|investor|event)s? |
        will\s(?:report|release|announce|host|present|beat|post|participate) | get\sready\swith |
        analysts'\sinsights |
        (?:next|before)\s(?:\w+\s)?(?:earnings|results|report)\b | before\searnings |
        investor\s(?:conference|day|presentation|meetings?) | healthcare\sconference |
        fireside\schat |
        (?:presents|presentations?|participation|participates)\s(?:at|for|in)\b(?!.{0,40}\bdata\b) |
        set\sto\sreport |
        conference\scall\s(?:to|on|date|information|details) | after\searnings\? |
        (?:decision|deadline|pdufa)\s(?:\w+\s)?(?:nears|looms|in\sfocus|approaches|ahead|awaits?) |
        awaits? | run-up | looking\sfor | eyes\s | in\sfocus | on\swatch
    )\b
"""
MOVERS = r"""
    \b(?:
        stocks?\s(?:moving|making|that\s|on\sthe\smove|trade\s(?:up|down)|in\sfocus|rally|soar|
            tumble|slide|sink|surge)(?!\w) |
        (?:biggest|top|big|notable)\s(?:\w+\s){0,3}(?:movers|gainers|losers|decliners|stocks) |
        shares\sare\sfalling,\swhat | movers\b | weekly\s(?:buzz|roundup|recap) |
        \d+\s(?:[\w-]+\s){0,3}stocks\b | stocks\b.{0,30}\bwhat\syou\sneed\sto\sknow |
        stocks?\s(?:price,\snews|stock\schart) | market\s(?:today|wrap|update|clubhouse) |
        dow\s(?:jones\s)?(?:jumps|falls|slips|rises|drops|gains) |
        nasdaq\s(?:falls|rises|jumps|drops|gains|flashes) | and\sother\s(?:big\s)?stocks |
        wall\sstreet\sanalyst\sresearch\scalls | news\sroundup | briefing\b | round-?up\b |
        stocks'?\s(?:q[1-4]|earnings) | (?:q[1-4]|earnings)\s(?:recap|highlights:) |
        winners\sand\slosers | leads?\sgains
    )
"""
HOLDERS = r"""
    \b(?:
        insiders?\b |
        (?<!option\sto\s)(?:sells?|sold|buys?|bought|purchases?|acquires|offloads?|unloads|exercis
            (?:es|ed)|dispos\w+|trims?|withholds?|receives?|gets|gains|adds?|logs?|holds|gift\w*|
            resell|convert\w*)\s(?:\w+\s){0,2}(?:[$\d.,]+[kmb]?\s?(?:million\s)?(?:in\s|of\s|
            worth\sof\s)?)?(?:[\w-]+\s){0,2}(?:shares?|stock|rsus?|stakes?|options|(?:stock|equity|
            dividend|phantom)\sunits?|holdings?|position)\b(?!\s(?:of\s\w+\s)?(?:offering|split|in\s
            (?:a\s)?private)) |
        (?:director|officer|ceo|cfo|coo|evp|svp|cao|chief|president|executive|exec|insider|chairman|
            founder|co-founder|holder|counsel|secretary)\b.{0,50}\b(?:sells?|sold|buys?|bought|
            purchases?|acquires?|disposes?|exercises?|withh\w+|receives?|gets?|awarded|logs?|
            reports?\s(?:sale|purchase)|shares|rsus?|stock|options|stake|vesting|gift\w*)\b |
        schedule\s13[dg] | \b13[dfg](?:/a)?\b | form\s(?:3|4|5|144)\b | (?:beneficial\s)?ownership |
        stakes?\b(?!.{0,15}\bin\s(?:joint|jv)) |
        (?:holdings?|position|shares?)\s(?:in|of)\s(?:[\w.&'-]+\s){1,5}(?:lifted|boosted|trimmed|
            raised|cut|lowered|sold|bought|acquired|purchased|increased|decreased|reduced) |
        (?:boosts?|trims?|lifts?|raises?|cuts?|increases?|decreases?|lowers?|grows?|reduces?|has|
            takes?|acquires?|buys|sells|invests?)\s(?:[\w$.,]+\s){0,4}(?:holdings?|positions?|
            stakes?|shares)\s(?:in|of|by)\b |
        short\sinterest | put\soptions | call\soptions | options\straders? |
        unusual(?:ly)?[\s-](?:\w+\s)?(?:options|volume|trading) | trading\svolume |
        congress(?:man|woman|person|ional)\w* | \brep\.\s | senator |
        (?:rsu|stock\s(?:award|grant|option)|equity\s(?:award|grant|vesting)|phantom\sstock|
            dividend\sunits)s? |
        inducement\s(?:grants?|awards?|equity) | 5635\(c\)\(4\) | nears?\s10b5 | 10b5-1 |
        bulks\sup | berkshire\b
    )
"""
LAW = r"""
    \b(?:
        class[\s-]action | law\s(?:firm|offices?) | lawsuits? |
        securities\s(?:fraud|litigation|class) |
        (?:investor|shareholder|stockholder|deadline|investigation|fraud)\s(?:alert|notice|reminder|
            investigation|deadline) |
        lead\splaintiff | lost\smoney |
        investors\s(?:have\sopportunity|with\s(?:\w+\s)?losses|who\s|should\scontact|encouraged|
            urged) |
        (?:shareholders|stockholders)\s(?:who|may|have|with|encouraged|urged|should)\b |
        fraud\binvestigation | is\sinvestigating | investigat(?:es|ion|ed)\b(?!\sal|al) |
        llp\b | pomerantz | rosen\b | bronstein | faruqi | robbins\b | levi\s&\skorsinsky |
        schall\b | kessler\stopaz | hagens\sberman | glancy | halper\ssadeh | litigation |
        (?:sue|sues|sued)\sover | patent\s(?:suit|lawsuit|infringement|trial) | jury | verdict
    )
"""
PAGES = r"""
    (?:
        stock\sprice(?:,|\sand|\stoday|\s&|\sup|\sdown|\shistory|\schart) |
        price\s(?:and\schart|today|chart) | \bbond\s(?:price|profile) |
        latest\snews\sand\sheadlines | news\stoday$ | sec\sfilings?\b | ^form\s8-?k\b |
        actuals\s&\sestimates | financials: | archives$ | revenue\sbreakdown | etf\sprofile |
        analyst\sestimates\s& | earnings\sforecast: | prospectus\sof |
        market\s(?:report|size|research)\b | \bcoupon | \bpromo\scode | bonus\scode |
        ^tranche\supdate | recall(?:s|ed)?\b |
        \b(?:uaw|unions?|strike|teamsters|labor\scontract)\b | \bplans\s\$[\d.,]+[km]\s\w+\s\( |
        ^recon: | the\sstory\b | pipeline\sprogress | \blaunch\s(?:of|in)\b.{0,60}\bfollowing\b |
        (?:appoint\w*|names|hires|promotes|joins)\s(?:[\w.-]+\s){0,6}(?:as\s|to\s(?:its\s|
            the\s)?board|board|chief|ceo|cfo|president) |
        \b(?:gets?|granted|issued|receives?|secures?|wins?)\s(?:[\w.-]+\s){0,3}patents?\b |
    \bfree\strials?\b | \b(?:culture|design|industry|innovation|sustainability|workplace)\sawards?\b |
    named\s.{0,40}(?:ceo|chief|president) | price\stoday
    )
"""
_PARTS = (OPINION, PREVIEW, MOVERS, HOLDERS, LAW, PAGES, OTHER_SENSES, TOLD_BEFORE)
VETO = re.compile("|".join(f"(?:{part})" for part in _PARTS), _FLAGS)
