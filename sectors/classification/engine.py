"""From evidence to one sector with a confidence. Pure: no database, no clock.

1. `evidence.hints` lists what is known: funds, vendor labels, SIC code, words of description and name.
2. `_exclusion` takes shells and funds out: they are no member of any sector.
3. `_shares` lets every hint vote: a hint multiplies each sector by how likely it makes it, as if hints were
   independent; since they are not (labels are often made from SIC codes), the strongest counts whole and
   every other at a discount (`DISCOUNT`). The largest share wins.
4. `confidence` says how often a winner with such hints for and against it is right.
5. Below `FLOOR` the sector stays unknown: counted, in none.
6. Disputed: another sector has a hint of at least `DISPUTE_WEIGHT`, or half of the winner's share.

Worked: FMP says Biotechnology (0.97), SIC 2834 (0.96): healthcare. ln(0.97/0.03) + ln 7 = 5.42 and
ln(0.96/0.04) + ln 7 = 5.12, so -2.31 + 1.09 * 5.42 + 0.30 * 5.12 = 5.13: 0.994, and 0.99 is the most that is
ever given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sectors.classification.confidence import Pulls, confidence, pulls
from sectors.classification.evidence import CompanyProfile, Hint, hints, mines_coins
from sectors.places import SLUGS
from sectors.types import ClassificationResult

FLOOR = 0.30
DISPUTE_WEIGHT = 0.60
#: How much of a later hint counts, by its kind: what it can add to what is known already.
DISCOUNT = {
    "industry": 1.0,
    "sector": 1.0,
    "screener": 0.8,
    "sic": 0.8,
    "description": 0.9,
    "name": 0.7,
    "fund": 0.9,
}
FUND_KINDS = frozenset(
    {"ETF", "ETN", "ETV", "ETS", "FUND", "BASKET", "SP", "UNIT", "WARRANT", "RIGHT", "PFD", "BOND", "NOTE"}
)
_BLANK_CHECK = re.compile(
    r"\b(acquisition|acquisitions|merger|spac|capital investment) (corp|corporation|co|company|inc|ltd|"
    r"limited|holdings?|partners|trust|[ivx]+\b)|\bblank check\b|\bacquisition (corp )?[ivx]+\b",
    re.IGNORECASE,
)
_FUND_NAME = re.compile(
    r"\b(closed[- ]end|etf|fund|municipal income|income trust|bond trust|bitcoin trust|ether trust)\b"
    r"|\bsynthetic fixed-income securities\b",
    re.IGNORECASE,
)
#: Closed-end funds are listed as common stock and mostly named after their house, not "fund". Their houses
#: also run companies: lenders, owners of property, and themselves.
_FUND_HOUSE = re.compile(
    r"\b(abrdn|angel oak|barings|blackrock|calamos|eaton vance|franklin universal|gabelli|guggenheim|invesco|"
    r"john hancock|mfs|nuveen|putnam|royce|sprott focus|thornburg|tortoise energy|western asset)\b"
    r".*\b(trust|municipals?|tax[- ]free|tax[- ]advantaged?|beneficial (interest|ownership)|"
    r"portfolio|dividend|total return|investors|infrastructure)\b",
    re.IGNORECASE,
)
_NO_FUND = re.compile(
    r"\b(bdc|credit company|lending|mortgage|propert(y|ies)|realty|real estate|reit)\b", re.IGNORECASE
)


def classify(profile: CompanyProfile) -> ClassificationResult:
    """The sector of one company, or none; see the module's steps. Never raises for odd or missing facts."""
    found = list(hints(profile))
    evidence = tuple(hint.evidence for hint in found)
    excluded = _exclusion(profile, found)
    if excluded:
        return ClassificationResult(None, 0.95, evidence, subsector=excluded, excluded=True)
    votes = _votes(found)
    if not votes:
        return ClassificationResult(None, 0.0, evidence)
    shares = _shares(votes)
    winner = _winner(shares)
    sure = round(confidence(_pulls(votes, winner)), 3)
    disputed = _is_disputed(votes, shares, winner)
    if sure < FLOOR:
        return ClassificationResult(None, sure, evidence, disputed=disputed)
    subsector = "crypto" if winner == "financial" and mines_coins(profile) else _subsector(votes, winner)
    return ClassificationResult(winner, sure, evidence, subsector, disputed)


