"""Clinical and preclinical studies."""

from __future__ import annotations

from analysis.catalysts.kinds import rule

STUDY = r"(?: trial | study | studies | phase\s?(?:[1-4]|i{1,3}v?)[ab]?(?:/(?:[1-4]|i{1,3})[ab]?)?\b )"
DATA = r"(?: data | results? | readouts? | findings | outcomes? | efficacy | responses? )"
SHOWS = r"""
    (?:
        announc\w+ | report\w* | present(?:s|ed) | shar(?:es|ed) | shows? | showed | demonstrat\w+ |
        unveil\w* | posts? | reveal\w* | publish\w* | releas(?:es|ed) | touts? | highlights? |
        delivers? | achiev\w+ | after | on | from | following
    )
"""
CODE = r"(?-i:\b(?!FY)[A-Z]{2,5}-?\d+\b)"
"""A medicine that has no name yet."""
BETTER = r"""
    (?:
        (?:cuts?|eas(?:es|ed)|halv(?:es|ed)|improv(?:es|ed)|lower(?:s|ed)|prevent(?:s|ed)|
            reduc(?:es|ed)|restor(?:es|ed)|shr[iau]nks?|slow(?:s|ed))\s(?:[\w-]+\s){0,3}(?:attacks|bleed\w*|
            cholesterol|deaths?|decline|hearing|pain|progression|relapses?|seizures?|sight|
            survival|symptoms?|tumou?rs?|vision)
    )
"""
GOOD = r"""
    (?:
        positive | promising | encouraging | favou?rable | strong | successful | compelling |
        robust | statistically\ssignificant | durable | meets? | met | wins? | won | success
    )
"""
BAD = r"""
    (?:
        fails? | failed | failure | miss(?:es|ed) | disappoint\w* | does\snot\smeet |
        did\snot\smeet | falls?\sshort | flop\w* | setback | unsuccessful | negative | mixed
    )
"""

