"""What others may read about sectors: classes, weights, lights and the board. Nothing here writes.

Lights and boards are those of the market world in force (live, simulated or replay): a board of one world is
never shown as one of another.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery

from sectors.board_cache import board_fetch
from sectors.board_fill import board_filled
from sectors.last_known import LastKnown
from sectors.lights import stored_band
from sectors.models import (
    BoardSnapshot,
    Classification,
    Sector,
    SectorOverride,
    SentimentReading,
    VolatilityWeight,
)
from sectors.outages import OutageLog
from sectors.overrides import former_symbols, overrides_standing
from sectors.types import Colour, HistoryPoint, Past, PreviousLight, SectorGaps, WeightSetting
from universe.models import Stock
from universe.sessions import hours, previous_session, session_of
from universe.types import Session

logger = logging.getLogger(__name__)
_outage = OutageLog(logger, "PostgreSQL", "the board is read from Redis alone")
#: By market world, for the time when neither server answers.
boards_shown: LastKnown[dict[str, Any]] = LastKnown(3)


#: Before the first universe there are none, which is over at any moment.
GAPS_AWAITED_SECONDS = 20
GAPS_KEPT_SECONDS = 600
_GAPS = """
    SELECT c.sector_id, s.session, count(*), count(m.gap_share), avg(m.gap_share)
    FROM universe_snapshotmember m
    JOIN universe_universesnapshot s ON s.id = m.snapshot_id
    JOIN sectors_classification c ON c.symbol = m.symbol
    WHERE s.session = (SELECT max(session) FROM universe_universesnapshot WHERE session <= %s)
      AND m.tier <> '' AND c.sector_id IS NOT NULL AND NOT c.excluded
    GROUP BY c.sector_id, s.session
