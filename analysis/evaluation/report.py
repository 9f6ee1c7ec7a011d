"""The evaluation as a page of Markdown. Every number comes from `tables`; here they are only written down."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from analysis.evaluation import tables
from analysis.evaluation.days import Day, plain_score
from analysis.evaluation.halfhours import Pair
from analysis.evaluation.words import (
    ABOUT,
    CHANGES,
    COLOURS,
    FACTORS,
    MONTHS,
    MORNINGS,
    NOISE,
    SIZES,
    THIRTY,
    WITHIN,
    beyond_words,
    figure,
    grid,
    percent,
    sector_name,
)
from analysis.types import SectorScore
from sectors.lights import LIT
from sectors.places import PLACES, SLUGS
from sectors.types import Colour

COLOUR_HEADS = tuple(light.words for light in LIT.values())


def report(days: Sequence[Day], pairs: Sequence[Pair]) -> str:
    """The whole page; ``days`` in order and not empty, ``pairs`` may be."""
    parts = [
        _head(days),
        _colours(days),
        _noise(days),
        _sizes(days),
        _changes(days),
        _factors(days),
        _mornings(days),
        _thirty(pairs),
        _months(days),
    ]
    return "\n\n".join(parts) + "\n"


def _head(days: Sequence[Day]) -> str:
    silent = [day for day in days if not day.has_volume]
    insufficient = sum(score.state == "insufficient" for day in days for score in day.close)
    return ABOUT.format(
        first=days[0].session,
        last=days[-1].session,
        sessions=len(days),
        sector_days=len(days) * len(SLUGS),
        silent=len(silent),
        dates=", ".join(str(day.session) for day in silent) or "none",
        insufficient=insufficient,
        breadth=_range([day.members for day in days]),
        core=_range([day.core for day in days]),
    )


def _range(counts: Sequence[int]) -> str:
    return f"{min(counts):,} to {max(counts):,}, median {statistics.median(counts):,.0f}"


def _colours(days: Sequence[Day]) -> str:
    return COLOURS.format(
        verdict=beyond_words(tables.beyond_limit(days)),
        whole=colour_grid(days, tables.whole_colour),
        plain=colour_grid(days, tables.plain_colour),
    )


def colour_grid(days: Sequence[Day], colour: Callable[[SectorScore], Colour]) -> str:
    """One row a sector: the five shares and the largest."""
    rows = []
    for slug, scores in tables.closes_of(days).items():
        shares = tables.colour_shares(scores, colour)
        rows.append([sector_name(slug), *map(percent, shares.values()), percent(tables.largest(shares)[1])])
    return grid(("sector", *COLOUR_HEADS, "largest"), rows)


def _noise(days: Sequence[Day]) -> str:
    rows = [
        [
            sector_name(slug),
            percent(tables.state_share(scores, "noise")),
            percent(tables.state_share(scores, "insufficient")),
            percent(tables.share_of(scores, lambda score: bool(score.cautions))),
            *map(figure, tables.quantiles([float(score.confidence) for score in scores])),
        ]
        for slug, scores in tables.closes_of(days).items()
    ]
    heads = ("sector", "within noise", "insufficient", "caution", "confidence 5 %", "50 %", "95 %")
    return NOISE.format(table=grid(heads, rows))


def _sizes(days: Sequence[Day]) -> str:
    weights = {place.slug: float(place.weight) for place in PLACES}
    rows = []
    for slug, scores in tables.closes_of(days).items():
        if slug == tables.ALL:
            continue
        neutral = [score for score in scores if score.colour == "blue_neutral"]
        rows.append(
            [
                sector_name(slug),
                f"{statistics.median(score.members for score in scores):.0f}",
                f"{statistics.median(score.core for score in scores):.0f}",
                *(figure(tables.spread(scores, frame)) for frame in (1, 2, 3)),
                figure(0.75 * weights[slug]),
                percent(tables.state_share(neutral, "noise")),
            ]
        )
    heads = ("sector", "members", "core", "1d", "3d", "1w", "reach", "noise in neutral")
    return SIZES.format(table=grid(heads, rows))


def _changes(days: Sequence[Day]) -> str:
    changed = tables.changed(days)
    counts = [sum(row) for row in changed]
    rows = [
        [sector_name(slug), percent(tables.share_of([row[at] for row in changed], bool))]
        for at, slug in enumerate(SLUGS)
    ]
    relative = grid(
        ("sector", *COLOUR_HEADS),
        [
            [sector_name(slug), *map(percent, tables.relative_shares(scores).values())]
            for slug, scores in tables.closes_of(days).items()
        ],
    )
    return CHANGES.format(
        mean=statistics.mean(counts) if counts else 0.0,
        median=statistics.median(counts) if counts else 0,
        most=max(counts, default=0),
        still=percent(tables.share_of(counts, lambda count: count == 0)),
        table=grid(("sector", "days with another colour"), rows),
        together=percent(tables.share_of(days, lambda day: tables.same_sign(s.score for s in day.close))),
        apart=percent(tables.share_of(days, _relative_together)),
        relative=relative,
    )


def _relative_together(day: Day) -> bool:
    return tables.same_sign(score.relative_score for score in day.close)


def _factors(days: Sequence[Day]) -> str:
    rows = []
    for slug, scores in tables.closes_of(days).items():
        cells = [sector_name(slug)]
        for name in ("volume", "technical"):
            values = tables.factor_values(scores, name)
            cells += [figure(value, 3) for value in tables.quantiles(values)]
            cells.append(percent(len(values) / len(scores)))
        rows.append(cells)
    heads = ("sector", "volume 5 %", "50 %", "95 %", "known", "technical 5 %", "50 %", "95 %", "known")
    return FACTORS.format(table=grid(heads, rows))


def _mornings(days: Sequence[Day]) -> str:
    rows = []
    for slug, mornings in tables.mornings(days).items():
        closes = [morning.close for morning in mornings]
        nights = [morning.overnight for morning in mornings]
        rows.append(
            [
                sector_name(slug),
                figure(tables.mean_size(nights, _score)),
                figure(tables.mean_size(closes, lambda score: float(plain_score(score)))),
                figure(tables.mean_size(closes, _score)),
                percent(tables.share_of(nights, _is_dark)),
                percent(tables.share_of(closes, lambda score: tables.is_dark(tables.plain_colour(score)))),
                percent(tables.share_of(closes, _is_dark)),
                percent(tables.share_of(mornings, lambda m: _is_dark(m.overnight) and not _is_dark(m.close))),
                percent(tables.share_of(mornings, lambda m: _is_dark(m.close) and not _is_dark(m.overnight))),
            ]
        )
    heads = ("sector", "size 4:00", "close, weights", "close", "dark 4:00", "close, weights", "close")
    darker = [m for m in tables.mornings(days)[tables.ALL] if _is_dark(m.overnight) and not _is_dark(m.close)]
    held = sum(tables.is_dark(tables.plain_colour(morning.close)) for morning in darker)
    table = grid((*heads, "darker at 4:00", "lighter"), rows)
    return MORNINGS.format(table=table, darker=len(darker), held=held, others=len(darker) - held)


def _score(score: SectorScore) -> float:
    return float(score.score)


def _is_dark(score: SectorScore) -> bool:
    return tables.is_dark(score.colour)


def _thirty(pairs: Sequence[Pair]) -> str:
    if not pairs:
        return WITHIN
    rows = []
    for slug, mine in tables.by_sector((pair.whole.slug, pair) for pair in pairs).items():
        whole, without = [pair.whole for pair in mine], [pair.without for pair in mine]
        agreeing = [pair for pair in mine if pair.agrees]
        against = [pair for pair in mine if not pair.agrees]
        rows.append(
            [
                sector_name(slug),
                f"{len(mine):,}",
                figure(tables.mean_size(whole, _score)),
                figure(tables.mean_size(without, _score)),
                percent(tables.share_of(whole, _is_dark)),
                percent(tables.share_of(without, _is_dark)),
                f"{sum(map(_grew, agreeing)):,} of {len(agreeing):,}",
                f"{sum(map(_grew, against)):,} of {len(against):,}",
            ]
        )
    heads = (
        "sector",
        "boards",
        "size with",
        "without",
        "dark with",
        "without",
        "stronger, agrees",
        "against",
    )
    days = sorted({pair.at.date() for pair in pairs})
    return THIRTY.format(dates=", ".join(map(str, days)), table=grid(heads, rows))


def _grew(pair: Pair) -> bool:
    """Whether the light is further from zero without the frame."""
    return abs(pair.without.score) > abs(pair.whole.score)


def _months(days: Sequence[Day]) -> str:
    return MONTHS.format(table=grid(("month", "sessions", *COLOUR_HEADS, "within noise"), month_rows(days)))


def month_rows(days: Sequence[Day]) -> list[list[str]]:
    """One row a month over all sectors."""
    rows = []
    for month, some in tables.by_month(days).items():
        scores = tables.closes_of(some)[tables.ALL]
        shares = tables.colour_shares(scores, tables.whole_colour)
        noise = tables.state_share(scores, "noise")
        rows.append([month, str(len(some)), *map(percent, shares.values()), percent(noise)])
    return rows
