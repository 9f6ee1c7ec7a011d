"""Where shares are listed, splits and indexes."""

from __future__ import annotations

from analysis.catalysts.kinds import rule

RULES = (
    rule(
        "listing.reverse_split",
        -1,
        r"""
            (?<!\w)(?:
                reverse\s(?:stock\s|share\s)?(?:split|consolidation) | share\sconsolidation |
                \d+-for-\d+\b.{0,30}\breverse\b | combine\s\d+\sshares\sinto |
                (?:1|one)[\s-]for[\s-](?:\w+)\s(?:reverse|share\sconsol) | ads\sratio\schange |
                ratio\schange\b.{0,30}\bads
            )
        """,
    ),
    rule(
        "listing.split",
        1,
        r"""
            \b(?:
                (?:stock|share|forward)\ssplit(?!\swatch) |
                (?:two|three|four|five|ten|\d+)-for-(?:one|1)\s(?:\w+\s)?split |
                for-(?:one|1)\ssplit
            )
        """,
    ),
    rule(
        "listing.compliance",
        1,
        r"""
            \b(?:
                (?:regain\w*|back\sin|maintain\w*|return\w*\sto)\s(?:\w+\s){0,3}compliance |
                compliance\s(?:\w+\s){0,3}regained |
                (?:nasdaq|nyse|panel|hearings?)\b.{0,60}\b(?:grant\w*\s.{0,30}(?:extension|
                    continued|exception|request|time)|extension) |
                (?:extension|exception|more\stime)\b.{0,20}\b(?:nasdaq|nyse|hearings?\spanel)\b
            )
        """,
    ),
    rule(
        "listing.deficiency",
        -1,
        r"""
            (?<!\w)(?:
                (?:nasdaq|nyse|exchange)\b.{0,50}\b(?:deficienc\w+|non-?complian\w+|minimum\s(?:bid|
                    closing|stockholders|market)|delist\w*|notice\sof|notification|(?:deficiency|
                    notification|staff|determination)\s(?:letter|notice)|warn\w*|flags) |
                minimum\sbid\sprice |
                (?:nasdaq|nyse)\s(?:\w+\s)?(?:notice|staff\sdetermination)\b | listing\srequirement |
                (?:notice|notification|letter)\s(?:\w+\s){0,4}(?:from\s(?:the\s)?)?(?:nasdaq|nyse)\b
                    (?!.{0,10}(?:rule\s5635)) |
                delist(?:s|ed|ing|ment)?\b |
                (?:non-?complian\w+|out\sof\scompliance)\s(?:with\s)?(?:nasdaq|nyse) | continued\slisting
            )
        """,
    ),
    rule(
        "listing.index_left",
        -1,
        r"""
            \b(?:
                (?:remov\w+|drop(?:s|ped)|delet\w+|kicked|exits?|booted|cut)\s(?:[\w'-]+\s){0,2}
                    (?:from|out\sof)\s(?:the\s)?(?:[\w&']+\s)?(?:russell|s&p|nasdaq[\s-]100|
                    dow\sjones|msci|ftse|smallcap)
            )
        """,
    ),
    rule(
        "listing.index_joined",
        1,
        r"""
            (?<!\w)(?:
                (?:join\w*|add(?:ed|s)|inclu(?:ded|sion)|enter\w*|set\sto\sjoin|to\sbe\sadded|
                    addition)\s(?:[\w'-]+\s){0,3}?(?:to\s|in\s|into\s)?(?:the\s)?(?:russell|s&p\s
                    (?:500|smallcap|midcap|400|600)|nasdaq[\s-]100|msci|ftse|dow\sjones\s)
                    (?!.{0,20}\b(?:etf|fund))
            )
        """,
    ),
    rule(
        "listing.moved",
        1,
        r"""
            (?<!\w)(?:
                uplist\w* |
                (?:transfer\w*|mov\w+|switch\w*)\s(?:of\s)?(?:its\s)?(?:(?:stock|share|exchange|
                    u\.s\.)\s)?(?:listing|trading)\b |
                (?:begins?|began|starts?|commenc\w+|approved)\s(?:for\s)?(?:trading|listing)\s
                    (?:\w+\s){0,2}(?:on|under)\b |
                (?:lists|listed)\son\s(?:the\s)?(?:nasdaq|nyse|otc) | dual[\s-]list\w* |
                approv\w+\s(?:for|to)\s(?:uplist|list)\w*\son |
                celebrat\w+\s(?:its\s)?(?:\w+\s)?(?:nasdaq|nyse)\slisting
            )
        """,
    ),
)