RULES = (
    rule(
        "trial.failed",
        -1,
        rf"""
            (?:
                \b{STUDY}.{{0,60}}\b{BAD}\b |
                \b{BAD}\b.{{0,40}}\b(?:{STUDY}|(?:primary|secondary|main|key)\s(?:end\s?point|
                    goal)) |
                (?:discontinu\w+|terminat\w+|halts?|halted|stops?|stopped|suspend\w*|paus\w+|ends|
                    scraps?|abandons?|ditch\w*)\s(?:[\w'-]+\s){{0,7}}{STUDY} |
                {STUDY}\s(?:\w+\s){{0,3}}(?:discontinued|terminated|halt(?:ed)?|stopped|suspended|
                    paused?) |
                {BAD}\s.{{0,20}}\bplacebo\b |
                {STUDY}\smiss\b | \b(?:early|late|mid)-stage\s(?:failure|flop|setback)\b |
                (?<!shares\s)(?<!stock\s)\b(?:drops|discontinues|ends|scraps|shelves)\s
                    (?:\w+\s){{0,3}}{CODE} |
                {STUDY}.{{0,40}}\bsafety\s(?:concern|event|issue)s?\b |
                patient\sdeath.{{0,30}}{STUDY} |
                \b(?:drug|therapy|clinical)\s(?:development|program|work)\s(?:discontinued|ended|
                    halted|stopped|suspended)\b |
                \b(?:discontinu|halt|scrap|shelv|stop|suspend|terminat)\w*\s(?:[\w-]+\s){{0,4}}
                    (?:clinical|drug|therapy)\s(?:development|program)\b
            )
        """,
    ),
    rule(
        "trial.positive",
        1,
        rf"""
            (?:
                \b{GOOD}\b.{{0,60}}\b(?:{STUDY}|top-?\s?line|interim|clinical|pre-?clinical|
                    long-?term|\d+-(?:week|month)).{{0,40}} |
                \b{GOOD}\b.{{0,30}}\b(?:top-?\s?line|clinical|pre-?clinical|interim)\s
                    (?:\w+\s)?{DATA} |
                \b{GOOD}\s(?:\w+\s){{0,2}}(?:efficacy|remission|response\srates?|survival)\b |
                \b(?:clinical|survival)\sbenefit\b | \b(?:early|late|mid)-stage\s(?:success|win)\b |
                \b(?:complete|partial)\sremissions?\b | \bhead-to-head\s(?:victory|win)\b |
                \btumou?r\s(?:regression|shrinkage)\b |
                \b(?:regression|resolution|shrinkage)\sof\s(?:\w+\s)?tumou?rs\b |
                {STUDY}(?!.{{0,60}}pipeline).{{0,60}}\b{GOOD}\b |
                \b(?:meets?|met|hits?|achiev\w+)\b.{{0,25}}\b(?:primary|secondary|main|key|
                    co-primary|all|both|its)\s(?:\w+\s)?(?:end\s?points?|goals?)
            )
        """,
    ),
    rule(
        "trial.data",
        0,
        rf"""
            (?:
                \b(?:{SHOWS})\s.{{0,60}}\b(?:{STUDY}|top-?\s?line|interim|clinical|
                    pre-?clinical).{{0,30}}\b{DATA}\b |
                \b(?:{STUDY}|top-?\s?line|interim\s|clinical\s|
                    pre-?clinical\s).{{0,40}}\b{DATA}\b.{{0,40}}\b(?:show\w*|demonstrat\w+|
                    support\w*|reveal\w*|reduc\w+|improv\w+) |
                \btop-?\s?line\s(?:\w+\s){{0,2}}{DATA} |
                \b(?:after|on|following|as)\s(?:[\w-]+\s){{0,6}}(?:engager|clinical|patient|
                    efficacy|survival|safety|therapy|drug|vaccine|dose|response|cancer|
                    obesity|tumou?r|weight-loss)\s(?:data|results)\b |
                \b(?:posts|presents|reports|shares|unveils)\s(?:\w+\s){{0,2}}data\s(?:for|from|on)\b
                    .{{0,40}}\b(?:cancer|drug|pill|therapy|treatment|vaccine)\b |
                \b\d+-(?:week|month|year)\s(?:\w+\s)?data\b | \bimmune\sresponses?\b |
                \bdata\sat\s(?:the\s)?(?:\d+\w*\s|20\d\d\s|annual\s)*(?-i:[A-Z]{{3,5}})\b |
                \b{BETTER}\b | \bplacebo\b | \b\d+%\seffective\b | \blong-term\sdata\b |
                {CODE}\s(?:lowers|meets|reduces|slows)\b |
                {STUDY}.{{0,20}}\b(?:data|results|readout)\b |
                \b(?:shows?|showed|cuts?|reduc\w+|slow\w*|improv\w+|shrinks?|
                    lowers?)\s.{{0,60}}\bin\s(?:[\w\'-]+\s){{0,3}}(?:trial|study)\b |
                \b(?:shows?|showed|cuts?|lowers?|reduc\w+|improv\w+|eas(?:es|ed)|
                    helps?)\b.{{0,60}}\bin\s(?:\d[\d,]*\s(?:\w+\s)?)?(?:people|patients|adults|
                    children|infants|women|men|volunteers)\b |
                \b(?:drug|therapy|treatment|pill|vaccine|combo|shot|
                    injection)s?\b.{{0,40}}\bshows?\s(?:\w+\s)?promise\b |
                \bpublication\sof\b.{{0,80}}\b{DATA}\b | \bstudy\s(?:links|finds|shows|suggests)\b |
                \b{STUDY}\s(?:signals?|success)\b |
                \b(?:drug|pill|shot|therapy|treatment|vaccine)s?\s(?:allows|helps|lets)\b
                    .{{0,40}}\bpatients?\b.{{0,60}}\b(?:\d+%|in\shalf|(?:after|for|over)\s\d+) |
                \bshows?\b.{{0,60}}\blasting\s\w+\s(?:weeks|months|years)\b |
                \b(?:drug|pill|shot|therapy|treatment|vaccine)s?\sshows?\s(?:[\w'-]+\s){{0,3}}
                    (?:benefit|potential)\b
            )
        """,
    ),
    rule(
        "trial.progress",
        0.5,
        r"""
            (?<!\w)(?:
                (?:first|last)\s(?:patient|participant|subject|cohort|person|site)s?\b.{0,30}\b
                    (?:dos\w+|enrol\w+|treat\w+|random\w+|screen\w+|complet\w+|activat\w+|visit) |
                into\s(?:the\s)?clinic\b |
                (?:doses|dosed|dosing|treats|enrols|enrolls|enrolled|enrolling|random\w+|screens)\s(?:of\s)?(?:the\s)?
                    (?:first|last)\b |
                (?:complet\w+|finish\w+|full)\s(?:of\s)?(?:\w+\s){0,3}(?:enrol?lment|recruitment|
                    dosing) |
                (?:enrol?lment|recruitment|dosing)\s(?:\w+\s){0,3}(?:complet\w+|finish\w+|
                    milestone) |
                (?:\d+%|half)\s(?:of\s)?(?:\w+\s)?enrol?lment |
                (?:trial|study)\s(?:initiation|launch|start)\b |
                (?:initiat\w+|launch\w*|begins?|starts?|started|commenc\w+|embarks\son|expand\w*|
                    resum\w+|advances|advanced|complet\w+|opens?|kick\w*\soff)\s(?:of\s)?
                    (?:[\w'/()-]+\s){0,6}?(?:clinical\s|pivotal\s|registrational\s)?(?:trials?|stud
                    (?:y|ies))\b(?!.{0,12}(?:lawsuit|court|jury)) |
                (?:initiat\w+|launch\w*|begins?|starts?|commenc\w+|enters?|advances|advanced|moves|
                    into|toward)\s(?:[\w'/()-]+\s){0,4}?phase\s?(?:[1-4]|i{1,3})\b |
                (?:maps?|lays?|sets?)\sout\s(?!.{0,20}\bplans\b).{0,60}\b(?:trials?|stud(?:y|ies))\b |
                \b(?:trial|study)s?\sof\s.{0,60}\b(?:accelerates|advances|moves|speeds)\b |
                \btrial\s(?:site|amendment|redesign|tweak)s?\b |
                \bto\s(?:test|evaluate|assess)\b.{0,60}\bin\s(?:an?\s)?(?:\w+\s)?(?:trial|study)\b |
                \b(?:candidate|drug|option|pill|program|shot|therapy|treatment|vaccine)s?\s
                    (?:for\s(?:[\w,-]+\s){1,6})?(?:advances?|moves?\s(?:ahead|closer|forward))\b |
                \bupdates?\son\s(?:[\w-]+\s){1,3}(?<!and\s)development\b |
                \bdata\spublication\b |
                clinical\s(?:trial\s)?(?:update|progress|milestone) |
                (?:pipeline|trial|study|clinical)\s(?:calendar|milestone|roadmap|timeline|update)
            )
        """,
    ),
)
