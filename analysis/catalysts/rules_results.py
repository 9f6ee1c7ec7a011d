"""Results of a period that has ended, and outlooks for one to come."""

from __future__ import annotations

from analysis.catalysts.kinds import rule
from analysis.catalysts.rules_shares import MONEY

QUARTER = r"""
    (?:
        (?:f|fiscal\s)?q[1-4] | [1-4]q(?:\d\d)? |
        (?:first|second|third|fourth|1st|2nd|3rd|4th)[\s-](?:fiscal\s)?(?:quarter|half)(?:ly)? |
        quarter(?:ly)? | full[\s-]year | half[\s-]year | fiscal(?:\syear)? | fy(?:\s?\d{2,4})?\b |
        year-end | annual | h[12] | three\smonths | six\smonths | nine[\s-]months
    )
"""
FIGURE = r"""
    (?:
        results? | earnings | revenues? | sales | profits? | loss(?:es)? | eps | income | ebitda | ffo |
        bottom\sline
    )
"""
CHANGED = r"""
    (?:
        higher | lower | stronger | weaker | softer | rising | falling | growing | shrinking |
        slowing | declining | mounting | widening
    )
"""
EXPECTED = r"(?: estimates? | expectations? | forecasts? | consensus | views? | street )"
OUTLOOK = r"""
    (?:
        (?<!fda\s)(?<!draft\s)guidance | (?<!pipeline\s)(?<!policy\s)outlook |
        forecasts?(?!\s(?:20|to\s20)) |
        (?:revenue|sales|profit|earnings|eps|ebitda|production|growth|output)\s(?:targets?|views?|
            estimates) |
        projections? | financial\stargets
    )
"""

