"""News and filings as they are stored, and of which time they are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from django.db.models import Q

from universe.models import NewsArticle, NewsCoverage, SecFiling, Stock
from universe.notices import Filing
from universe.sessions import new_york
from universe.spans import Span, spans_joined
from universe.types import Headline

#: A list that was asked this long ago still counts as known up to now.
STILL_FRESH = dt.timedelta(hours=2)
NEWS: tuple[str, ...] = (NewsCoverage.Kind.NEWS.value,)
FILINGS: tuple[str, ...] = (NewsCoverage.Kind.PAPERS.value, NewsCoverage.Kind.DISCLOSURES.value)


def headlines_between(
    first: dt.datetime, last: dt.datetime, symbols: Collection[str] | None = None
) -> list[Headline]:
    """Articles published in [first, last], oldest first; of ``symbols``, those that name one of them.

    One that both vendors told under the same address is one: the judged one, with the symbols of both.
    """
    rows = NewsArticle.objects.filter(published_at__gte=first, published_at__lte=last)
    if symbols is not None:
        rows = rows.filter(symbols__overlap=list(symbols))
    return _once(map(headline_of, rows.order_by("published_at", "source", "vendor_id")))


def _once(rows: Iterable[Headline]) -> list[Headline]:
    known: dict[str, Headline] = {}
    for row in rows:
        name = row.url or f"{row.source} {row.id}"
        first = known.get(name)
        if first is None or first.source == row.source:
            known[name if first is None else f"{name} {row.id}"] = row
            continue
        judged, other = (first, row) if first.tone or not row.tone else (row, first)
        known[name] = replace(judged, symbols=tuple(dict.fromkeys(judged.symbols + other.symbols)))
    return list(known.values())


def filings_between(
    first: dt.datetime, last: dt.datetime, symbols: Collection[str] | None = None
) -> list[Filing]:
    """Papers accepted in [first, last], oldest first; those of which the day alone is known when that day of
    New York lies in it or touches it. Of ``symbols``, those that name one of them."""
    days = Q(accepted_at=None, filed_on__gte=new_york(first).date(), filed_on__lte=new_york(last).date())
    rows = SecFiling.objects.filter(days | Q(accepted_at__gte=first, accepted_at__lte=last))
    if symbols is not None:
        rows = rows.filter(symbols__overlap=list(symbols))
    return [filing_of(row) for row in rows.order_by("filed_on", "accepted_at", "accession_number")]


def headlines_changed(since: dt.datetime | None) -> list[tuple[dt.datetime, Headline]]:
    """Articles that came, or of which something new was told, at ``since`` (wall clock) or later, each with
    that moment, the earliest first. None: all."""
    rows = NewsArticle.objects.all() if since is None else NewsArticle.objects.filter(changed_at__gte=since)
    return [(row.changed_at, headline_of(row)) for row in rows.order_by("changed_at", "pk").iterator(1_000)]


def filings_changed(since: dt.datetime | None) -> list[tuple[dt.datetime, Filing]]:
    """Papers likewise."""
    rows = SecFiling.objects.all() if since is None else SecFiling.objects.filter(changed_at__gte=since)
    return [(row.changed_at, filing_of(row)) for row in rows.order_by("changed_at", "pk").iterator(1_000)]


def news_covered_from(
    now: dt.datetime, *, kinds: Sequence[str] = NEWS, tolerance: dt.timedelta = STILL_FRESH
) -> dt.datetime | None:
    """Since when the lists of ``kinds`` are known without a gap up to ``now``, or up to ``tolerance`` before
    it; the latest of their starts. None: a list is not known that far."""
    starts = [_start(coverage(kind), now, tolerance) for kind in kinds]
    known = [start for start in starts if start is not None]
    return max(known) if known and len(known) == len(starts) else None


def _start(spans: Iterable[Span], now: dt.datetime, tolerance: dt.timedelta) -> dt.datetime | None:
    reaching = [span.first for span in spans if span.first <= now and span.last >= now - tolerance]
    return max(reaching, default=None)


def coverage(kind: str) -> list[Span]:
    """The spans of one list that were fetched, earliest first; none touches the next."""
    rows = NewsCoverage.objects.filter(kind=kind).values_list("first", "last")
    return spans_joined(Span(first, last) for first, last in rows)


def stock_names(symbols: Collection[str]) -> dict[str, str]:
    """The names of the listings among ``symbols``; what is not listed is absent."""
    return dict(Stock.objects.filter(symbol__in=symbols).values_list("symbol", "name"))


def headline_of(row: NewsArticle) -> Headline:
    return Headline(
        id=row.vendor_id,
        published_at=row.published_at,
        title=row.title,
        url=row.url,
        publisher=row.publisher,
        symbols=tuple(row.symbols),
        tone=dict(row.tone),
        source=row.source,
        fetched_at=row.fetched_at,
        text=row.text,
    )


def filing_of(row: SecFiling) -> Filing:
    return Filing(
        accession_number=row.accession_number,
        form=row.form,
        filed_on=row.filed_on,
        accepted_at=row.accepted_at,
        symbols=tuple(row.symbols),
        cik=row.cik or None,
        url=row.url,
        categories=tuple(row.categories),
        text=row.text,
        source=row.source,
        fetched_at=row.fetched_at,
    )
