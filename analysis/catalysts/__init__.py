"""Catalysts: news and papers filed with the SEC, turned into events of companies.

Pure. What counts as which class is written in docs/catalysts.md.

    headline  -> `judge_headline`  one catalyst per company whose own event it tells
    paper     -> `judge_filing`    one per company, by form, categories and text
    many      -> `distinct`        one per event
              -> `dilution_flags`  stocks whose share count may grow
"""

from analysis.catalysts.dilution import DilutionFlag, dilution_flags
from analysis.catalysts.distinct import distinct
from analysis.catalysts.filings import judge_filing
from analysis.catalysts.headlines import judge_headline
from analysis.catalysts.kinds import RULES_VERSION, TAGS, Catalyst, CatalystKind

__all__ = [
    "RULES_VERSION",
    "TAGS",
    "Catalyst",
    "CatalystKind",
    "DilutionFlag",
    "dilution_flags",
    "distinct",
    "judge_filing",
    "judge_headline",
]
