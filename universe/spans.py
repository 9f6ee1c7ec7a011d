"""Spans of time and the holes between them. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """From ``first`` to ``last``, both aware and both inside."""

    first: dt.datetime
    last: dt.datetime

    @property
    def length(self) -> dt.timedelta:
        return self.last - self.first


def spans_joined(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as can be, earliest first: those that touch are one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.first):
        if joined and span.first <= joined[-1].last:
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        else:
            joined.append(span)
    return joined


def holes(spans: Iterable[Span], wanted: Span) -> list[Span]:
    """What of ``wanted`` no span covers, earliest first."""
    found: list[Span] = []
    reached = wanted.first
    for span in spans_joined(spans):
        if span.last < wanted.first or span.first > wanted.last:
            continue
        if span.first > reached:
            found.append(Span(reached, span.first))
        reached = max(reached, span.last)
    if reached < wanted.last:
        found.append(Span(reached, wanted.last))
    return found


def pieces(span: Span, length: dt.timedelta) -> list[Span]:
    """``span`` cut into pieces of at most ``length``, the newest first."""
    cut: list[Span] = []
    last = span.last
    while last > span.first:
        first = max(span.first, last - length)
        cut.append(Span(first, last))
        last = first
    return cut
