"""What a reader asks of the list of what was kept apart, as an address has it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from sectors.listing_query import ListingsRefusedError, one_of, printable, session_of_text
from universe.types import SYMBOL_MAX, is_symbol

STATES = ("held", "released")


@dataclass(frozen=True, slots=True)
class QuarantineQuery:
    """Filters that all have to hold; an empty one asks for nothing. ``symbol`` is the beginning of one."""

    reason: str = ""
    state: str = ""
    symbol: str = ""
    session: dt.date | None = None

    def parameters(self) -> dict[str, str]:
        """What the address of this query says."""
        told = {field.name: str(getattr(self, field.name) or "") for field in fields(self)}
        return {name: value for name, value in told.items() if value}


def quarantine_query(asked: Mapping[str, str], *, reasons: tuple[str, ...]) -> QuarantineQuery:
    """The query of an address; parameters that it does not know are passed over.

    Raises `ListingsRefusedError` with every parameter that has a value it cannot have.
    """
    read: dict[str, Callable[[str], object]] = {
        "reason": one_of("reason", reasons),
        "state": one_of("state", STATES),
        "symbol": _symbol,
        "session": session_of_text,
    }
    values: dict[str, object] = {}
    errors: dict[str, str] = {}
    for name, reader in read.items():
        text = asked.get(name, "").strip()
        try:
            values |= {name: reader(text)} if text else {}
        except ValueError as exc:
            errors[name] = str(exc)
    if errors:
        raise ListingsRefusedError(errors)
    return QuarantineQuery(**values)  # type: ignore[arg-type]


def _symbol(text: str) -> str:
    if not is_symbol(text):
        raise ValueError(
            f"symbol is “{printable(text)}”; it must be 1 to {SYMBOL_MAX} letters, digits and . ^ = + -."
        )
    return text