EARNINGS = (
    rule(
        "guidance.forecast",
        0,
        rf"""
            ^(?!.*\b(?:beats?|lags?|meets|tops?|topped|miss(?:es|ed)?|results|reports?|posts|surprises|
                surpass\w*|{FIGURE}\s(?:surg|jump|ris|rose|f[ae]ll|grew|climb|soar|drop|doubl|
                up\s)\w*)\b).*?(?<!\w)(?:(?:forecasts?|expects|sees|guides|projects|anticipates|
                targets|warns)\s(?:[\w$%.,'&()-]+\s){{0,5}}?(?:{QUARTER}|20\d\d)\s
                (?:[\w$%.,'()-]+\s){{0,4}}?(?:{FIGURE}|{OUTLOOK})\b|{QUARTER}\s(?:[\w-]+\s){{0,3}}?{OUTLOOK}\b)
        """,
    ),
    rule(
        "earnings.call",
        0,
        r"""
            \b(?:
                earnings\s(?:conference\s)?call |
                (?:q[1-4]|results|quarter(?:ly)?)\s(?:\d{4}\s)?(?:conference\s)?call |
                call\stranscript |
                earnings\s(?:flash|snapshot|summary|recap|scorecard|transcript) | earnings:\s?what |
                q[1-4]\s(?:\w+\s)?deep\sdive
            )
        """,
    ),
    rule(
        "earnings.against",
        0,
        rf"""
            (?<!\w)(?:
                (?:beat(?:s|ing)?|top(?:s|ped|ping)?|surpass\w*|exceed\w*|crush\w*|smash\w*|
                    outpac\w+|above|ahead\sof|meets?|hits?|in[\s-]?line\swith|match\w*|lag(?:s|
                    ged)?|trail\w*|miss(?:es|ed|ing)?|below|short\sof|shy\sof|vs\.?)\s
                    (?:[\w$%.,'&-]+\s){{0,6}}?{EXPECTED} |
                {FIGURE}\s(?:(?!outlook|guidance|forecast)[\w.,$%-]+\s){{0,3}}?(?:beat|beats|miss|
                    misses|missed|surprise|tops|lag|lags|shortfall|decline|jump(?:s|ed)?|surg(?:e|
                    es|ed)|ris(?:e|es)|rose|fell|falls?|drop(?:s|ped)?|climb(?:s|ed)?|soar(?:s|ed)?|
                    grew|grows|up\s\d+|down\s\d+|doubl\w+|tripl\w+|slump\w*|slid\w*|advances?|widen\w*|
                    narrow\w*|increas\w+|decreas\w+|below|above|fall\sshort)\b |
                {FIGURE}\s(?:and\s{FIGURE}\s)?(?:top|beat|miss|lag|surpass|exceed)\b |
                {QUARTER}\s(?:\w+\s)?(?:beat|miss|profit|loss|surprise)\b |
                beats?\s(?:across|and\s(?:rais|lift|hik|boost)\w*|on\s(?:all|both|top|bottom|
                    earnings|eps|profit|revenue|sales))\b |
                {FIGURE}\s(?:disappoint|impress|underwhelm)\w*\b |
                {QUARTER}\s(?:20\d\d\s)?(?:cash\s)?(?:squeeze|slump|surge|slide)\b |
                surprises?\swith\s{QUARTER} |
                (?:wider|narrower|smaller|bigger|larger)[\s-]than[\s-]expected |
                (?:better|worse)[\s-]than[\s-](?:expected|feared).{{0,40}}{FIGURE}
            )
        """,
    ),
    rule(
        "earnings.report",
        0,
        rf"""
            (?<!\w)(?:
                (?:report(?:s|ed|ing)?|announc(?:es|ed)|post(?:s|ed)|deliver(?:s|ed)|releas(?:es|
                    ed)|issues|publish(?:es|ed)|record(?:s|ed)|records|provid(?:es|ed)|logs?|shows?|
                    sees?|swings?|unveils?|discloses|generat\w+|achiev\w+|notch(?:es|ed)|books|
                    earns|highlights|after|following|on|amid|despite)\b\s
                    (?:[\w$%.,'&/():-]+\s){{0,7}}?(?:{QUARTER}\s
                    (?:[\w$%.,'&/():-]+\s){{0,6}}?{FIGURE}|financial\s(?:and\s\w+\s)?(?:results|
                    performance)|operating\sresults|earnings\sresults\b|results\sfor\sthe|net\s
                    (?:loss|income|profit)|(?:higher|lower|increased|decreased|record|strong|weak|
                    growing|solid|mixed)\s(?:\w+\s)?(?:profits?|revenues?|sales|earnings|loss)|
                    (?:profit|loss|ffo|eps|revenue)\sof\b|record\s(?:revenue|quarter|results|
                    year)) |
                {QUARTER}\s(?:[\w.,'-]+\s){{0,5}}?(?:financial\s|operating\s|operational\s|
                    unaudited\s|business\s|sales\sand\s)*(?:results|earnings|eps|net\s(?:income|
                    loss)|profit|loss|revenues?|sales)\b(?!\s(?:date|call\s(?:on|date)|expected|
                    likely|to\s|(?:\w+\s){{0,2}}(?:guidance|outlook|forecast|view|target))) |
                {FIGURE}\s(?:and\s{FIGURE}\s)?for\s(?:the\s)?(?:first|second|third|fourth|quarter|
                    three|six|nine|twelve|fiscal|full) |
                (?:unaudited|preliminary|audited|interim)\s(?:[\w$.]+\s){{0,4}}{FIGURE} |
                (?:after|following)\s{CHANGED}\s(?:\w+\s)?{FIGURE}\b |
                {FIGURE}\s(?:growth\s)?(?:in|for)\s(?:the\s|its\s)?{QUARTER}\b |
                {CHANGED}\s(?:\w+\s)?{FIGURE}\s(?:but|and|on|with|despite|amid)\s
                    (?:slightly\s)?{CHANGED}\s |
                earns\s{MONEY}(?!.{{0,20}}\bmilestone) | gaap\s(?:earnings|eps|loss|net|profit)\b |
                \bq[1-4](?:\s20\d\d)?(?::|\sprint\b) | record\s(?:first|second|third|fourth)[\s-]quarter\b |
                (?:after|following|on)\s(?:[\w'-]+\s){{0,2}}(?:q[1-4]|quarterly|earnings)\s
                    (?:numbers|print|report)\b |
                (?:after|following|on)\s(?:an?\s|its\s)?(?:blowout|disappointing|mixed|record|soft|
                    solid|stellar|strong|upbeat|weak)\s(?:\w+\s)?(?:quarter|results|earnings)\b |
                10-[kq]\s(?:annual\s|quarterly\s)?report |
                (?:files?|filed)\s(?:its\s|an?\s)?(?:form\s)?10-[kq]\b |
                (?:annual|quarterly)\sreport\son\sform\s |
                record\s(?:q[1-4]\s|quarterly\s|quarter\s|annual\s)?(?:operating\s|free\s)?
                    (?:revenues?|results|quarter|earnings|profits?|sales|cash\sflow|net\s
                    (?:interest\s)?income) |
                latest\searnings | (?:solid|strong|weak)\s20\d\d\sfinish |
                \b(?:aum|assets\sunder\smanagement)\s(?:climb|drop|fall|grow|increase|reach|ris|
                    slip|total)\w*\b |
                (?:january|february|march|april|may|june|july|august|september|october|november|
                    december)\s(?:\w+\s)?(?:aum|sales|revenues?|traffic)\b |
                swings?\s(?:back\s)?to\s(?:an?\s)?(?:\w+\s)?(?:loss|profit)\b |
                (?:after|following)\s(?:[\w'-]+\s){{0,2}}earnings\b(?!\s(?:while|yet|growth|season|
                    pressure|but|reset|date|estimates|multiple)) |
                (?:report|announc|releas)(?:s|es)\s(?:its\s|latest\s)?earnings\b(?!\s(?:date|
                    release|call|tomorrow|next|on\b|estimates)) |
                profit\s(?:plunge|jump|drop|rise|surge|fall|climb|slump)\w* |
                (?:quarterly|annual)\s(?:profit|loss|results) | surprise\s(?:\w+\s)?profit\b |
                (?:net|surprise|wider|narrow\w*)\s(?:\w+\s)?loss\b |
                (?:lifts?|grows?|widens?|narrows?|boosts?|cuts)\s(?:[\w-]+\s)?{QUARTER}\s(?:\d+\s)?
                    (?:[\w-]+\s)?(?:revenue|sales|loss|profit) |
                (?:widens?|narrows?|cuts|trims)\s(?:\w+\s)?(?:net\s)?loss
            )
        """,
    ),
)

