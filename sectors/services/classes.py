"""The sector of each listing, judged and stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from sectors.classification import RULES_VERSION, CompanyProfile, VendorLabel, classify
from sectors.models import Classification, SectorOverride
from sectors.overrides import BY_HAND, RULES, overrides_standing
from sectors.types import ClassificationResult, Evidence
from universe.benchmarks import SMALL_CAP_PROXIES
from universe.models import Stock
from universe.selectors import funds_holding
from universe.services import lock_take

BATCH = 1_000
#: Advisory lock of PostgreSQL, before any row's: classes are stored, or a sector is set by hand.
CLASSES_LOCK = 7_310_021


_READ = ("symbol", "figi", "name", "kind", "is_fund", "sic", "description", "sector_label", "industry_label")


_JUDGED = ("sector_id", "subsector", "confidence", "evidence", "disputed", "excluded", "rules_version")

#: Symbol, FIGI or "", what the rules say.
_Verdict = tuple[str, str, ClassificationResult]


def stocks_classify(symbols: Iterable[str] | None = None) -> dict[str, int]:
    """Judge the sector of ``symbols`` (all listings when None); only rows that change are written.

    A sector that was set by hand stays, whatever the rules say; their verdict is kept in its evidence.
    Returns counts: listings, classified, unknown, excluded, disputed, changed.
    """
    verdicts = _verdicts(None if symbols is None else list(symbols))
    results, changed = _stored(verdicts)
    judged = results.values()
    return {
        "listings": len(results),
        "classified": sum(1 for result in judged if result.sector and not result.excluded),
        "unknown": sum(1 for result in judged if not result.sector and not result.excluded),
        "excluded": sum(1 for result in judged if result.excluded),
        "disputed": sum(1 for result in judged if result.disputed and not result.excluded),
        "changed": changed,
    }


def _verdicts(symbols: list[str] | None) -> list[_Verdict]:
    """What the rules say of each listing, whatever was set by hand."""
    stocks = Stock.objects.all() if symbols is None else Stock.objects.filter(symbol__in=symbols)
    funds = funds_holding(SMALL_CAP_PROXIES, symbols)
    rows = stocks.order_by().only(*_READ).iterator(BATCH)
    return [
        (stock.symbol, stock.figi, classify(_profile(stock, funds.get(stock.symbol, ())))) for stock in rows
    ]


@transaction.atomic
def _stored(verdicts: list[_Verdict]) -> tuple[dict[str, ClassificationResult], int]:
    """The results as stored, by symbol, and how many rows changed."""
    # The rules have judged for seconds; what was set by hand meanwhile is read now, and stays until the end.
    lock_take(CLASSES_LOCK)
    by_hand = overrides_standing()
    results = {symbol: _judged(verdict, by_hand.of(symbol, figi)) for symbol, figi, verdict in verdicts}
    standing = Classification.objects.in_bulk(list(results), field_name="symbol")
    now = timezone.now()
    changed = [
        row
        for symbol, result in results.items()
        if not _same(standing.get(symbol), row := _classification(symbol, result, now))
    ]
    Classification.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["symbol"],
        update_fields=[*_JUDGED, "classified_at"],
    )
    return results, len(changed)


def _judged(verdict: ClassificationResult, override: SectorOverride | None) -> ClassificationResult:
    return verdict if override is None else _overridden(verdict, override)


def _overridden(result: ClassificationResult, override: SectorOverride) -> ClassificationResult:
    """Confidence 1: nothing was judged. The subsector is the rules', where they agree on the sector."""
    author = override.author.get_username() if override.author else "the product"
    sector = override.sector_id
    said = f"{result.sector or result.subsector or 'unknown'}{', disputed' if result.disputed else ''}"
    return ClassificationResult(
        sector=sector,
        confidence=1.0,
        evidence=(
            Evidence(BY_HAND, f"{override.reason}, by {author}", sector, 1.0),
            Evidence(RULES, said, result.sector, round(result.confidence, 2)),
            *result.evidence,
        ),
        subsector=result.subsector if sector == result.sector else None,
        excluded=sector is None and result.excluded,
    )


def _profile(stock: Stock, funds: tuple[str, ...]) -> CompanyProfile:
    labels = (VendorLabel(stock.sector_label, stock.industry_label),)
    return CompanyProfile(
        symbol=stock.symbol,
        name=stock.name,
        kind=stock.kind,
        is_fund=stock.is_fund,
        sic=stock.sic,
        description=stock.description,
        labels=labels if stock.sector_label or stock.industry_label else (),
        funds=funds,
    )


def _classification(symbol: str, result: ClassificationResult, now: dt.datetime) -> Classification:
    return Classification(
        symbol=symbol,
        sector_id=result.sector,
        subsector=result.subsector or "",
        confidence=Decimal(str(round(result.confidence, 2))),
        evidence=[asdict(piece) for piece in result.evidence],
        disputed=result.disputed,
        excluded=result.excluded,
        rules_version=RULES_VERSION,
        classified_at=now,
    )


def _same(old: Classification | None, new: Classification) -> bool:
    return old is not None and all(getattr(old, name) == getattr(new, name) for name in _JUDGED)
