"""What a reader waits for who looks up one of 8,000 listings: the search as it is typed, and a stock's page.

Whole requests without the network, on a PostgreSQL with a universe, classes, bars, and a minute stream of the
members from 4:00 on.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.benchmarks.timing import percentiles_ms

COUNT, MEMBERS = 8_000, 1_700
REPEATS = 400
LIMIT_MS = 150.0
WORDS = (
    *("Acme", "Apex", "Aurora", "Blue", "Bright", "Cedar", "Delta", "Energy", "First", "General", "Global"),
    *(
        "Harbor",
        "Iron",
        "Juniper",
        "Lumen",
        "Nova",
        "Orchid",
        "Pacific",
        "Quantum",
        "River",
        "Summit",
        "Vertex",
    ),
    *(
        "Bio",
        "Capital",
        "Data",
        "Financial",
        "Foods",
        "Gold",
        "Health",
        "Labs",
        "Mining",
        "Motors",
        "Networks",
    ),
    *("Oil", "Power", "Realty", "Software", "Solar", "Steel", "Systems", "Therapeutics", "Water", "Wireless"),
)
#: Typed letter by letter, with slips, with nothing to find, by name, for a page, and the empty field.
TYPED = (
    *("a", "ab", "aba", "abac", "brk.b", "brk b", "energy", "runs", "preferences"),
    *("glo", "global", "global mo", "global motors", "financial", "therapuetics", "quantm sys", "bright"),
    *("zzzq", "%%%", "holdings corporation", "x" * 60, ""),
)


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`), and leaves it as it was."""
    from django.db import transaction

    with transaction.atomic():
        found = _measured()
        transaction.set_rollback(True)
    print(f"lookups: {REPEATS} requests each over {COUNT:,} listings; limit of p95: {LIMIT_MS:.0f} ms")
    print(f"{'':<34}{'p50 ms':>9}{'p95 ms':>9}{'of limit':>10}")
    for name, (middle, late) in found.items():
        print(f"{name:<34}{middle:>9.1f}{late:>9.1f}{late / LIMIT_MS:>10.0%}")
    return 0


def _measured() -> dict[str, tuple[float, float]]:
    from django.test import Client

    from tests.analysis.page_cast import NOW, board_publish, reader
    from universe.clock import override

    symbols = _market()
    client = Client()
    with override(NOW):
        board_publish(1, count=1_500)
        client.force_login(reader())
        typed, shown = itertools.cycle(TYPED), itertools.cycle(symbols[:: COUNT // 200])
        recent = ",".join(symbols[:6])
        first = _once(lambda: _answered(client, "/find/", q="ab"))
        search = percentiles_ms(
            lambda: _answered(client, "/find/", q=next(typed), recent=recent), repeats=REPEATS
        )
        page = percentiles_ms(lambda: _answered(client, f"/stocks/{next(shown)}/"), repeats=REPEATS)
    return {"search, the first of a new list": (first, first), "search": search, "page of a stock": page}


def _once(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _answered(client: Any, path: str, **asked: str) -> None:
    answer = client.get(path, asked)
    assert answer.status_code == 200, f"{path} answers {answer.status_code}"


def _market() -> list[str]:
    """Store everything that the two pages read; the symbols, members first."""
    from django.db import connection

    from sectors.services import sectors_seed
    from tests.analysis.page_cast import universe_build

    sectors_seed()
    symbols = list(itertools.islice(_symbols(), COUNT))
    random.Random(8).shuffle(symbols)
    _listings(symbols, universe_build())
    _prices(symbols)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return symbols


def _symbols() -> Iterator[str]:
    for letters in itertools.product("ABCDEFGHIKLMNOPRSTUVWXYZ", repeat=3):
        yield "".join(letters)


def _listings(symbols: Sequence[str], snapshot: Any) -> None:
    from sectors.models import Classification
    from sectors.places import SLUGS
    from tests.analysis.page_cast import AS_OF
    from universe.models import SnapshotMember, Stock

    dice = random.Random(9)
    stocks, verdicts, classes = [], [], []
    for number, symbol in enumerate(symbols):
        name = f"{' '.join(dice.sample(WORDS, 2))} {dice.choice(('Inc.', 'Corporation', 'Holdings Ltd.'))}"
        text = "Acme designs software, semiconductors and drugs for banks and mines in many countries. " * 8
        stocks.append(
            Stock(symbol=symbol, name=name, mic="XNAS", kind="CS", description=text, last_listed_at=AS_OF)
        )
        tier = "core" if number < 450 else "breadth" if number < MEMBERS else ""
        reasons = [] if tier == "core" else ["volume_below"] if tier else ["market_cap_above", "price_above"]
        verdicts.append(
            SnapshotMember(snapshot=snapshot, symbol=symbol, tier=tier, reasons=reasons, price=5.0)
        )
        classes.append(
            Classification(
                symbol=symbol,
                sector_id=SLUGS[number % len(SLUGS)],
                confidence="0.90",
                rules_version="1",
                classified_at=AS_OF,
            )
        )
    for model, rows in ((Stock, stocks), (SnapshotMember, verdicts), (Classification, classes)):
        model.objects.bulk_create(rows, batch_size=2_000)  # type: ignore[attr-defined]


def _prices(symbols: Sequence[str]) -> None:
    from tests.analysis.page_cast import AS_OF, NOW, TODAY
    from universe.models import DailyBar, MinuteQuote
    from universe.sessions import session_offset

    days = [session_offset(TODAY, -back) for back in range(1, 9)]
    minutes = [NOW - dt.timedelta(minutes=ago) for ago in range(1, 61)]
    bars = (
        DailyBar(session=day, symbol=symbol, close=5.0, volume=1e6, source="polygon", fetched_at=AS_OF)
        for day in days
        for symbol in symbols
    )
    quotes = (
        MinuteQuote(as_of=moment, symbol=symbol, price=5.1, day_volume=1e5, source="polygon")
        for moment in minutes
        for symbol in symbols[:MEMBERS]
    )
    DailyBar.objects.bulk_create(bars, batch_size=5_000)
    MinuteQuote.objects.bulk_create(quotes, batch_size=5_000)
