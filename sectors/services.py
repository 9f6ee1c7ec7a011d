"""Everything that writes about sectors: the eight, their weights, the classes of stocks, and the lights."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from decimal import Decimal, InvalidOperation
from functools import partial

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from sectors.board_cache import board_store
from sectors.broadcast import announce_readings
from sectors.classification import RULES_VERSION, CompanyProfile, VendorLabel, classify
from sectors.models import BoardSnapshot, Classification, Sector, SentimentReading, VolatilityWeight
from sectors.places import PLACES
from sectors.presenters import board_payload
from sectors.selectors import history_since_previous_session, previous_lights, readings_newest
from sectors.types import ClassificationResult, ReadingInput, RunStamp
from universe.models import Stock

WEIGHT_MIN = Decimal("0.10")
WEIGHT_MAX = Decimal("3.00")
CENT = Decimal("0.01")
TICK = dt.timedelta(milliseconds=1)
BATCH = 1_000


@transaction.atomic
def sectors_seed() -> dict[str, int]:
    """The eight sectors as the product defines them, and a default weight where none is in force.

    Safe to repeat: a weight that an admin has set stays. Returns how many rows were new.
    """
    standing = set(Sector.objects.values_list("slug", flat=True))
    for place in PLACES:
        facts = {
            "name": place.name,
            "short_name": place.short_name,
            "position": place.key,
            "large_cap_proxy": place.large_cap_proxy,
            "small_cap_proxy": place.small_cap_proxy,
            "gap_class": place.gap_class,
        }
        Sector.objects.update_or_create(slug=place.slug, defaults=facts)
    weighted = set(VolatilityWeight.objects.filter(active=True).values_list("sector_id", flat=True))
    defaults = [
        VolatilityWeight(sector_id=place.slug, weight=Decimal(place.weight), reason="default")
        for place in PLACES
        if place.slug not in weighted
    ]
    VolatilityWeight.objects.bulk_create(defaults)
    return {"sectors": len(PLACES) - len(standing), "weights": len(defaults)}


# -- volatility weights ------------------------------------------------------------------------------


@transaction.atomic
def weight_revise(
    sector: Sector | str,
    weight: Decimal | str,
    *,
    reason: str,
    author: AbstractBaseUser | None,
    expected_revision: int | None = None,
) -> VolatilityWeight:
    """Put a new revision of a sector's weight in force; the former one stays in the history.

    ``expected_revision`` is the revision that the author saw. Raises ValidationError, by field: a weight out
    of 0.10 to 3.00 or finer than two decimals, no reason, or someone else's revision in between.
    """
    standing = weight_check(sector, weight, reason=reason, expected_revision=expected_revision)
    if standing is not None:
        VolatilityWeight.objects.filter(pk=standing.pk).update(active=False)
    return VolatilityWeight.objects.create(
        sector_id=_slug(sector),
        weight=_weight(weight),
        reason=reason.strip(),
        author_id=author.pk if author is not None else None,
    )


def weight_check(
    sector: Sector | str, weight: Decimal | str, *, reason: str, expected_revision: int | None = None
) -> VolatilityWeight | None:
    """Raise what `weight_revise` would refuse, and hold the sector's lock until the transaction ends.

    Returns the revision in force.
    """
    slug = _slug(sector)
    value = _weight(weight)
    if not reason.strip():
        raise ValidationError({"reason": "A reason is required: it stands in the history of this weight."})
    if not Sector.objects.select_for_update().filter(pk=slug).exists():
        raise ValidationError({"sector": f"There is no sector {slug!r}."})
    standing = VolatilityWeight.objects.select_related("author").filter(sector_id=slug, active=True).first()
    if standing is not None and expected_revision is not None and standing.pk != expected_revision:
        raise ValidationError({"weight": _conflict(standing)}, code="conflict")
    if standing is not None and standing.weight == value:
        raise ValidationError({"weight": f"The weight of {slug} is {value} already."})
    return standing


@transaction.atomic
def weight_undo(sector: Sector | str, *, author: AbstractBaseUser | None) -> VolatilityWeight:
    """Put the former value back in force, as a new revision. ValidationError when there is none."""
    slug = _slug(sector)
    # The same lock as a revision takes, and first: two that lock in either order would wait for each other.
    Sector.objects.select_for_update().get(pk=slug)
    revisions = VolatilityWeight.objects.filter(sector_id=slug).order_by("-created_at", "-pk")
    standing, *earlier = revisions[:2]
    if not earlier:
        raise ValidationError(f"The weight of {slug} has no former value to go back to.")
    reason = f"Undo of revision {standing.pk} ({standing.weight}): back to {earlier[0].weight}."
    return weight_revise(slug, earlier[0].weight, reason=reason, author=author, expected_revision=standing.pk)


def _weight(weight: Decimal | str) -> Decimal:
    try:
        value = Decimal(weight)
    except (InvalidOperation, TypeError, ValueError) as exc:
        raise ValidationError({"weight": f"{weight!r} is no number: a weight is 0.10 to 3.00."}) from exc
    if not value.is_finite() or not WEIGHT_MIN <= value <= WEIGHT_MAX:
        raise ValidationError({"weight": f"A weight is {WEIGHT_MIN} to {WEIGHT_MAX}, not {weight}."})
    if value != value.quantize(CENT):
        raise ValidationError({"weight": f"A weight has at most two decimals, not {weight}."})
    return value.quantize(CENT)


def _conflict(standing: VolatilityWeight) -> str:
    author = standing.author.get_username() if standing.author else "the product"
    at = timezone.localtime(standing.created_at)
    return (
        f"{author} has set this weight to {standing.weight} at {at:%Y-%m-%d %H:%M} ({standing.reason}), "
        "after you opened it. Nothing was saved: open it again and decide anew."
    )


def _slug(sector: Sector | str) -> str:
    return sector.pk if isinstance(sector, Sector) else sector


# -- classification ----------------------------------------------------------------------------------


def stocks_classify(symbols: Iterable[str] | None = None) -> dict[str, int]:
    """Judge the sector of ``symbols`` (all listings when None); only rows that change are written.

    Returns counts: listings, classified, unknown, excluded, disputed, changed.
    """
    stocks = Stock.objects.all() if symbols is None else Stock.objects.filter(symbol__in=list(symbols))
    rows = stocks.order_by().only(*_READ).iterator(BATCH)
    results = {profile.symbol: classify(profile) for profile in map(_profile, rows)}
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
    judged = results.values()
    return {
        "listings": len(results),
        "classified": sum(1 for result in judged if result.sector and not result.excluded),
        "unknown": sum(1 for result in judged if not result.sector and not result.excluded),
        "excluded": sum(1 for result in judged if result.excluded),
        "disputed": sum(1 for result in judged if result.disputed and not result.excluded),
        "changed": len(changed),
    }


_READ = ("symbol", "name", "kind", "is_fund", "sic", "description", "sector_label", "industry_label")
_JUDGED = ("sector_id", "subsector", "confidence", "evidence", "disputed", "excluded", "rules_version")


def _profile(stock: Stock) -> CompanyProfile:
    labels = (VendorLabel(stock.sector_label, stock.industry_label),)
    return CompanyProfile(
        symbol=stock.symbol,
        name=stock.name,
        kind=stock.kind,
        is_fund=stock.is_fund,
        sic=stock.sic,
        description=stock.description,
        labels=labels if stock.sector_label or stock.industry_label else (),
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


# -- lights ------------------------------------------------------------------------------------------


@transaction.atomic
def readings_record(readings: Sequence[ReadingInput], stamp: RunStamp) -> BoardSnapshot:
    """Store one run's lights and the board they make, all together, once; then Redis and the open pages.

    The same run again changes nothing and returns its first snapshot. A run of one sector stores one light,
    the board still holds all. A publish time that is not later than the newest of its world is moved to one
    millisecond after it. Raises ValidationError for a sector that does not exist, or without a reading.
    """
    positions = _lock_sectors([reading.sector for reading in readings])
    recorded = BoardSnapshot.objects.filter(run_id=stamp.run_id).first()
    if recorded is not None:
        return recorded
    newest = BoardSnapshot.objects.filter(board__world=stamp.world).order_by("-timestamp").first()
    stamp = replace(stamp, published_at=_publish_time(stamp, newest))
    rows = [_reading(reading, stamp) for reading in readings]
    SentimentReading.objects.bulk_create(rows)
    snapshot = _snapshot(rows, stamp, positions, newest)
    transaction.on_commit(partial(_publish, snapshot, rows))
    return snapshot


def _lock_sectors(slugs: Sequence[str]) -> dict[str, int]:
    """Hold all sectors, so that two runs publish one after the other. Returns slug to position."""
    positions = dict(Sector.objects.select_for_update().order_by("position").values_list("slug", "position"))
    unknown = sorted(set(slugs) - set(positions))
    if unknown:
        raise ValidationError(f"No such sector: {', '.join(unknown)}. The eight are {', '.join(positions)}.")
    if not slugs or len(set(slugs)) != len(slugs):
        raise ValidationError("A run gives one reading per sector, and at least one.")
    return positions


def _publish_time(stamp: RunStamp, newest: BoardSnapshot | None) -> dt.datetime:
    """``stamp.published_at``, or 1 ms past the newest board; whole milliseconds, which are the version."""
    wanted = stamp.published_at.replace(microsecond=stamp.published_at.microsecond // 1000 * 1000)
    if newest is not None and wanted <= newest.timestamp:
        wanted = newest.timestamp + TICK
    # Another world may have published at the very same market moment: the key knows no worlds.
    while SentimentReading.objects.filter(timestamp=wanted).exists():
        wanted += TICK
    return wanted


def _reading(reading: ReadingInput, stamp: RunStamp) -> SentimentReading:
    return SentimentReading(
        timestamp=stamp.published_at,
        sector=reading.sector,
        sentiment_score=reading.score,
        color_classification=reading.colour,
        confidence_level=reading.confidence,
        run_id=stamp.run_id,
        run_kind=stamp.kind,
        as_of=stamp.as_of,
        computed_at=stamp.computed_at,
        state=reading.state,
        cautions=list(reading.cautions),
        relative_score=reading.relative_score,
        relative_colour=reading.relative_colour or "",
        returns=reading.returns,
        frame_notes=reading.frame_notes,
        pattern=reading.pattern,
        advancing=reading.advancing,
        valid=reading.valid,
        members=reading.members,
        core=reading.core,
        coverage=reading.coverage,
        waterfall=reading.waterfall,
        tops=reading.tops,
        weight_revision_id=reading.weight_revision_id,
        oldest_input_at=reading.oldest_input_at,
        confirmed_at=reading.confirmed_at,
        source=reading.source,
        world=stamp.world,
        interpolated=stamp.interpolated,
        flags=list(reading.flags),
    )


def _snapshot(
    rows: list[SentimentReading],
    stamp: RunStamp,
    positions: dict[str, int],
    standing: BoardSnapshot | None,
) -> BoardSnapshot:
    """The board with these rows in place: the other sectors keep their newest light."""
    newest = {row.sector: row for row in [*readings_newest(stamp.world), *rows]}
    shown = sorted(newest.values(), key=lambda row: positions[row.sector])
    board = board_payload(
        shown,
        history_since_previous_session(stamp.as_of, stamp.world),
        previous_lights(shown),
        stamp,
        standing=standing.board if standing is not None else None,
    )
    text = json.dumps(board, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return BoardSnapshot.objects.create(
        run_id=stamp.run_id,
        timestamp=stamp.published_at,
        as_of=stamp.as_of,
        board=json.loads(text),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _publish(snapshot: BoardSnapshot, rows: list[SentimentReading]) -> None:
    """After the commit: Redis first, so that a page that is told reads the new board."""
    board_store(snapshot.board, rows)
    announce_readings(snapshot.run_id, [row.sector for row in rows], version=snapshot.board["version"])
