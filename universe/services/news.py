"""News and filings: what is new, what of the last weeks is missing, what is too old to keep.

Each list (news, papers, disclosures of 8-Ks) is asked of the price vendor, else of the other one, and the
span of market time that was fetched is kept. Each may fail without the others.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar

from django.db.models import Max, Q

from universe.errors import NotEntitled, SourceError, Unavailable
from universe.models import NewsArticle, NewsCoverage, SecFiling
from universe.notices import OFFERING_FORMS, Filing
from universe.selectors.news import coverage
from universe.services.calls import calls_kept
from universe.services.coverage import covered_until, span_keep, spans_trim
from universe.services.news_store import filings_store, headlines_store
from universe.sessions import hours, new_york, session_of, session_offset
from universe.sources import news_sources
from universe.sources.base import CUT_SHORT, FILING_LISTS, FilingList, NewsSource, Parsed
from universe.spans import Span, holes, pieces
from universe.types import Headline

logger = logging.getLogger(__name__)

T = TypeVar("T")
NEWS = NewsCoverage.Kind.NEWS.value
TITLES = {NEWS: "news", "papers": "filings", "disclosures": "8-K disclosures"}
#: What the first refresh asks for, and the furthest that any looks back: a weekend and a holiday.
FIRST = dt.timedelta(hours=24)
REACH = dt.timedelta(days=4)
#: Articles are listed late: so much of the known time is asked for again.
OVERLAP = dt.timedelta(hours=2)
FILINGS_EVERY = dt.timedelta(minutes=55)
#: A market of thousands of companies is never so long without an article: who tells none knows of none.
SILENT = dt.timedelta(hours=24)
#: What the next refresh fetches anyway is no gap.
NEAR = dt.timedelta(hours=2)
PIECE = dt.timedelta(days=7)
PIECES_MAX = 8
KEPT = dt.timedelta(days=90)
OFFERINGS_KEPT = dt.timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class NewsReport:
    """What one asking brought: new ``headlines`` and ``filings``, what was ``dropped`` by reason, the vendor
    that told each list (``sources``), what went wrong in words, and the questions that it took.

    "silent" counts spans of a day and more without an article: they do not count as known.
    """

    headlines: int = 0
    filings: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    calls: int = 0


class _Work:
    """One asking: who can be asked, and what has come of it so far."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = _utc(now)
        self.counts: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.told: dict[str, str] = {}
        self.failed: dict[str, SourceError] = {}
        self._problems: list[str] = []
        self._sources = news_sources(partial(self.counts.update, ("calls",)))

    def ask(self, kind: str, question: Callable[[NewsSource], Parsed[T]]) -> Parsed[T] | None:
        """The answer of the first vendor that gives one; None when none does, which is then written down."""
        errors: list[SourceError] = []
        for source in self._sources:
            try:
                parsed = question(source)
                _entitled(parsed, source)
            except SourceError as exc:
                logger.info("no %s of %s: %s", TITLES[kind], source.name, exc)
                errors.append(exc)
                continue
            self.told[kind] = source.name
            self.dropped += parsed.dropped
            return parsed
        self._give_up(kind, errors)
        return None

    def _give_up(self, kind: str, errors: list[SourceError]) -> None:
        """A plan that lacks a list is no problem, only a count."""
        outages = [error for error in errors if not isinstance(error, NotEntitled)]
        self.failed[kind] = next(iter(outages), errors[0])
        if outages:
            self._problems.append(f"The {TITLES[kind]} are not fresh: {outages[0]}")
        else:
            self.dropped[f"not_entitled:{kind}"] += 1

    def report(self) -> NewsReport:
        """Raises `SourceError` when nothing came of what was asked for, and not for want of a plan."""
        if self._problems and NEWS in self.failed and not self.told:
            raise self.failed[NEWS]
        return NewsReport(
            headlines=self.counts["headlines"],
            filings=self.counts["filings"],
            dropped={reason: count for reason, count in self.dropped.items() if count},
            sources=dict(self.told),
            problems=tuple(self._problems),
            calls=self.counts["calls"],
        )


def _entitled(parsed: Parsed[T], source: NewsSource) -> None:
    """Some lists say in their counts that the plan lacks them."""
    refused = [reason for reason in parsed.dropped if reason.startswith("not_entitled")]
    if refused and not parsed.rows:
        raise NotEntitled(f"{source.name}: {refused[0]}", vendor=source.name)


def news_refresh(now: dt.datetime, *, filings: bool = True) -> NewsReport:
    """Fetch the articles since the newest known one, and about once an hour the filings; at most one of
    their two lists a time, so that it takes two calls at a usual moment. Without ``filings`` only the news.

    Nothing published after ``now`` is stored. Raises `SourceError` when neither news nor filings came.
    """
    work = _Work(now)
    now = work.now
    _news_fetch(work, Span(_news_since(now), now), is_newest=True)
    is_away = isinstance(work.failed.get(NEWS), Unavailable)
    # Whoever did not answer about the news holds up no run by being asked once more.
    for kind in _filings_due(now) if filings and not is_away else ():
        _filings_fetch(work, kind, Span(_filings_since(kind, now), now))
    return work.report()