def weighed(profile: CompanyProfile) -> tuple[str, Pulls] | None:
    """The likeliest sector and what pulls for and against it, however unsure; None: no hint of any."""
    votes = _votes(hints(profile))
    if not votes:
        return None
    winner = _winner(_shares(votes))
    return winner, _pulls(votes, winner)


def _votes(found: Iterable[Hint]) -> list[Hint]:
    return [hint for hint in found if hint.evidence.sector is not None]


def _winner(shares: dict[str, float]) -> str:
    return max(SLUGS, key=lambda sector: shares[sector])


def _pulls(votes: Sequence[Hint], winner: str) -> Pulls:
    return pulls(_likely(hint)[winner] for hint in votes)


def _exclusion(profile: CompanyProfile, found: Sequence[Hint]) -> str:
    """ "fund", "shell" or "". A vendor's shell label alone is not enough against a business of its own:
    many a shell has since merged with one."""
    if profile.is_fund or profile.kind.upper() in FUND_KINDS or _is_named_fund(profile.name):
        return "fund"
    business = [hint for hint in found if hint.evidence.sector is not None]
    says_shell = any(hint.excludes for hint in found)
    looks_shell = _BLANK_CHECK.search(profile.name) is not None
    if looks_shell and (says_shell or all(_is_finance(hint) or _is_words(hint) for hint in business)):
        return "shell"
    return "shell" if says_shell and all(_is_finance(hint) and _is_words(hint) for hint in business) else ""


def _is_named_fund(name: str) -> bool:
    if _FUND_NAME.search(name):
        return True
    return _FUND_HOUSE.search(name) is not None and _NO_FUND.search(name) is None


def _is_finance(hint: Hint) -> bool:
    """A shell's money is finance too."""
    return hint.evidence.sector == "financial"


def _is_words(hint: Hint) -> bool:
    return hint.evidence.kind in ("description", "name")


def _shares(votes: Sequence[Hint]) -> dict[str, float]:
    """By sector its share after all votes; the strongest hint counts whole, so the order does not matter."""
    shares = dict.fromkeys(SLUGS, 1.0)
    for place, hint in enumerate(sorted(votes, key=_strength, reverse=True)):
        power = _discount(hint) if place else 1.0
        likely = _likely(hint)
        for sector in SLUGS:
            shares[sector] *= likely[sector] ** power
    total = sum(shares.values())
    return {sector: share / total for sector, share in shares.items()}


def _likely(hint: Hint) -> dict[str, float]:
    """How likely each sector is by one hint alone: what it leaves open is shared by the sectors that it does
    not name. Sums to 1."""
    sector = hint.evidence.sector or ""
    named = {sector: max(hint.evidence.weight, 1 / len(SLUGS)), **dict(hint.also)}
    other = (1 - sum(named.values())) / (len(SLUGS) - len(named))
    return {sector: named.get(sector, other) for sector in SLUGS}


def _strength(hint: Hint) -> tuple[float, float, str, str]:
    """Equal weights are told apart by what they say, never by their place."""
    return hint.evidence.weight, _discount(hint), hint.evidence.sector or "", repr(sorted(hint.also))


def _discount(hint: Hint) -> float:
    return DISCOUNT[hint.evidence.kind.split(",")[0]]


def _is_disputed(votes: Sequence[Hint], shares: dict[str, float], winner: str) -> bool:
    rivals = [hint for hint in votes if hint.evidence.sector != winner]
    strongest = max((share for sector, share in shares.items() if sector != winner), default=0.0)
    return any(hint.evidence.weight >= DISPUTE_WEIGHT for hint in rivals) or strongest > shares[winner] / 2


def _subsector(votes: Sequence[Hint], winner: str) -> str | None:
    for hint in votes:
        if hint.evidence.sector == winner and hint.subsector:
            return hint.subsector
    return None
