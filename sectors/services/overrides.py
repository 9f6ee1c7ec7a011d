"""A listing's sector set by hand, and given back to the rules: a revision each, never an edit."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from sectors.models import Sector, SectorOverride
from sectors.selectors import override_of, override_revisions
from sectors.services.classes import CLASSES_LOCK, stocks_classify
from universe.models import Stock
from universe.services import lock_take


@transaction.atomic
def override_set(
    symbol: str,
    sector: Sector | str | None,
    *,
    reason: str,
    author: AbstractBaseUser | None,
    expected: int | None = None,
) -> SectorOverride:
    """Put a listing into a sector (None: into none) by hand, and classify it so at once.

    It stays through every reclassification and rename. The universe of today keeps its members; the next run
    counts the listing in its new sector. ``expected`` is the newest revision of this listing that the author
    saw, 0 for none; None is not checked. Raises ValidationError, by field: a symbol or a sector that is not
    known, no reason, the same sector already, or somebody else's revision in between.
    """
    slug = sector.pk if isinstance(sector, Sector) else sector
    stock = override_check(symbol, slug, reason=reason, expected=expected)
    standing = override_of(stock.symbol)
    if standing is not None:
        _end(standing)
    made = SectorOverride.objects.create(
        symbol=stock.symbol,
        figi=stock.figi,
        sector_id=slug,
        reason=reason.strip(),
        author_id=author.pk if author is not None else None,
    )
    stocks_classify({stock.symbol, standing.symbol} if standing else {stock.symbol})
    return made


@transaction.atomic
def override_clear(
    symbol: str, *, reason: str, author: AbstractBaseUser | None, expected: int | None = None
) -> SectorOverride:
    """Give a listing back to the rules, which judge it at once; the history keeps who did it and why.

    Raises ValidationError, by field: nothing was set by hand, no reason, or a revision in between.
    """
    stock, standing = override_clear_check(symbol, reason=reason, expected=expected)
    _end(standing)
    made = SectorOverride.objects.create(
        symbol=stock.symbol,
        figi=stock.figi,
        reason=reason.strip(),
        author_id=author.pk if author is not None else None,
        clears=True,
        active=False,
    )
    stocks_classify({stock.symbol, standing.symbol})
    return made


def override_check(symbol: str, sector: str | None, *, reason: str, expected: int | None = None) -> Stock:
    """Raise what `override_set` would refuse, and hold the listing's lock until the transaction ends."""
    stock = _locked(symbol, reason, expected)
    if sector is not None and not Sector.objects.filter(pk=sector).exists():
        raise ValidationError({"sector": f"There is no sector {sector!r}."})
    standing = override_of(stock.symbol)
    if standing is not None and standing.sector_id == sector:
        where = f"in {sector}" if sector else "in no sector"
        raise ValidationError({"sector": f"{stock.symbol} is {where} by hand already: {standing.reason}"})
    return stock


def override_clear_check(
    symbol: str, *, reason: str, expected: int | None = None
) -> tuple[Stock, SectorOverride]:
    """Raise what `override_clear` would refuse, and hold the listing's lock until the transaction ends.

    Returns the listing and what is in force for it.
    """
    stock = _locked(symbol, reason, expected)
    standing = override_of(stock.symbol)
    if standing is None:
        raise ValidationError({"symbol": f"{stock.symbol} has no sector set by hand; the rules judge it."})
    return stock, standing


def author_name(row: SectorOverride) -> str:
    return row.author.get_username() if row.author else "the product"


def _locked(symbol: str, reason: str, expected: int | None) -> Stock:
    if not reason.strip():
        raise ValidationError({"reason": "A reason is required: it stands in the evidence of this listing."})
    lock_take(CLASSES_LOCK)
    stock = Stock.objects.select_for_update(no_key=True).filter(symbol=symbol.strip().upper()).first()
    if stock is None:
        raise ValidationError({"symbol": f"There is no listing {symbol.strip().upper()!r} here."})
    newest = next(iter(override_revisions(stock.symbol)), None)
    if expected is not None and newest is not None and newest.pk != expected:
        raise ValidationError({"sector": _conflict(newest)}, code="conflict")
    return stock


def _end(standing: SectorOverride) -> None:
    SectorOverride.objects.filter(pk=standing.pk).update(active=False)


def _conflict(newest: SectorOverride) -> str:
    at = timezone.localtime(newest.created_at)
    did = (
        "has given it back to the rules" if newest.clears else f"has put it into {newest.sector_id or 'none'}"
    )
    return (
        f"{author_name(newest)} {did} at {at:%Y-%m-%d %H:%M} ({newest.reason}), after you opened it. "
        "Nothing was saved: open it again and decide anew."
    )
