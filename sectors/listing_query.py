"""What a reader asks of the list of listings: filters, order and session, as an address has them. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from sectors.places import SLUGS
from universe.changes import Change
from universe.criteria import CRITERION_OF, FUNNEL_STAGES

#: "in" is either tier, "breadth" those that are no core members.
TIERS = ("core", "breadth", "in", "out")
#: No sector: not judged yet, or judged and found in none.
UNKNOWN = "unknown"
SECTORS = (*SLUGS, UNKNOWN)
ANY = "any"
CHANGES = (ANY, *map(str, Change))
REASONS = tuple(CRITERION_OF)
#: A stage whose listings fell out there; the first one keeps all.
STAGES = FUNNEL_STAGES[1:]
#: A criterion that alone keeps a listing out of both tiers: the core volume does not.
ALONE = FUNNEL_STAGES[1:-1]
SORTS = ("symbol", "name", "tier", "price", "cap", "volume", "float", "gap", "sector")
SEARCH_LENGTH = 60


class ListingsRefusedError(ValueError):
    """Parameters that cannot be understood: ``errors`` has a sentence for each of them."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """Filters that all have to hold; an empty one asks for nothing. ``sort`` is one of SORTS, with "-" the
    largest first. ``session`` None: the universe in force."""

    session: dt.date | None = None
    q: str = ""
    tier: str = ""
    reason: str = ""
    stage: str = ""
    alone: str = ""
    sector: str = ""
    changed: str = ""
    sort: str = "symbol"

    @property
    def is_filtered(self) -> bool:
        return any((self.q, self.tier, self.reason, self.stage, self.alone, self.sector, self.changed))

    def parameters(self) -> dict[str, str]:
        """What the address of this query says, without what is as it is anyway."""
        told = {field.name: str(getattr(self, field.name) or "") for field in fields(self)}
        return {name: value for name, value in told.items() if value and (name, value) != ("sort", "symbol")}


def listing_query(asked: Mapping[str, str]) -> ListingQuery:
    """The query of an address; parameters that it does not know are passed over.

    Raises `ListingsRefusedError` with every parameter that has a value it cannot have.
    """
    read: dict[str, Callable[[str], object]] = {
        "session": session_of_text,
        "q": _search,
        "tier": one_of("tier", TIERS),
        "reason": one_of("reason", REASONS),
        "stage": one_of("stage", STAGES),
        "alone": one_of("alone", ALONE),
        "sector": one_of("sector", SECTORS),
        "changed": one_of("changed", CHANGES),
        "sort": _sort,
    }
    values: dict[str, object] = {}
    errors: dict[str, str] = {}
    for name, reader in read.items():
        text = asked.get(name, "").strip()
        if not text:
            continue
        try:
            values[name] = reader(text)
        except ValueError as exc:
            errors[name] = str(exc)
    if errors:
        raise ListingsRefusedError(errors)
    return ListingQuery(**values)  # type: ignore[arg-type]


def session_of_text(text: str) -> dt.date:
    """A date such as 2026-03-31; ValueError says so."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(f"session is “{printable(text)}”; it must be a date such as 2026-03-31.") from exc


def printable(text: str) -> str:
    """What was asked, short enough for a sentence and without characters that cannot be printed."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:40])


def _search(text: str) -> str:
    if len(text) > SEARCH_LENGTH or not text.isprintable():
        raise ValueError(f"q must be at most {SEARCH_LENGTH} printable characters of a symbol or name.")
    return text


def one_of(name: str, allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{name} is “{printable(text)}”; it may be {', '.join(allowed)}.")
        return text

    return read


def _sort(text: str) -> str:
    if text.removeprefix("-") not in SORTS:
        raise ValueError(
            f"sort is “{printable(text)}”; it may be {', '.join(SORTS)}, with a minus the other way."
        )
    return text
