"""Decisions and formal steps of drug and device authorities."""

from __future__ import annotations

from analysis.catalysts.authorities import ABROAD, APPLICATION, AUTHORITY, NOD, PRODUCT
from analysis.catalysts.kinds import rule

RULES = (
    rule(
        "fda.refused",
        -1,
        rf"""
            (?<!\w)(?:
                complete\sresponse\sletters? | \bcrls?\b(?!\)) |
                {AUTHORITY}\b.{{0,40}}\b(?:reject\w*|declin\w+|refus\w+|den(?:y|ies|ied)|
                    turn\w*\sdown|snub\w*|spurn\w*|rebuff\w*|nix\w*|says?\sno|not\sapprov\w*|
                    cannot\sapprove|flags?\b.{{0,30}}deficienc\w*|identif\w+\sdeficienc\w*|setback|
                    won't\sapprove|pushes\sback|puts\soff) |
                (?:reject(?:s|ed|ion)|refus(?:es|ed|al)|denial|setback)\b.{{0,30}}{AUTHORITY} |
                refus(?:e|al)[\s-]to[\s-]file | {AUTHORITY}(?:'s)?.{{0,30}}\brejection |
                (?:regulator|panel|adcomm)s?\s(?:rejects?|votes?\sagainst)
            )
        """,
    ),
    rule(
        "fda.withdrawn",
        -1,
        rf"""
            (?<!\w)(?:
                (?:withdraw\w*|withdrew|pull(?:s|ed))\s(?:[\w-]+\s){{0,4}}(?:{APPLICATION}|
                    marketing\sapplication)\b
            )
        """,
    ),
    rule(
        "fda.hold_lifted",
        1,
        r"""
            (?<!\w)(?:lift\w*|remov\w+|releas\w+|resolv\w+|clears?)\b.{0,60}\bclinical\shol
                (?:d)?\b |
            clinical\shold.{0,25}\b(?:lifted|removed|released) |
            \bfda\b.{0,20}\blifts?.{0,60}\b(?:hold|freeze) |
            \bind\sclearance.{0,90}\bafter\s.{0,20}\bhold
        """,
    ),
    rule(
        "fda.hold",
        -1,
        rf"""
            (?<!\w)(?:
                clinical\shol(?:ds?)? |
                {AUTHORITY}\b.{{0,20}}\b(?:halts?|pauses?|suspends?|freezes?|places?\s.{{0,30}}hold|
                    stops?)\b |
                (?:trials?|stud(?:y|ies))\s(?:\w+\s){{0,2}}(?:suspended|halted|paused|frozen)\sby\s
                    (?:the\s)?{AUTHORITY} |
                import\salert | warning\sletter
            )
        """,
    ),
    rule(
        "fda.delayed",
        -1,
        rf"""
            (?<!\w)(?:
                {AUTHORITY}\b.{{0,30}}\b(?:extends?|pushes?\sback|delays?|postpones?|
                    requests?\smore|wants\smore|questions?)\b.{{0,50}}(?:review|decision|data|
                    timeline|date|pdufa|trial) |
                {AUTHORITY}(?:'s)?\sextended\s.{{0,40}}\breview |
                pdufa\b.{{0,30}}\b(?:extended|extension|delay\w*) |
                (?:surprise|unexpected)\sdelay\b.{{0,40}}\b(?:drug|therapy|treatment|vaccine|
                    device) |
                requests?\s(?:more|additional)\s(?:data|information).{{0,30}}{AUTHORITY}
            )
        """,
    ),
    rule(
        "fda.designation",
        1,
        r"""
            (?<!\w)(?:
                (?:breakthrough(?:\s(?:therapy|device|medicine))?|fast[\s-]track|orphan(?:[\s-]
                    (?:drug|medicinal\sproduct))?|rare\spediatric(?:\sdisease)?|
                    regenerative\smedicine(?:\sadvanced\stherapy)?|rmat|innovation\spassport|
                    sakigake|prime|qualified\sinfectious\sdisease\sproduct|qidp)(?:\s\w+)?\s
                    (?:designations?|status|tag|nod) |
                fda\b.{0,30}\bfast[\s-]?tracks? | \bfast[\s-]track(?:ed)?\b.{0,40}\bfda |
                fda\s(?:breakthrough|fast[\s-]track|orphan|rmat)\b | fda\sdesignations? |
                priority\s(?:fda\s)?review(?!\svoucher) | granted\saccelerated\sapproval |
                priority\svoucher\sfrom | national\spriority
            )
        """,
    ),
    rule(
        "fda.cleared_study",
        1,
        rf"""
            (?<!\w)(?:
                ind\b.{{0,25}}\b(?:clear(?:ance|ed|s)|accept\w*|approv\w*|go[\s-]ahead) |
                (?:clear(?:ance|ed|s)|accept\w*|approv\w*|go[\s-]ahead)\b.{{0,60}}\bind\b |
                study\smay\sproceed |
                (?:gets?|obtains?|receives?|secures?|wins?)\s(?!ethics\s)(?:\w+\s){{0,3}}(?:approval|clearance|
                    go-?ahead|nod|permission)\s.{{0,40}}\b(?:trial|study)\b |
                \bphase\s?(?:[1-4]|i{{1,3}})\s(?:green[\s-]?light|go-ahead|clearance|nod)\b |
                {AUTHORITY}\b.{{0,30}}\b(?:clears?|go[\s-]ahead|backs?|green[\s-]?lights?|allows?|
                    lets?|permits?)\b.{{0,70}}(?:trial|study|studies)
            )
        """,
    ),
    rule(
        "fda.approved",
        1,
        rf"""
            (?:
                (?<!seek\s)(?<!seeks\s)(?<!seeking\s)(?<!support\s)(?<!toward\s)(?<!towards\s)
                    (?<!for\s)(?<!pending\s)(?<!awaits\s)(?<!of\s)(?<!upcoming\s)(?<!possible\s)
                    (?<!potential\s)\b{AUTHORITY}\b(?!-)(?:'s)?\s(?:[\w,'()/-]+\s){{0,3}}?{NOD}\b
                    (?!\s(?:hopes|odds|path|decision|bid|timeline|process|submission|ahead)) |
                \b(?:receiv\w+|wins?|won|gets?|got|secures?|obtain\w*|gains?|nabs?|earns?|granted|
                    scores?|lands?|achiev\w+|after|following|on)\s(?:[\w,'()/\.-]+\s){{0,4}}?
                    (?:{AUTHORITY}\s(?:\w+\s){{0,2}}{NOD}|510\(k\)\sclearance|de\snovo\s
                    (?:clearance|authori\w+|grant)|ce\smark(?:ing)?|(?:regulatory|marketing|
                    conditional|tentative|full|accelerated)\s(?:approval|authori[sz]ation|
                    clearance)) |
                \b(?:u\.?k\.?|china|japan|canada|europe|e\.?u\.?|regulators?)\s(?:approves|clears|
                    okays|backs)\b(?!.{{0,80}}(?:merger|deal|acqui|takeover|buyout)) |
                \b(?:wins?|nabs?|gets?|scores?|secures?|receives?|gains?|on|after)\s
                    (?:[\w-]+\s){{0,4}}(?:therapy|drug|vaccine|device|treatment)\s(?:approval|
                    clearance)\b |
                \b(?:approves|clears|okays|authori[sz]es|greenlights)\b.{{0,80}}\b(?:treatment|
                    therapy|drug|vaccine|device|injection|tablets?|patients)\b |
                \b(?:wins?|won|scores?|nabs?|secures?|gains?)\s{PRODUCT}\sapproval\b(?!\sto\b) |
                \b(?!(?:board|court|regulator|shareholder|stockholder))
                    (?-i:[A-Z]{{5,}})\sapproval\b |
                \b(?:wins?|gets?|gains?|secures?|receives?)\s(?:\w+\s){{0,3}}label\sexpansion\b |
                \bapproved\sin\s(?:the\s)?(?:u\.?s\.?|e\.?u\.?|{ABROAD})(?!\w) |
                \b(?:device|drug|inhaler|injection|pill|shot|therapy|treatment|vaccine)\s
                    (?:gains|gets|receives|secures|wins)\s(?:\S+\s){{0,2}}approval\b |
                \brecommend(?:s|ed)\sfor\s(?:\w+\s)?approval\b |
                (?<!for\s)(?<!seek\s)(?<!seeks\s)(?<!toward\s)(?<!towards\s)\b{ABROAD}\s
                    (?:regulatory\s)?(?:approval|nod|clearance)s?\b(?!\s(?:process|rating)|.{{0,80}}
                    (?:merger|deal|acqui|takeover|buyout|mine|pipeline|plant|project|flight|
                    route)) |
                {AUTHORITY}\swins?\b | \bce\smark\b | approval\sof\s{APPLICATION} |
                positive\s(?:\w+\s)?opinion\b |
                chmp\s(?:\w+\s)?(?:recommend\w*|backs|opinion) |
                {AUTHORITY}\b.{{0,60}}\bemergency\suse\sauthori[sz]ation
            )
        """,
    ),
    rule(
        "fda.accepted",
        1,
        rf"""
            (?<!\w)(?:
                {AUTHORITY}\b.{{0,30}}\b(?:accept(?:s|ed|ance)|files|validates)\b |
                {AUTHORITY}\sreviews\b | (?:real-time|rolling)\s{AUTHORITY}\sreview |
                (?:under|undergoes|undergoing|into)\s{AUTHORITY}\sreview |
                (?:accept(?:s|ed|ance))\b.{{0,50}}\b{APPLICATION} |
                {APPLICATION}\b.{{0,40}}\b(?:accept(?:s|ed|ance)|under\sreview|validat\w+)
            )
        """,
    ),
    rule(
        "fda.submitted",
        1,
        rf"""
            (?<!\w)(?:
                (?:submit(?:s|ted)?|submission\sof|fil(?:es|ed)|completes?\s
                    (?:\w+\s){{0,3}}submission|resubmit(?:s|ted)|
                    initiat\w+\srolling)\b.{{0,60}}\b{APPLICATION}\b |
                {APPLICATION}\b.{{0,50}}\b(?:submitted|submission|resubmi\w+|filed|filing)\b(?!\s
                    (?:targeted|expected|planned|remains|on\strack|timeline|anticipated|in\s20|
                    plans?|strategy|fee)) |
                seeks?\s(?:\w+\s)?{AUTHORITY}\s(?:\w+\s)?(?:approval|clearance|nod) |
                {AUTHORITY}\s(?:review|approval|clearance)\ssought |
                (?:with|after|following|from|on)\s(?:the\s)?{AUTHORITY}\s(?:filing|sub\w*|
                    application)\b |
                submits?\b.{{0,40}}\bto\s(?:the\s)?{AUTHORITY}
            )
        """,
    ),
    rule(
        "fda.decision_date",
        0,
        rf"""
            (?<!\w)(?:
                pdufa\b.{{0,30}}\b(?:date|goal|action|set|assigned) |
                {AUTHORITY}\b.{{0,10}}\bsets?\b |
                (?:advisory\scommittee|adcomm?|fda\spanel)\b.{{0,60}}\b(?:meeting|vot\w+|back\w*|
                    recommend\w*|date|support\w*|against|review) |
                {AUTHORITY}\s(?:advis\w+|panel)\s
            )
        """,
    ),
    rule(
        "fda.meeting",
        0.5,
        rf"""
            (?<!\w)(?:
                (?:type\s[abcd]|pre-?(?:nda|bla|ind)|
                    end[\s-]of[\s-]phase\s?\w+)\b.{{0,50}}\bmeetings? |
                {AUTHORITY}\b.{{0,25}}\b(?:alignment|aligns?|agree(?:s|d|ment)|feedback|minutes|
                    guidance\son|backing|meeting|support)\b |
                (?:alignment|agreement|aligns|feedback|meeting)\b.{{0,30}}\b(?:with|from|by)\s
                    (?:the\s|[a-z]+'s\s)?{AUTHORITY} |
                regulatory\s(?:alignment|development|milestone|progress|(?:and\s\w+\s)?update|
                    (?:path\w*\s)?clarity) |
                {AUTHORITY}\s(?:response|decision\sletter|letter|views|update|boosts?|lays\sout|
                    confirms)\b
            )
        """,
    ),
    rule(
        "fda.step",
        0,
        rf"""
            (?<!\w)(?:
                {AUTHORITY}\s(?:\w+\s)?(?:asks|flags|wants|warns|tells|lets|permits|invites|shapes|maps|
                    outlines|advances|advises|weighs\sin|paves|opens)\b |
                {AUTHORITY}\s(?:won't|doesn't|will\snot|does\snot)\s(?:need|require)\b |
                {AUTHORITY}\stakes\s(?:a\s)?(?:closer|new|fresh)\slook |
                {AUTHORITY}\s(?:sends|issues|delivers)\s(?:\w+\s){{0,2}}letter |
                {AUTHORITY}\s(?:staff|reviewers?)\b | (?:boxed|black[\s-]box)\swarning |
                {AUTHORITY},\s[\w-]+\s(?:map|agree|align|set|chart|settle)\b |
                {AUTHORITY}(?:'s)?\s(?:[\w-]+\s){{0,2}}(?:action|request|signal|ruling|path(?:way)?|
                    protocol\samendment)\b |
                (?:after|following|on)\s{AUTHORITY}\sguidance |
                (?:invited|asked|told|cleared)\sby\s(?:the\s)?{AUTHORITY}
            )
        """,
    ),
)
