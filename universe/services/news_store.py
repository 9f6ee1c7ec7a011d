"""Articles and filings into their tables: each once, nothing that is known is unlearnt.

Texts are cut to what the tables hold and cleaned of what PostgreSQL refuses, so that one odd row costs no
other.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from psycopg.types.json import Jsonb

from universe.bulk import Target, rows_upsert
from universe.models import NewsArticle, SecFiling, Stock
from universe.notices import Filing, filings_joined
from universe.selectors.news import filing_of, headline_of
from universe.types import SYMBOL_MAX, Headline

ID_MAX = 200
TITLE_MAX = 500
TEXT_MAX = 4_000
URL_MAX = 2_000
PUBLISHER_MAX = 120
SYMBOLS_MAX = 100
CATEGORY_MAX, CATEGORIES_MAX = 200, 50
NUMBER_MAX, FORM_MAX, CIK_DIGITS = 40, 32, 10

ARTICLES = Target(
    NewsArticle,
    {
        "source": "text",
        "vendor_id": "text",
        "published_at": "timestamptz",
        "title": "text",
        "text": "text",
        "url": "text",
        "publisher": "text",
        "symbols": "text[]",
        "tone": "jsonb",
        "fetched_at": "timestamptz",
        "changed_at": "timestamptz",
    },
    key=("source", "vendor_id"),
)
FILINGS = Target(
    SecFiling,
    {
        "accession_number": "text",
        "form": "text",
        "filed_on": "date",
        "accepted_at": "timestamptz",
        "symbols": "text[]",
        "cik": "text",
        "url": "text",
        "categories": "text[]",
        "text": "text",
        "source": "text",
        "fetched_at": "timestamptz",
        "changed_at": "timestamptz",
    },
    key=("accession_number",),
)


def headlines_store(headlines: Iterable[Headline]) -> int:
    """Store articles and what is new about those that are stored; gives the number of new ones. The moments
    of publication and arrival stay those that were told first."""
    told = {(row.source, row.id): row for row in map(_headline_cut, headlines)}
    with transaction.atomic():
        stored = NewsArticle.objects.select_for_update().filter(
            vendor_id__in={name for _, name in told}, source__in={source for source, _ in told}
        )
        known = {(row.source, row.vendor_id): headline_of(row) for row in stored}
        joined = {name: _headline_joined(known.get(name), row) for name, row in told.items()}
        changed = [row for name, row in joined.items() if row != known.get(name)]
        if changed:
            rows_upsert(ARTICLES, map(_headline_values, changed))
    return len(told.keys() - known.keys())


def _headline_joined(known: Headline | None, told: Headline) -> Headline:
    if known is None:
        return told
    return replace(
        told,
        published_at=known.published_at,
        fetched_at=known.fetched_at,
        text=told.text or known.text,
        url=told.url or known.url,
        publisher=told.publisher or known.publisher,
        symbols=_symbols(known.symbols + told.symbols),
        tone=known.tone | told.tone,
    )


def _headline_cut(row: Headline) -> Headline:
    return replace(
        row,
        id=_number(row.id),
        title=_clean(row.title)[:TITLE_MAX],
        text=_clean(row.text)[:TEXT_MAX],
        url=_address(row.url),
        publisher=_clean(row.publisher)[:PUBLISHER_MAX],
        symbols=_symbols(row.symbols),
        tone=_tones(row.tone),
    )


def _headline_values(row: Headline) -> Sequence[object]:
    return (
        row.source,
        row.id,
        row.published_at,
        row.title,
        row.text,
        row.url,
        row.publisher,
        list(row.symbols),
        Jsonb(row.tone),
        row.fetched_at,
        timezone.now(),
    )


def filings_store(filings: Iterable[Filing], dropped: Counter[str] | None = None) -> int:
    """Store filings, each accession number once, joined with what is known of it; gives the number of new
    ones. Those without a symbol get that of the listing with their CIK. A number that is none is dropped and
    counted."""
    told = [_filing_cut(row) for row in filings]
    kept = [row for row in told if 0 < len(row.accession_number) <= NUMBER_MAX]
    if dropped is not None and len(kept) < len(told):
        dropped["bad_accession_number"] += len(told) - len(kept)
    with transaction.atomic():
        stored = SecFiling.objects.select_for_update().filter(
            accession_number__in={row.accession_number for row in kept}
        )
        known = {row.accession_number: filing_of(row) for row in stored}
        joined = _with_symbols([_filing_cut(row) for row in filings_joined([*known.values(), *kept])])
        changed = [row for row in joined if row != known.get(row.accession_number)]
        if changed:
            rows_upsert(FILINGS, map(_filing_values, changed))
    return len(joined) - len(known)


def _filing_cut(row: Filing) -> Filing:
    categories = dict.fromkeys(_clean(name)[:CATEGORY_MAX] for name in row.categories)
    return replace(
        row,
        accession_number=_clean(row.accession_number).strip(),
        form=_clean(row.form).strip()[:FORM_MAX],
        symbols=_symbols(row.symbols),
        cik=_cik(row.cik),
        url=_address(row.url),
        categories=tuple(categories)[:CATEGORIES_MAX],
        text=_clean(row.text)[:TEXT_MAX],
    )


def _with_symbols(rows: Sequence[Filing]) -> list[Filing]:
    """The same filings; the listings of a company stand for a symbol that nobody told."""
    wanted = {row.cik for row in rows if row.cik and not row.symbols}
    spelled = wanted | {cik.lstrip("0") for cik in wanted}
    found: dict[str, list[str]] = {}
    if wanted:
        listed = Stock.objects.filter(Q(active=True), cik__in=spelled).order_by("symbol")
        for symbol, cik in listed.values_list("symbol", "cik"):
            found.setdefault(cik.zfill(CIK_DIGITS), []).append(symbol)
    return [
        row if row.symbols else replace(row, symbols=_symbols(found.get(row.cik or "", ()))) for row in rows
    ]


def _filing_values(row: Filing) -> Sequence[object]:
    return (
        row.accession_number,
        row.form,
        row.filed_on,
        row.accepted_at,
        list(row.symbols),
        row.cik or "",
        row.url,
        list(row.categories),
        row.text,
        row.source,
        row.fetched_at,
        timezone.now(),
    )


def _clean(text: str) -> str:
    """Without the characters that PostgreSQL cannot hold: zeros and halves of a pair."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _number(text: str) -> str:
    """A vendor's id; a long one ends with its digest instead of its own end."""
    clean = _clean(text)
    if len(clean) <= ID_MAX:
        return clean
    digest = hashlib.sha256(clean.encode()).hexdigest()
    return f"{clean[: ID_MAX - len(digest)]}{digest}"


def _address(url: str) -> str:
    """Half an address leads nowhere: one that is too long is left out."""
    clean = _clean(url)
    return clean if len(clean) <= URL_MAX else ""


def _symbols(names: Iterable[str]) -> tuple[str, ...]:
    clean = dict.fromkeys(_clean(name).strip() for name in names)
    return tuple(name for name in clean if 0 < len(name) <= SYMBOL_MAX)[:SYMBOLS_MAX]


def _tones(told: Mapping[str, float]) -> dict[str, float]:
    known = {name: tone for name, tone in told.items() if math.isfinite(tone)}
    return {clean: tone for name, tone in known.items() for clean in _symbols([name])}


def _cik(text: str | None) -> str | None:
    """Ten digits; None for what is no such number."""
    clean = _clean(text or "").strip()
    return clean.zfill(CIK_DIGITS) if clean.isdecimal() and len(clean) <= CIK_DIGITS else None
