"""Recorded companies, what is known of them, and where an index provider files them."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from functools import cache
from math import sqrt

from sectors.classification import CompanyProfile, VendorLabel, classify
from sectors.types import ClassificationResult
from tests.recorded import DATA

#: GICS sectors that go into one of ours as a whole. Communication services are split by us and not judged.
FOLDED = {"Real Estate": "financial", "Consumer Staples": "consumer_discretionary"}


@dataclass(frozen=True, slots=True)
class Judged:
    """``truth``: the index provider's sector, folded into our eight."""

    truth: str
    profile: CompanyProfile
    result: ClassificationResult

    @property
    def is_right(self) -> bool:
        return self.result.sector == self.truth


@cache
def with_profile() -> tuple[Judged, ...]:
    """The companies of which a description and a vendor's label are known."""
    return tuple(row for symbol in _truths() if symbol in _profiles() and (row := _judged(symbol, True)))


@cache
def by_listing() -> tuple[Judged, ...]:
    """All companies, judged by the listing alone: its name and the screener's label."""
    return tuple(row for symbol in _truths() if symbol in _listings() and (row := _judged(symbol, False)))


@cache
def without_profile() -> tuple[Judged, ...]:
    """The companies of which the listing alone is known."""
    return tuple(row for row in by_listing() if row.profile.symbol not in _profiles())


def all_known() -> tuple[Judged, ...]:
    """Each company once, with everything that is known of it."""
    return with_profile() + without_profile()


def wilson(right: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of which ``right`` of ``count`` were seen."""
    z, share = 1.96, right / count
    middle = share + z * z / (2 * count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - half) / (1 + z * z / count), (middle + half) / (1 + z * z / count)


def _judged(symbol: str, is_told: bool) -> Judged:
    listing, told = _listings().get(symbol), _profiles()[symbol] if is_told else None
    labels = []
    if told:
        labels.append(VendorLabel(told["yahoo_sector"], told["yahoo_industry"]))
    if listing:
        labels.append(VendorLabel(listing["nasdaq_sector"], listing["nasdaq_industry"]))
    profile = CompanyProfile(
        symbol=symbol,
        name=(listing or _names()[symbol])["name"],
        description=told["summary"] if told else "",
        labels=tuple(labels),
    )
    return Judged(_truths()[symbol], profile, classify(profile))


@cache
def _truths() -> dict[str, str]:
    told = {row["symbol"]: row["sector8"] or FOLDED.get(row["gics_sector"], "") for row in _names().values()}
    return {symbol: sector for symbol, sector in told.items() if sector}


@cache
def _names() -> dict[str, dict[str, str]]:
    return _rows("sector_labels")


@cache
def _profiles() -> dict[str, dict[str, str]]:
    return _rows("company_profiles")


@cache
def _listings() -> dict[str, dict[str, str]]:
    return _rows("symbols")


def _rows(name: str) -> dict[str, dict[str, str]]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", newline="", encoding="utf-8") as file:
        return {row["symbol"]: row for row in csv.DictReader(file)}
