"""Halts of trading."""

from __future__ import annotations

from analysis.catalysts.kinds import rule

RULES = (
    rule(
        "halt.resumed",
        0,
        r"""
            (?<!\w)(?:
                resum(?:es?|ed|ption)\s(?:of\s)?trading |
                trading\s(?:\w+\s){0,6}(?:resum(?:es?|ed|ption)|to\sresume) |
                (?:halt|suspension)\s(?:is\s|was\s)?lifted
            )
        """,
    ),
    rule(
        "halt.halted",
        -1,
        r"""
            (?<!\w)(?:
                trading\s(?:halt|suspension|pause)\b | halt(?:s|ed)?\strading |
                suspend(?:s|ed)?\strading |
                trading\s(?:(?:in|of|for|on)\s(?:[\w.&'()-]+\s){1,6}|is\s|was\s|temporarily\s|
                    briefly\s)*(?:halted|suspended|paused) |
                (?:stock|shares)\s(?:(?:is|are|was|were|has\sbeen|have\sbeen|briefly|temporarily|
                    again|to\sbe|remains?)\s)*(?:halted|suspended|paused) |
                (?:volatility|circuit[\s-]breaker|luld|news[\s-]pending|regulatory)\s(?:trading\s)?
                    (?:halt|pause) |
                halt(?:ed)?:?.{0,20}\bnews\spending | halt\scode |
                (?:nasdaq|nyse|exchange)\shalts\b | halted\s\(?(?:t1|t12|h10|luld)\b |
                (?:code|halt)\s\(?(?:t1|t12|h10|luld)\b |
                halted\s(?:on|for|pending|after|due)\b(?!.{0,40}(?:trial|study))
            )
        """,
    ),
)
