"""Spans of time and the holes between them, by hand."""

from __future__ import annotations

import datetime as dt

from universe.spans import Span, holes, pieces, spans_joined


def at(hour: int) -> dt.datetime:
    return dt.datetime(2026, 3, 31, hour, tzinfo=dt.UTC)


def span(first: int, last: int) -> Span:
    return Span(at(first), at(last))


def test_spans_that_touch_or_overlap_are_one() -> None:
    assert spans_joined([span(5, 6), span(1, 2), span(2, 3), span(5, 8)]) == [span(1, 3), span(5, 8)]
    assert spans_joined([span(1, 9), span(2, 3)]) == [span(1, 9)]
    assert spans_joined([]) == []


def test_holes_are_what_no_span_covers() -> None:
    assert holes([], span(1, 9)) == [span(1, 9)]
    assert holes([span(0, 2), span(4, 5), span(8, 10)], span(1, 9)) == [span(2, 4), span(5, 8)]
    assert holes([span(0, 10)], span(1, 9)) == []
    assert holes([span(1, 2), span(20, 21)], span(5, 9)) == [span(5, 9)]


def test_pieces_are_cut_from_the_newest_end() -> None:
    hour = dt.timedelta(hours=1)
    assert pieces(span(1, 6), 2 * hour) == [span(4, 6), span(2, 4), span(1, 2)]
    assert pieces(span(1, 1), hour) == []
    assert span(1, 6).length == 5 * hour
