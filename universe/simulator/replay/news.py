"""Recorded news from ``news_*.csv.gz``: headlines as they were, judged only where the recording judges."""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from universe.simulator.replay.folder import read_texts
from universe.simulator.replay.listings import canonical
from universe.simulator.world import Article

T = TypeVar("T")
_TONES = {
    "Bullish": "positive",
    "Somewhat-Bullish": "positive",
    "Neutral": "neutral",
    "Somewhat-Bearish": "negative",
    "Bearish": "negative",
}


def read_articles(folder: Path) -> list[Article]:
    """All articles, oldest first; rows without a time are left out, the same article of two symbols is
    one."""
    found: dict[str, Article] = {}
    columns = ["symbol", "published_utc", "title", "publisher", "source", "url", "summary", "sentiment"]
    for path in sorted(folder.glob("news_*.csv.gz")):
        table = read_texts(path, columns)
        count = len(table["symbol"])
        rows = zip(*(table[name] or [""] * count for name in columns), strict=True)
        for symbol, published, title, publisher, source, url, summary, sentiment in rows:
            at = _moment(published)
            if at is None or not title:
                continue
            name = canonical(symbol)
            number = hashlib.sha256(f"{title}|{published}".encode()).hexdigest()
            before = found.get(number)
            tones = {name: _TONES[sentiment]} if sentiment in _TONES else {}
            found[number] = Article(
                id=number,
                published_at=at,
                title=title,
                text=summary,
                publisher=publisher or source,
                url=url,
                symbols=tuple(dict.fromkeys((*(before.symbols if before else ()), name))),
                tones=(before.tones if before else {}) | tones,
            )
    return sorted(found.values(), key=lambda article: article.published_at)


def between(
    rows: list[T], after: dt.datetime, until: dt.datetime, moment: Callable[[T], dt.datetime]
) -> list[T]:
    """Of rows in the order of their ``moment`` those after ``after`` and no later than ``until``."""
    return rows[bisect_right(rows, after, key=moment) : bisect_right(rows, until, key=moment)]


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
