"""Shares sold, and shares made in any other way."""

from __future__ import annotations

from analysis.catalysts.kinds import rule

MONEY = r"(?:(?:us|c|a|hk|ca)?[$€£]\s?[\d.,]+\s?(?:m|mm|mln|million|b|bn|billion|k)?\b)"
PAPER = r"""
    (?:
        equity | common | shares? | stock | ordinary\sshares? | units? |
        preferred\s(?:stock|shares?) | adss? | pre-funded\swarrants?
    )
"""

RULES = (
    rule(
        "offering.withdrawn",
        1,
        r"""
            (?<!\w)(?:
                (?:withdraw\w*|terminat\w+|cancel\w*|postpon\w+|pulls?|scraps?|ends?)\s
                    (?:\w+\s){0,4}(?:public\soffering|ipo|atm\sprogram\w*|at-the-market|share\ssale|
                    stock\soffering|equity\soffering|registered\sdirect)
            )
        """,
    ),
    rule(
        "offering.atm",
        -1,
        rf"""
            (?<!\w)(?:
                at[\s-]the[\s-]market | (?:{MONEY}|through|under|via)\s(?:an\s|its\s)?atm\b |
                atm\s(?:program\w*|offering|facility|sales?|equity|agreement|issuance) |
                equity\sdistribution\sagreement | sales\sagreement\b.{{0,30}}\bshares
            )
        """,
    ),
    rule(
        "offering.convertible",
        -1,
        r"""
            (?<!\w)(?:
                convertibles?\b(?!\spreferred\sdividend).{0,40}\b(?:notes?|debt|bonds?|debentures?|
                    offering|financing|securities)\b(?!\s(?:repurchase|redemption|maturity|
                    exchange)) |
                exchangeable\s(?:senior\s)?notes |
                (?:raises?|sells?|prices?|issues?)\b.{0,40}\bconvertibles
            )
        """,
    ),
    rule(
        "offering.private",
        -1,
        rf"""
            (?<!\w)(?:
                private\splacements? | securities\spurchase\sagreement |
                pipe\s(?:financing|deal|investment|transaction|offering) | {MONEY}\spipe\b
            )
        """,
    ),
    rule("offering.direct", -1, r"\b(?: registered\sdirect )"),
    rule(
        "offering.ipo",
        0,
        r"""
            (?<!\w)(?:
                (?:files?|prices?|closes?|launch\w*|announc\w+|upsiz\w+|sets?\sterms|completes?|
                    raises?)\b.{0,50}\b(?:ipo|initial\spublic\soffering) |
                initial\spublic\soffering\s(?:of|pric\w+|clos\w+) | ipo\s(?:pric\w+|rais\w+)
            )
        """,
    ),
    rule(
        "offering.public",
        -1,
        rf"""
            (?<!\w)(?:
                (?:public|follow-on|underwritten|secondary|primary|rights|best[\s-]efforts|
                    bought[\s-]deal|confidentially\smarketed|direct)\s(?:\w+\s)?(?:offering|offer|
                    deal)\b(?!\son\s|.{{0,20}}\b(?:notes|debt|bonds)) |
                {PAPER}\s(?:\w+\s)?(?:offering|sale)\b(?!\sby\s) |
                (?:pric(?:es|ed|ing)|clos(?:es|ed|ing)|upsiz\w+|launch\w*|propos\w+|announc\w+|
                    plans?|unveils?|after|on)\b\s(?:of\s|its\s|an?\s|the\s)?(?:\w+\s)?{MONEY}?
                    (?:-million|-billion)?\s?(?:{PAPER}\s)?offering\b(?!.{{0,20}}\b(?:notes|debt|
                    bonds|etf|product|service)) |
                (?:sells?|to\ssell|selling|issu(?:es|ing))\s(?:up\sto\s)?(?:an\s)?
                    (?:additional\s)?{MONEY}\s(?:of\s|in\s|worth\sof\s)?(?:new\s)?{PAPER} |
                prices\s(?:\w+\s)?follow-on\b |
                bought[\s-]deal | over-?allotment | shares?\ssale\sto\s(?:raise|fund) |
                (?:prices?|upsizes?)\s(?:\w+\s)?offering\b(?!.{{0,20}}\b(?:notes|debt|bonds)) |
                {MONEY}(?:-million|-billion)?\s(?:{PAPER}\s)?offering\b(?!.{{0,20}}\b(?:notes|debt|
                    bonds)) |
                (?:stock|equity|share)[\s-](?:offering|sale)
            )
        """,
    ),
    rule(
        "offering.raised",
        -1,
        rf"""
            (?<!\w)(?:
                (?:raises?|raised|raising|secures?|closes?|announces?|obtains?)\s(?:up\sto\s|
                    about\s|an?\s|over\s|approximately\s)?{MONEY}(?:\s\w+)?\s(?:in\s|of\s|from\s|
                    through\s|via\s)?(?:an?\s|new\s)?(?:equity|stock|share|strategic\sinvestment|
                    financing\sfrom\s(?:institution|invest)|capital\sraise|oversubscribed)\b(?!\s
                    (?:re|buy)) |
                (?:announc|receiv|secur|clos)\w+\s(?:an?\s)?(?:{MONEY}\s)?strategic\s
                    (?:equity\s)?investment\s(?:from|by)\b |
                {MONEY}\s(?!(?:\w+\s){{0,2}}(?:bridge|credit|debt|loan|notes?|project|term)\b)
                    (?:\w+\s){{0,2}}financing\b |
                raises\s{MONEY}\sto\s(?:advance|develop|fund|support)\b |
                equity\s(?:raise|financing|investment|funding) | capital\sraise |
                (?:raises?|raising)\scapital\s(?:via|through|in)
            )
        """,
    ),
    rule(
        "dilution.warrants",
        -1,
        r"""
            (?<!\w)(?:
                new\s(?:[\w-]+\s){0,2}warrants\b |
                warrants?\s(?:\w+\s){0,2}(?:inducement|exercis\w+|issu\w+|repric\w+|amend\w+|
                    exchange|dividend|redemption|holders) |
                (?:exercis\w+|induce\w*|issu\w+|repric\w+|redeem\w*|redemption|receiv\w+|
                    distribut\w+)\s(?:of\s)?(?:[\w$,.-]+\s){0,4}warrants?\b
            )
        """,
    ),
    rule(
        "dilution.resale",
        -1,
        r"""
            (?<!\w)(?:
                resales?\s(?:registration|prospectus|of\s(?:up\sto\s)?[\d.,]*\s?(?:million\s)?
                    (?:\w+\s){0,2}shares|s-[13]) |
                (?:regist\w+)\s(?:[\w.,]+\s){0,6}for\sresale | regist\w+\s(?:[\w.,]+\s){0,4}resale |
                files?\sto\soffer\s(?:up\sto\s)?[\d.,]+[mk]?\s(?:\w+\s){0,3}shares\s(?:by|for)\s
            )
        """,
    ),
    rule(
        "dilution.equity_line",
        -1,
        r"""
            \b(?:
                equity\sline | eloc\b | standby\sequity | committed\sequity |
                share\s(?:purchase|subscription)\sfacility | equity\spurchase\sagreement | sepa\b
            )
        """,
    ),
    rule(
        "dilution.shelf",
        -1,
        rf"""
            (?<!\w)(?<!esop\s)(?!.{{0,120}}\b(?:deregister|employee\s|esop\b))(?:
                (?:mixed|universal|automatic|new)?\s?shelf\s(?:registration|offering|prospectus|
                    statement|filing) |
                (?:mixed|universal)\s(?:securities\s)?shelf | {MONEY}\s(?:\w+\s)?shelf\b |
                (?:files?|filed|filing)\s(?:\w+\s){{0,3}}shelf\b |
                (?:files?|filed)\s(?:an?\s)?(?:form\s)?(?:s|f)-[13]\b |
                (?:files?|filed)\s(?:an?\s)?(?:\w+\s)?prospectus\sto\s(?:offer|sell|issue)\b |
                registration\sstatement\son\sform\s[sf]-[13] | \b[sf]-3\sregistration
            )
        """,
    ),
    rule(
        "dilution.authorised",
        -1,
        r"""
            \b(?:
                (?:increas\w+|rais\w+|doubl\w+|boost\w*|more)\s(?:\w+\s){0,4}authori[sz]ed\s
                    (?:\w+\s){0,2}(?:shares?|stock|capital) |
                authori[sz]ed\s(?:shares?|stock)\s(?:\w+\s)?increase |
                dilut(?:es|ion|ive)\b.{0,20}\bshare
            )
        """,
    ),
)