GUIDANCE = (
    rule(
        "guidance.raised",
        1,
        rf"""
            (?<!\w)(?:
                (?:rais\w+|lift\w*|hik(?:es|ed|ing)|boost\w*|increas\w+|upgrad(?:es|ed|ing)|
                    improv\w+|ups|higher|strong|stronger|upbeat|optimistic|bullish|above-consensus|
                    better|rosy)\s(?:[\w$%.,'&/()-]+\s){{0,6}}?{OUTLOOK}\b |
                {OUTLOOK}\s(?:\w+\s)?(?:hike|raise|raised|boost|lifted|increase|beats?|tops?|
                    upgrade|above) |
                (?:forecasts?|sees|guides?|expects|projects)\s(?:[\w$%.,'-]+\s){{0,4}}?(?:upbeat|
                    strong|above|higher)\b(?!\s(?:\w+\s)?demand)
            )
        """,
    ),
    rule(
        "guidance.cut",
        -1,
        rf"""
            (?<!\w)(?:
                (?:cut(?:s|ting)?|lower\w*|slash\w*|trim\w*|reduc\w+|withdr\w+|suspend\w*|pull(?:s|
                    ed)|weak|soft|softer|disappointing|cautious|gloomy|downbeat|below-consensus|
                    dismal|tepid|bleak)\s(?:[\w$%.,'&/()-]+\s){{0,6}}?{OUTLOOK}\b |
                {OUTLOOK}\s(?:\w+\s)?(?:cut|lowered|withdrawn|miss(?:es)?|disappoint\w*|warning|
                    below|slashed|trimmed|falls?\sshort) |
                profit\swarning |
                warns?\s(?:\w+\s){{0,3}}(?:profit|sales|revenue|earnings|results) |
                (?:forecasts?|sees|guides?|expects|projects)\s(?:[\w$%.,'-]+\s){{0,4}}?(?:below|
                    weak|lower)\b
            )
        """,
    ),
    rule(
        "guidance.given",
        0,
        rf"""
            (?<!\w)(?:
                (?:reaffirm\w*|reiterat\w+|maintain\w*|confirm\w*|affirm\w*|keeps?|narrow\w*|
                    updat\w+|issu(?:es|ed)|provid(?:es|ed)|initiat\w+|introduc\w+|sets?|gives?|
                    releas\w+|announc\w+|unveil\w*|outlines|maps\sout|lays\sout|backs|tweaks|
                    revis\w+|establish\w+|mixed)\s(?:[\w$%.,'&/()-]+\s){{0,6}}?{OUTLOOK}\b |
                (?:sees|expects|forecasts|guides|projects|anticipates)\s(?:[\w$%.,'()-]+\s){{0,4}}?
                    (?:{QUARTER}|20\d\d)\s(?:[\w$%.,'()-]+\s){{0,5}}?(?:{FIGURE}|growth) |
                forecasts\s(?:[\w$%.,'-]+\s){{0,4}}?{FIGURE} |
                (?:expects|forecasts|predicts|
                sees)\s\d+%\s(?:\w+\s)?growth\b(?!\sin\s(?:\w+\s){{0,2}}market) |
                (?:as|on|after|following|amid)\s(?:[\w$%'-]+\s){{0,5}}{OUTLOOK}\b |
                (?:targets|sees|expects|guides|projects)\s(?:[\w$%.,'-]+\s){{0,3}}?(?:{FIGURE}|
                    (?:eps|revenue|sales)\sgrowth)\b |
                (?:updated?|full[\s-]year|fiscal|(?:20\d\d|q[1-4]))\s(?:[\w-]+\s){{0,3}}?
                    (?:guidance|(?<!pipeline\s)outlook)\b
            )
        """,
    ),
    rule(
        "guidance.runway",
        1,
        r"""
            (?<!\w)(?:
                (?:extend\w*|lengthen\w*)\s(?:its\s|the\s)?(?:cash|operating|financial)\srunway |
                runway\s(?:extended|(?:in)?to\s(?:\w+\s){0,4}20\d\d)
            )
        """,
    ),
)
