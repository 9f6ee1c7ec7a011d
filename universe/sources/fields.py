"""Reading one field of a vendor's datum. Zero, null and text are not prices; the symbol is always named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeGuard

from universe.errors import BadPayload
from universe.gates import Fault

# No share costs more, or less; a vendor once listed a change of 1.29e41 percent.
PRICE_MAX_USD = 10_000_000.0
PRICE_MIN_USD = 1e-6
COUNT_MAX = 1e15
# Seconds before 2000 or after 2100 are another unit in disguise.
SECONDS_MIN, SECONDS_MAX = 946_684_800, 4_102_444_800


def bad(vendor: str, symbol: str, field: str, value: object, fault: Fault = Fault.UNREADABLE) -> BadPayload:
    shown = repr(value)[:60]
    return BadPayload(
        f"{vendor} sent {field}={shown} for {symbol or 'an unnamed symbol'}; that datum is dropped.",
        vendor=vendor,
        symbol=symbol,
        field=field,
        value=shown,
        fault=fault,
    )


def price_of(payload: Mapping[str, Any], field: str, *, vendor: str, symbol: str) -> float | None:
    """USD a share; zero and null mean none, a negative or absurd price is refused."""
    value = payload.get(field)
    if value is None or value == 0:
        return None
    if not is_number(value, PRICE_MIN_USD, PRICE_MAX_USD):
        raise bad(vendor, symbol, field, value, _fault_of(value, Fault.PRICE))
    return float(value)


def price_told(payload: Mapping[str, Any], field: str, *, vendor: str, symbol: str) -> float:
    """Like `price_of`, but there must be one."""
    price = price_of(payload, field, vendor=vendor, symbol=symbol)
    if price is None:
        value = payload.get(field)
        raise bad(vendor, symbol, field, value, _fault_of(value, Fault.PRICE))
    return price


def count_of(payload: Mapping[str, Any], field: str, *, vendor: str, symbol: str) -> float | None:
    """Shares or USD, 0 allowed; null means none."""
    value = payload.get(field)
    if value is None:
        return None
    if not is_number(value, 0, COUNT_MAX):
        raise bad(vendor, symbol, field, value, _fault_of(value, Fault.VOLUME))
    return float(value)


def _fault_of(value: object, fault: Fault) -> Fault:
    """A number that cannot be is more than unreadable."""
    return fault if type(value) in (int, float) else Fault.UNREADABLE


def moment_from(value: object, unit: float, *, vendor: str, symbol: str, field: str) -> dt.datetime:
    """UTC, from a count of which ``unit`` make a second."""
    if is_number(value, SECONDS_MIN * unit, SECONDS_MAX * unit):
        return dt.datetime.fromtimestamp(value / unit, tz=dt.UTC)
    raise bad(vendor, symbol, field, value)


def is_number(value: object, least: float, most: float) -> TypeGuard[int | float]:
    """A JSON number within the bounds: no text, no true, no NaN, nothing infinite."""
    return type(value) in (int, float) and least <= value <= most  # type: ignore[operator]


def is_text(value: object) -> TypeGuard[str]:
    """A JSON text that PostgreSQL can hold: a zero character in it would cost a whole COPY."""
    return isinstance(value, str) and "\0" not in value


class Datum:
    """One JSON object of one vendor about one symbol. Raises `BadPayload` naming symbol and field."""

    __slots__ = ("payload", "symbol", "vendor")

    def __init__(self, payload: object, *, vendor: str, symbol_field: str = "") -> None:
        if not isinstance(payload, Mapping):
            raise bad(vendor, "", "row", type(payload).__name__)
        self.payload: Mapping[str, Any] = payload
        self.vendor = vendor
        self.symbol = ""
        if symbol_field:
            self.symbol = self.text(symbol_field)

    def _bad(self, field: str) -> BadPayload:
        return bad(self.vendor, self.symbol, field, self.payload.get(field))

    def text(self, field: str) -> str:
        value = self.payload.get(field)
        if not is_text(value) or not value.strip():
            raise self._bad(field)
        return value.strip()

    def text_or_none(self, field: str) -> str | None:
        value = self.payload.get(field)
        if value is None:
            return None
        if not is_text(value):
            raise self._bad(field)
        return value.strip() or None

    def rows(self, field: str) -> list[Any]:
        """A list of whatever, empty when absent or null."""
        value = self.payload.get(field)
        if value is not None and not isinstance(value, list):
            raise self._bad(field)
        return value or []

    def texts(self, field: str) -> tuple[str, ...]:
        """The texts of a list; what is no text in it is left out."""
        return tuple(entry.strip() for entry in self.rows(field) if is_text(entry) and entry.strip())

    def number_or_none(self, field: str) -> float | None:
        """Any finite number; None when absent or null. Numbers as text are refused."""
        value = self.payload.get(field)
        if value is None:
            return None
        if not is_number(value, -COUNT_MAX, COUNT_MAX):
            raise self._bad(field)
        return float(value)

    def price(self, field: str) -> float:
        return price_told(self.payload, field, vendor=self.vendor, symbol=self.symbol)

    def price_or_none(self, field: str) -> float | None:
        """USD a share; zero and null mean none, a negative or absurd price is refused."""
        return price_of(self.payload, field, vendor=self.vendor, symbol=self.symbol)

    def count_or_none(self, field: str) -> float | None:
        """Shares or USD, 0 allowed."""
        return count_of(self.payload, field, vendor=self.vendor, symbol=self.symbol)

    def known_count(self, field: str) -> float | None:
        """Shares or USD where the vendor writes 0 for "not known"."""
        return self.count_or_none(field) or None

    def day(self, field: str) -> dt.date:
        """The date at the start of an ISO text; the zone of its time, if any, is not known."""
        try:
            return dt.date.fromisoformat(self.text(field)[:10])
        except ValueError as exc:
            raise self._bad(field) from exc

    def day_or_none(self, field: str) -> dt.date | None:
        return self.day(field) if self.text_or_none(field) else None

    def moment(self, field: str, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
        """UTC, from an ISO time; one without a mark is of ``zone``. In the hour that a clock change repeats,
        the first of both is taken."""
        try:
            moment = dt.datetime.fromisoformat(self.text(field))
        except ValueError as exc:
            raise self._bad(field) from exc
        if not dt.MINYEAR < moment.year < dt.MAXYEAR:
            raise self._bad(field)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)

    def flag(self, field: str) -> bool | None:
        value = self.payload.get(field)
        if value is None or isinstance(value, bool):
            return value
        raise self._bad(field)

    def block(self, field: str) -> Datum | None:
        """A nested object with the same symbol; None when absent or null."""
        value = self.payload.get(field)
        if value is None:
            return None
        inner = Datum(value, vendor=self.vendor)
        inner.symbol = self.symbol
        return inner