def news_backfill(now: dt.datetime, sessions: int = 20) -> NewsReport:
    """Fetch what is missing of the last ``sessions`` sessions and one day, a week a question, the newest
    week first; what is there already costs nothing. A list that fails is left for the next time.

    Raises `SourceError` when neither news nor filings came.
    """
    work = _Work(now)
    start = hours(session_offset(session_of(now), -sessions)).pre_open - dt.timedelta(days=1)
    wanted = Span(_utc(start), work.now)
    for piece in _missing(NEWS, wanted):
        if not _news_fetch(work, piece):
            break
    for kind in FILING_LISTS:
        for piece in _missing(kind, wanted):
            if not _filings_fetch(work, kind, piece):
                break
    return work.report()


def _utc(moment: dt.datetime) -> dt.datetime:
    """The same moment where every day has 24 hours."""
    return moment.astimezone(dt.UTC)


def _missing(kind: str, wanted: Span) -> Iterator[Span]:
    """The gaps in pieces, newest first."""
    gaps = [
        gap
        for gap in reversed(holes(coverage(kind), wanted))
        if gap.last < wanted.last or gap.length > NEAR or gap == wanted
    ]
    return islice((piece for gap in gaps for piece in pieces(gap, PIECE)), PIECES_MAX)


def _news_since(now: dt.datetime) -> dt.datetime:
    known = covered_until(NEWS, now)
    if known is None:
        return now - FIRST
    newest = NewsArticle.objects.filter(published_at__lte=now).aggregate(at=Max("published_at"))["at"]
    return max(min(known, newest or known) - OVERLAP, now - REACH)


def _filings_due(now: dt.datetime) -> list[FilingList]:
    """The list that was asked longest ago, if that is long; at a start both."""
    new = [kind for kind in FILING_LISTS if covered_until(kind, now) is None]
    if new:
        return new
    known = {kind: covered_until(kind, now) or now for kind in FILING_LISTS}
    oldest = min(FILING_LISTS, key=known.__getitem__)
    return [oldest] if now - known[oldest] >= FILINGS_EVERY else []


def _filings_since(kind: FilingList, now: dt.datetime) -> dt.datetime:
    """Today is asked for whole, the first time of a day with the day before: papers have a day only."""
    known = covered_until(kind, now)
    if known is None:
        return now - FIRST
    if new_york(known).date() < new_york(now).date():
        known -= dt.timedelta(days=1)
    return max(known, now - REACH)


def _news_fetch(work: _Work, span: Span, *, is_newest: bool = False) -> bool:
    """Whether to go on with older articles: somebody told those of ``span``, or at least some."""
    until = None if is_newest else span.last
    with calls_kept("news", session_of(work.now)):
        parsed = work.ask(NEWS, lambda source: source.fetch_headlines(span.first, until=until))
    if parsed is None:
        return False
    work.counts["headlines"] += headlines_store(_timely(work, parsed.rows))
    is_cut = CUT_SHORT in parsed.dropped
    if not parsed.rows and span.length >= SILENT:
        work.dropped["silent"] += 1
        return not is_cut
    first = min((row.published_at for row in parsed.rows), default=span.last) if is_cut else span.first
    if first < span.last:
        span_keep(NEWS, Span(first, span.last))
    return first < span.last


def _timely(work: _Work, rows: Iterable[Headline]) -> Iterator[Headline]:
    for row in rows:
        if row.published_at > work.now:
            work.dropped["from_the_future"] += 1
        elif row.published_at < work.now - KEPT:
            work.dropped["too_old"] += 1
        else:
            yield row


def _filings_fetch(work: _Work, kind: FilingList, span: Span) -> bool:
    """Whether somebody told the filings of the days of ``span``."""
    first, last = new_york(span.first).date(), new_york(span.last).date()
    with calls_kept("filings", session_of(work.now)):
        parsed = work.ask(kind, lambda source: source.fetch_filings(first, last, lists=(kind,)))
    if parsed is None:
        return False
    work.counts["filings"] += filings_store(_filed(work, parsed.rows), work.dropped)
    span_keep(kind, span)
    return True


def _filed(work: _Work, rows: Iterable[Filing]) -> Iterator[Filing]:
    """After 17:30 a paper gets the next day's date: its moment decides, where it is known."""
    today = new_york(work.now).date()
    for row in rows:
        is_later = row.filed_on > today if row.accepted_at is None else row.accepted_at > work.now
        if is_later:
            work.dropped["from_the_future"] += 1
        elif row.filed_on < today - KEPT:
            work.dropped["too_old"] += 1
        else:
            yield row


def news_prune(now: dt.datetime) -> int:
    """Delete articles and filings older than 90 days, papers about new shares after three years; gives the
    number deleted."""
    offering = Q()
    for form in OFFERING_FORMS:
        offering |= Q(form__istartswith=form)
    old = new_york(now - KEPT).date()
    filings = SecFiling.objects.filter(filed_on__lt=old)
    oldest = new_york(now - OFFERINGS_KEPT).date()
    rows = (
        NewsArticle.objects.filter(published_at__lt=now - KEPT),
        filings.exclude(offering),
        filings.filter(offering, filed_on__lt=oldest),
    )
    spans_trim(now - KEPT)
    return sum(query.delete()[0] for query in rows)
