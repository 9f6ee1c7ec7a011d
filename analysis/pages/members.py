"""The page of a stored frame: each member of a sector with what it adds to R; the same as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from analysis.members import Member, SectorMembers, members_sorted
from analysis.models import AnalysisRun
from analysis.pages.runs import KIND_NAMES
from analysis.types import InputFrame, Timeframe
from sectors import figures
from sectors.pages.cells import text_cell

LABELS = {"30min": "30 minutes", "1d": "1 day", "3d": "3 days", "1w": "1 week"}
SORTS = (*LABELS, "symbol", "weight", "volume")
DEFAULT_SORT = "1d"


@dataclass(frozen=True, slots=True)
class Sorting:
    """``by`` one of SORTS, ``largest`` first or last; ``text`` is what the address says."""

    by: str
    largest: bool

    @property
    def text(self) -> str:
        return f"-{self.by}" if self.largest else self.by


@dataclass(frozen=True, slots=True)
class Head:
    """A column that can be sorted by: ``sort`` is what its link asks for, ``order`` its aria-sort or ""."""

    label: str
    sort: str
    order: str


@dataclass(frozen=True, slots=True)
class FrameHead:
    label: str
    total: str
    note: str
    adds: Head


@dataclass(frozen=True, slots=True)
class Share:
    reference: str
    change: str
    sign: str
    adds: str
    adds_sign: str


@dataclass(frozen=True, slots=True)
class MemberLine:
    symbol: str
    core: bool
    last: str
    volume: str
    weight: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Everything `analysis/members.html` prints."""

    run: str
    as_of: str
    phase: str
    carried: bool
    count: int
    symbol: Head
    volume: Head
    weight: Head
    frames: tuple[FrameHead, ...]
    rows: tuple[MemberLine, ...]
    sort: str
    expected: str
    sha256: str


def sorting_of(text: str, found: SectorMembers) -> Sorting:
    """What ``?sort=`` asks for; without it what 1d adds, those that made R most first."""
    by = text.removeprefix("-")
    if by in SORTS:
        return Sorting(by, text.startswith("-"))
    total = found.totals[Timeframe.DAY1]
    return Sorting(DEFAULT_SORT, total is not None and total > 0)


def members_page(
    run: AnalysisRun, frame: InputFrame, found: SectorMembers, *, sorting: Sorting, sha256: str
) -> MembersPage:
    """The page of one sector's members; ``found`` was made of ``frame``, whose bytes have ``sha256``."""
    rows = members_sorted(found.members, sorting.by, largest=sorting.largest)
    return MembersPage(
        run=f"{KIND_NAMES.get(run.kind, run.kind)} run {figures.count(run.pk)}",
        as_of=f"{figures.day(frame.as_of)}, {figures.clock(frame.as_of, seconds=True)}",
        phase={"pre": "pre-market", "post": "after hours"}.get(frame.phase, frame.phase),
        carried=found.carried,
        count=len(rows),
        symbol=_head("Symbol", "symbol", sorting),
        volume=_head("Volume", "volume", sorting),
        weight=_head("Weight w", "weight", sorting),
        frames=tuple(
            FrameHead(
                LABELS[one.timeframe],
                _points(found.totals[one.timeframe]),
                one.note or figures.number_of(one.valid, "return"),
                _head("Adds", str(one.timeframe), sorting),
            )
            for one in found.frames
        ),
        rows=tuple(map(_line, rows)),
        sort=sorting.text,
        expected=f"{frame.expected_volume_share:.1%}",
        sha256=sha256,
    )


def _head(label: str, by: str, sorting: Sorting) -> Head:
    """A link turns the order of the column that is sorted by."""
    here = sorting.by == by
    order = ("descending" if sorting.largest else "ascending") if here else ""
    turned = not sorting.largest if here else by in ("weight", "volume")
    return Head(label, Sorting(by, turned).text, order)


def _line(member: Member) -> MemberLine:
    return MemberLine(
        symbol=member.symbol,
        core=member.core,
        last=_number(member.last, 4),
        volume=figures.DASH
        if math.isnan(member.relative_volume)
        else figures.times(member.relative_volume, 2),
        weight=figures.plain(member.weight, 4),
        shares=tuple(
            Share(
                _number(one.reference, 4),
                figures.DASH if math.isnan(one.change) else figures.percent(one.change, 2),
                "" if math.isnan(one.change) else figures.sign_class(one.change),
                _points(one.adds),
                figures.sign_class(one.adds),
            )
            for one in member.frames.values()
        ),
    )


def _number(value: float, places: int) -> str:
    """At least two decimals, and as many as a penny stock needs."""
    if math.isnan(value):
        return figures.DASH
    return figures.plain(value, 2 if value >= 1 and round(value, 2) == value else places)


def _points(value: Decimal | None) -> str:
    return figures.signed(value, 5)


def members_csv(members: Iterable[Member]) -> str:
    """Every member with full precision, by the order given; what is not known is empty."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    names = ["symbol", "tier", "last_usd", "relative_volume", "weight"]
    for frame in LABELS:
        names += [f"reference_{frame}_usd", f"return_{frame}_pct", f"adds_{frame}_points"]
    writer.writerow(names)
    writer.writerows(_cells(member) for member in members)
    return target.getvalue()


def _cells(member: Member) -> Iterator[str]:
    yield text_cell(member.symbol)
    yield "core" if member.core else "breadth"
    yield from map(_cell, (member.last, member.relative_volume, member.weight))
    for one in member.frames.values():
        yield _cell(one.reference)
        yield _cell(one.change)
        yield "" if one.adds is None else f"{one.adds:f}"


def _cell(value: float) -> str:
    return "" if math.isnan(value) else repr(value)