"""


def sector_gaps(session: Session) -> dict[str, SectorGaps]:
    """Slug to how often the members of the universe in force on ``session`` gap; without members: absent.

    Kept in the cache for ten minutes, the time that a class of a stock or a late universe may take to show.
    """
    key = f"sector-gaps:{session.isoformat()}"
    rows: list[tuple[Any, ...]] | None = cache.get(key)
    if rows is None:
        with connection.cursor() as cursor:
            cursor.execute(_GAPS, [session])
            rows = cursor.fetchall()
        cache.set(key, rows, GAPS_KEPT_SECONDS if rows else GAPS_AWAITED_SECONDS)
    return {slug: SectorGaps(*counted) for slug, *counted in rows}


def sectors_list() -> list[Sector]:
    """The eight, in board order."""
    return list(Sector.objects.all())


def classification_map(symbols: Iterable[str] | None = None) -> dict[str, str]:
    """Symbol to sector slug, of those that have one; shells, funds and unknowns are absent."""
    rows = Classification.objects.filter(sector__isnull=False, excluded=False)
    if symbols is not None:
        rows = rows.filter(symbol__in=list(symbols))
    return dict(rows.order_by().values_list("symbol", "sector_id"))


def classification_of(symbol: str) -> Classification | None:
    """With evidence, subsector and flags; None: never classified."""
    return Classification.objects.select_related("sector").filter(symbol=symbol).first()


def classification_counts() -> dict[str, int]:
    """How many listings were judged, and how many stand in no sector and why."""
    kept = Q(excluded=False)
    counts = Classification.objects.aggregate(
        listings=Count("pk"),
        classified=Count("pk", filter=kept & Q(sector__isnull=False)),
        unknown=Count("pk", filter=kept & Q(sector__isnull=True)),
        n_excluded=Count("pk", filter=~kept),
        n_disputed=Count("pk", filter=kept & Q(disputed=True)),
    )
    # An aggregate may not carry the name of a column that another one filters by.
    return {name.removeprefix("n_"): count for name, count in counts.items()}


def classification_versions(symbols: Iterable[str]) -> dict[str, tuple[int, dt.datetime, dt.datetime]]:
    """By version of the rules how many of these symbols it put into a sector, and when first and last."""
    rows = Classification.objects.filter(symbol__in=list(symbols), sector__isnull=False, excluded=False)
    told = rows.order_by("rules_version").values_list("rules_version")
    return {
        version: (count, oldest, newest)
        for version, count, oldest, newest in told.annotate(
            Count("pk"), Min("classified_at"), Max("classified_at")
        )
    }


def override_of(symbol: str) -> SectorOverride | None:
    """The sector set by hand in force for this listing, also one that was set under a former symbol."""
    return overrides_standing().of(symbol, _figi(symbol))


def override_revisions(symbol: str) -> list[SectorOverride]:
    """Whatever was ever set or cleared by hand for this listing, under any of its symbols, newest first."""
    figi = _figi(symbol)
    known = Q(symbol__in=[symbol, *former_symbols(symbol)])
    if figi:
        known = (known & Q(figi__in=["", figi])) | Q(figi=figi)
    rows = SectorOverride.objects.filter(known).select_related("author", "sector")
    return list(rows.defer("author__password"))


def override_labels() -> list[tuple[str, str]]:
    """(symbol of today, sector slug) of every listing that stands in a sector by hand, by symbol."""
    standing = overrides_standing()
    found = ((symbol, standing.of(symbol, figi)) for symbol, figi in standing.listings())
    return sorted((symbol, row.sector_id) for symbol, row in found if row is not None and row.sector_id)


def _figi(symbol: str) -> str:
    return Stock.objects.filter(symbol=symbol).values_list("figi", flat=True).first() or ""


def weight_settings_of(readings: Iterable[SentimentReading]) -> dict[str, WeightSetting]:
    """Slug to how the sector was weighted, by the revisions that these readings used."""
    used = [row.weight_revision_id for row in readings if row.weight_revision_id is not None]
    return {row.sector_id: row.setting for row in weights_named(used)}


def weights_named(ids: Iterable[int]) -> list[VolatilityWeight]:
    """The revisions of these ids, with their authors, in board order."""
    rows = VolatilityWeight.objects.filter(pk__in=list(ids)).select_related("author")
    return list(rows.defer("author__password").order_by("sector__position"))


def weight_settings() -> dict[str, WeightSetting]:
    """Slug to how the sector is weighted, by the revision in force."""
    return {row.sector_id: row.setting for row in VolatilityWeight.objects.filter(active=True).order_by()}


def weight_revisions(slug: str) -> list[VolatilityWeight]:
    """Every revision of one sector's weight, newest first."""
    rows = VolatilityWeight.objects.filter(sector_id=slug).select_related("author")
    return list(rows.defer("author__password").order_by("-created_at", "-pk"))


def readings_newest(world: str | None = None) -> list[SentimentReading]:
    """The newest reading of each sector that has one, in board order."""
    newest = _readings(world).filter(sector=OuterRef("slug")).order_by("-timestamp").values("timestamp")[:1]
    rows = Sector.objects.annotate(newest=Subquery(newest)).filter(newest__isnull=False)
    moments = dict(rows.values_list("slug", "newest"))
    if not moments:
        return []
    wanted = Q()
    for slug, moment in moments.items():
        wanted |= Q(sector=slug, timestamp=moment)
    found = {reading.sector: reading for reading in SentimentReading.objects.filter(wanted)}
    return [found[slug] for slug in moments]


def reading_newest(slug: str) -> SentimentReading | None:
    return _readings().filter(sector=slug).order_by("-timestamp").first()


def reading_at(slug: str, moment: dt.datetime) -> SentimentReading | None:
    """The reading that stood at ``moment`` (market time); None: none was published until then."""
    return _readings().filter(sector=slug, timestamp__lte=moment).order_by("-timestamp").first()


def readings_since(slug: str, first: dt.datetime) -> QuerySet[SentimentReading]:
    """One sector's readings published from ``first`` on, oldest first, without their lists of stocks."""
    return _readings().filter(sector=slug, timestamp__gte=first).order_by("timestamp").defer("tops")


def readings_of_run(run_id: int) -> list[SentimentReading]:
    """Every reading that one run published, of whatever world, by sector."""
    return list(SentimentReading.objects.filter(run_id=run_id).order_by("sector"))


