"""Companies, headlines and papers of no market."""

from __future__ import annotations

import datetime as dt

from analysis.catalysts import Catalyst, CatalystKind, judge_headline
from universe.notices import Filing
from universe.types import Headline

NAMES = {
    "QLMR": "Quellmar Therapeutics Inc. Common Stock",
    "VRDN": "Verdana Systems Corporation Class A Common Stock",
    "SUMT": "Summit Therapeutics Inc. Common Stock",
    "ON": "ON Voltaics Corporation Common Stock",
    "BRBK": "Brightbrook Bancorp Inc. Common Stock",
}
MONDAY = dt.datetime(2026, 3, 2, 13, 30, tzinfo=dt.UTC)
FETCHED = dt.datetime(2026, 3, 9, 12, 0, tzinfo=dt.UTC)


def headline(title: str, *symbols: str, tone: dict[str, float] | None = None) -> Headline:
    return Headline(
        id="77",
        published_at=MONDAY,
        title=title,
        url="https://news.example/77",
        publisher="Wire Daily",
        symbols=symbols or ("QLMR",),
        tone=tone or {},
        source="vendor",
        fetched_at=FETCHED,
    )


def judged(title: str, *symbols: str, tone: dict[str, float] | None = None) -> list[Catalyst]:
    return judge_headline(headline(title, *symbols, tone=tone), NAMES)


def kind_of(title: str, *symbols: str) -> str:
    """The class of the only catalyst, "" when there is none."""
    found = judged(title, *symbols)
    assert len(found) <= 1
    return found[0].kind.value if found else ""


def catalyst(kind: str = "fda.approved", at: dt.datetime = MONDAY, **changes: object) -> Catalyst:
    """``kind`` is the name of a rule."""
    fields: dict[str, object] = {
        "symbol": "QLMR",
        "kind": CatalystKind(kind.partition(".")[0]),
        "at": at,
        "tone": 1.0,
        "relevance": 1.0,
        "title": "Quellmar tells something",
        "url": "https://news.example/1",
        "publisher": "Wire Daily",
        "source": "vendor",
        "fetched_at": FETCHED,
        "key": "news:vendor:1",
        "rule": kind,
    }
    return Catalyst(**(fields | changes))  # type: ignore[arg-type]


def filing(form: str, text: str = "", **changes: object) -> Filing:
    fields: dict[str, object] = {
        "accession_number": "0000000000-26-000001",
        "form": form,
        "filed_on": dt.date(2026, 3, 2),
        "accepted_at": None,
        "symbols": ("QLMR",),
        "cik": None,
        "url": "https://filings.example/1",
        "categories": (),
        "text": text,
        "source": "vendor",
        "fetched_at": FETCHED,
    }
    return Filing(**(fields | changes))  # type: ignore[arg-type]
