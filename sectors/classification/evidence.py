"""What is known about one company, and what each piece of it says about its sector.

A piece of evidence names a sector and a weight: how often such a hint is right, 0 to 1. `engine` combines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sectors.classification.funds import RULES, sector_fund
from sectors.classification.keywords import LENGTHS, PHRASES
from sectors.classification.labels import label_rule
from sectors.classification.rules import Rule
from sectors.classification.sic import sic_rule
from sectors.types import Evidence

#: Words of a description that are read; what a company does stands at its beginning.
WORDS_READ = 130
#: The weight of words: the least a lead gives, and what an undisputed long text comes near to beside it.
TEXT_LEAST = 0.35
TEXT_MOST = 0.60
_WORD = re.compile(r"[a-z0-9][a-z0-9&']*")
_COIN = r"(bitcoins?|ether(eum)?|crypto\w*|digital (assets?|currenc(y|ies)))"
_COINS = re.compile(
    rf"\b{_COIN}[ -](\w+[ -])?(mine|mining|miners?)\b|\b(mines?|mining( of)?|miners?( of)?) {_COIN}\b",
    re.IGNORECASE,
)
_BOILERPLATE = frozenset(
    [
        "the",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "company",
        "co",
        "ltd",
        "limited",
        "plc",
        "holdings",
        "holding",
        "group",
        "sa",
        "nv",
        "ag",
        "ab",
        "common",
        "stock",
        "class",
        "a",
        "b",
        "c",
        "ordinary",
        "shares",
        "share",
        "american",
        "depositary",
        "receipts",
        "adr",
        "ads",
        "trust",
        "lp",
        "llc",
        "and",
        "of",
        "new",
        "international",
        "global",
        "first",
        "united",
        "national",
        "us",
    ]
)


@dataclass(frozen=True, slots=True)
class VendorLabel:
    """A vendor's own sector and industry, as it spells them; empty: the vendor does not say."""

    sector: str
    industry: str


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """The facts that `classify` judges by. Empty: not known. ``labels``: the most trusted vendor first.
    ``funds``: the small-cap sector funds that hold it."""

    symbol: str
    name: str
    kind: str = ""
    is_fund: bool = False
    sic: str = ""
    description: str = ""
    labels: tuple[VendorLabel, ...] = ()
    funds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """Evidence with what only the engine needs. ``excludes``: the source calls it a shell or a fund.
    ``also``: sectors that it speaks for beside the first, with their weights."""

    evidence: Evidence
    subsector: str = ""
    excludes: bool = False
    also: tuple[tuple[str, float], ...] = ()


def hints(profile: CompanyProfile) -> Iterator[Hint]:
    """Every piece of evidence, strongest kind first."""
    fund = sector_fund(profile.funds)
    if fund is not None:
        yield _hint(RULES[fund], fund, False)
    is_stale = description_is_of_another(profile)
    for label in profile.labels:
        rule = label_rule(label.sector, label.industry)
        if rule is not None:
            yield _hint(
                rule,
                " / ".join(filter(None, (label.sector, label.industry))),
                is_stale and rule.kind == "industry",
            )
    rule = sic_rule(profile.sic)
    if rule is not None:
        yield _hint(rule, profile.sic, False)
    if not is_stale:
        yield from _text_hint("description", profile.description)
    yield from _text_hint("name", profile.name)


def mines_coins(profile: CompanyProfile) -> bool:
    """Whether it says so itself; vendors file such companies under finance, software and more."""
    return _COINS.search(f"{profile.name}. {profile.description}") is not None


def description_is_of_another(profile: CompanyProfile) -> bool:
    """A symbol that passed to another company keeps the old one's profile at some vendors for years: then
    no distinctive word of the listing's name stands in the description."""
    words = [word for word in _WORD.findall(profile.name.lower()) if word not in _BOILERPLATE]
    if not words or not profile.description:
        return False
    text = profile.description.lower().replace("-", " ")
    return not any(word[:6] in text for word in words[:3])


def text_points(text: str) -> dict[str, float]:
    """Points per sector of the phrases found in ``text``: 1 a hint, 2 clear, 4 says it outright."""
    words = _WORD.findall(text.lower().replace("-", " "))[:WORDS_READ]
    points: dict[str, float] = {}
    seen: set[str] = set()
    for start, word in enumerate(words):
        for length in LENGTHS.get(word, ()):
            phrase = word if length == 1 else " ".join(words[start : start + length])
            rule = PHRASES.get(phrase)
            if rule is not None and phrase not in seen:
                seen.add(phrase)
                sector, weight = rule
                points[sector] = points.get(sector, 0.0) + weight
    return points


def _text_hint(kind: str, text: str) -> Iterator[Hint]:
    points = text_points(text)
    if not points:
        return
    ranked = sorted(points.items(), key=lambda item: (-item[1], item[0]))
    sector, best = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    if best <= second:
        return
    weight = TEXT_MOST * (best - second) / (best + second + 2.0) + TEXT_LEAST
    yield Hint(Evidence(kind, f"{sector} {best:g}, next {second:g}", sector, round(weight, 3)))


def _hint(rule: Rule, value: str, is_stale: bool) -> Hint:
    weight = rule.weight * 0.5 if is_stale else rule.weight
    kind = f"{rule.kind}, of another company?" if is_stale else rule.kind
    evidence = Evidence(kind, value, rule.sector, round(weight, 3))
    return Hint(evidence, rule.subsector, rule.excludes, () if is_stale else rule.also)