def is_flagged(flag: str, first: dt.datetime, last: dt.datetime) -> bool:
    """Whether a reading published from ``first`` to ``last`` carries ``flag`` among its degraded inputs."""
    return _readings().filter(timestamp__range=(first, last), flags__contains=[flag]).exists()


def lights_past(slug: str, since: dt.datetime, until: dt.datetime | None = None) -> list[Past]:
    """Every light of one sector from ``since`` to ``until``, oldest first, without their heavy parts."""
    rows = _readings().filter(sector=slug, timestamp__gte=since).order_by("timestamp")
    if until is not None:
        rows = rows.filter(timestamp__lte=until)
    return [
        Past(
            at, score, relative, "none" if state == "insufficient" else stored_band(colour), confidence, kind
        )
        for at, score, relative, colour, state, confidence, kind in rows.values_list(
            "timestamp",
            "sentiment_score",
            "relative_score",
            "color_classification",
            "state",
            "confidence_level",
            "run_kind",
        )
    ]


def history_since_previous_session(
    as_of: dt.datetime, world: str | None = None
) -> dict[str, list[HistoryPoint]]:
    """Per slug every light since 4:00 of the session before that of ``as_of``, oldest first."""
    since = hours(previous_session(session_of(as_of))).pre_open
    rows = _readings(world).filter(timestamp__gte=since).order_by("timestamp")
    history: dict[str, list[HistoryPoint]] = {}
    for slug, at, score, colour, state in rows.values_list(
        "sector", "timestamp", "sentiment_score", "color_classification", "state"
    ):
        history.setdefault(slug, []).append(HistoryPoint(at, score, cast(Colour, colour), state))
    return history


def previous_lights(readings: Sequence[SentimentReading]) -> dict[str, PreviousLight]:
    """Per slug the last light of another colour before that of ``readings``; without one: absent."""
    found = {reading.sector: _previous_light(reading) for reading in readings}
    return {slug: light for slug, light in found.items() if light is not None}


def board_current() -> dict[str, Any] | None:
    """The newest board: Redis, else PostgreSQL, else the last one that this process showed, else None. A dead
    server is logged once, never raised."""
    board = board_fetch(counted=True)
    if board is None:
        try:
            board = board_filled(_board_stored)
        except (OperationalError, InterfaceError) as exc:
            _outage.failed(exc)
            return boards_shown.get(settings.MARKET_WORLD)
        _outage.answered()
    if board is not None:
        boards_shown.keep(settings.MARKET_WORLD, board)
    return board


def _board_stored() -> dict[str, Any] | None:
    return _snapshots().order_by("-timestamp").values_list("board", flat=True).first()


def board_at(moment: dt.datetime) -> dict[str, Any] | None:
    """The board as it stood at ``moment`` (market time); None: nothing was published until then."""
    rows = _snapshots().filter(timestamp__lte=moment).order_by("-timestamp")
    return rows.values_list("board", flat=True).first()


def _readings(world: str | None = None) -> QuerySet[SentimentReading]:
    return SentimentReading.objects.filter(world=world or settings.MARKET_WORLD)


def _snapshots() -> QuerySet[BoardSnapshot]:
    return BoardSnapshot.objects.filter(board__world=settings.MARKET_WORLD)


def _previous_light(reading: SentimentReading) -> PreviousLight | None:
    earlier = SentimentReading.objects.filter(
        sector=reading.sector, world=reading.world, timestamp__lt=reading.timestamp
    )
    other = (
        earlier.exclude(color_classification=reading.color_classification)
        .exclude(state="insufficient")
        .order_by("-timestamp")
        .values_list("timestamp", "color_classification", "sentiment_score")
        .first()
    )
    if other is None:
        return None
    moment, colour, score = other
    next_one = earlier.filter(timestamp__gt=moment).order_by("timestamp").values_list("timestamp", flat=True)
    return PreviousLight(
        colour=cast(Colour, colour), score=score, until=next_one.first() or reading.timestamp
    )
