"""What was kept holds until its tables are written, whoever wrote them and whatever becomes of Redis."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sectors.services import sectors_seed
from universe import generations, keys
from universe.models import Stock
from universe.page_reads import KEPT_SECONDS, page_reading
from universe.redis import breaker, client

NOW = dt.datetime(2026, 3, 10, 15, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def names(page: str = "page") -> tuple[list[str], int]:
    """The stored symbols as a page reads them, and how many queries that took."""
    with CaptureQueriesContext(connection) as queries, page_reading(page) as reads:
        found = list(Stock.objects.order_by("symbol").values_list("symbol", flat=True))
    reads.keep()
    return found, len(queries)


def warm(page: str = "page") -> None:
    names(page)
    assert names(page)[1] == 0


def stock(symbol: str) -> Stock:
    return Stock.objects.create(symbol=symbol, name=symbol, mic="XNAS", kind="CS", last_listed_at=NOW)


@pytest.fixture
def read() -> None:
    stock("ANNE")
    warm()


@pytest.mark.usefixtures("read")
class TestAWriteShowsOnTheNextLoad:
    @pytest.mark.parametrize(
        "write",
        [
            lambda: stock("BEA"),
            lambda: Stock.objects.bulk_create(
                [Stock(symbol="BEA", name="Bea", mic="XNAS", kind="CS", last_listed_at=NOW)]
            ),
            lambda: Stock.objects.update(symbol="BEA"),
            lambda: Stock.objects.all().delete(),
        ],
        ids=["create", "bulk_create", "update", "delete"],
    )
    def test_of_the_models(self, write: Callable[[], Any]) -> None:
        write()
        assert names() == (list(Stock.objects.order_by("symbol").values_list("symbol", flat=True)), 1)
        assert names()[1] == 0

    def test_of_raw_sql(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH old AS (SELECT symbol FROM universe_stock) "
                "UPDATE universe_stock s SET symbol = 'RAW' FROM old WHERE old.symbol = s.symbol"
            )
        assert names() == (["RAW"], 1)

    def test_of_many_statements_at_once(self) -> None:
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE universe_stock SET symbol = %s WHERE symbol = %s", [("CAL", "ANNE")])
        assert names() == (["CAL"], 1)

    def test_of_a_copy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE plain AS SELECT * FROM universe_stock")
            cursor.execute("UPDATE plain SET symbol = 'COPIED', id = id + 1000")
            with cursor.copy("COPY plain TO STDOUT") as out:
                rows = b"".join(bytes(block) for block in out)
            with cursor.copy("COPY universe_stock FROM STDIN") as into:
                into.write(rows)
            cursor.execute("DROP TABLE plain")
        assert names() == (["ANNE", "COPIED"], 1)

    def test_of_another_process(self) -> None:
        command = (
            "import django; django.setup();"
            "from universe.models import Stock; Stock.objects.update(symbol='OTHER')"
        )
        environment = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "sectorlight.settings.test"}
        subprocess.run([sys.executable, "-c", command], env=os.environ | environment, check=True, timeout=60)
        assert names() == (["OTHER"], 1)

    def test_of_a_transaction_once_it_is_committed(self) -> None:
        with transaction.atomic():
            stock("BEA")
        assert names() == (["ANNE", "BEA"], 1)

    def test_before_anybody_is_told_of_the_commit(self) -> None:
        seen: list[list[str]] = []
        with transaction.atomic():
            stock("BEA")
            transaction.on_commit(lambda: seen.append(names()[0]))
        assert seen == [["ANNE", "BEA"]]

    def test_of_what_stands_beside_a_savepoint_that_was_taken_back(self) -> None:
        with transaction.atomic():
            stock("BEA")
            try:
                with transaction.atomic():
                    stock("CAL")
                    raise LookupError
            except LookupError:
                pass
        assert names() == (["ANNE", "BEA"], 1)

    def test_in_the_page_that_writes_itself(self) -> None:
        with page_reading("page") as reads:
            assert list(Stock.objects.values_list("symbol", flat=True)) == ["ANNE"]
            Stock.objects.update(symbol="ZOE")
            assert list(Stock.objects.values_list("symbol", flat=True)) == ["ZOE"]
        reads.keep()
        assert names()[0] == ["ZOE"]


@pytest.mark.usefixtures("read")
class TestWhatDoesNotChangeAPage:
    def test_a_write_of_another_table(self) -> None:
        sectors_seed()
        assert names() == (["ANNE"], 0)

    def test_a_transaction_that_was_taken_back(self) -> None:
        with transaction.atomic():
            stock("BEA")
            transaction.set_rollback(True)
        assert names() == (["ANNE"], 0)

    def test_inside_a_transaction_its_own_state_is_read(self) -> None:
        with transaction.atomic():
            stock("BEA")
            assert names() == (["ANNE", "BEA"], 1)


def test_an_answer_lives_no_longer_for_a_page_that_learns_something_else_meanwhile() -> None:
    stock("ANNE")
    began = time.time()

    def shown(after: float) -> list[str]:
        with mock.patch("universe.page_reads.time.time", return_value=began + after):
            with page_reading("page") as reads:
                found = list(Stock.objects.order_by("symbol").values_list("symbol", flat=True))
                # A question of its own each time, as that for the present minute is.
                Stock.objects.filter(pk=int(after)).exists()
            reads.keep()
        return found

    shown(0)
    # As `psql` writes: past the engine that counts.
    connection.connection.execute("UPDATE universe_stock SET symbol = 'PSQL'")
    assert shown(KEPT_SECONDS - 1) == ["ANNE"]
    assert shown(KEPT_SECONDS + 1) == ["PSQL"]


@pytest.mark.usefixtures("read")
class TestTheCommitAndTheCount:
    def test_a_reader_during_a_commit_stores_nothing_of_its_tables(self) -> None:
        with generations.writing(frozenset({"universe_stock"})):
            assert names() == (["ANNE"], 1)
            assert names() == (["ANNE"], 1)
        assert names()[1] == 1
        assert names()[1] == 0

    def test_what_was_read_before_a_commit_and_stored_after_it_holds_no_longer(self) -> None:
        with page_reading("late") as reads:
            assert list(Stock.objects.order_by("symbol").values_list("symbol", flat=True)) == ["ANNE"]
            writer = threading.Thread(target=lambda: (stock("BEA"), connection.close()))
            writer.start()
            writer.join()
        reads.keep()
        assert names("late") == (["ANNE", "BEA"], 1)

    @pytest.mark.parametrize("refused", [{}, {"side_effect": redis.ConnectionError("gone")}])
    def test_what_was_read_during_a_commit_whose_mark_redis_lost_holds_no_longer(
        self, redis_server: redis.Redis, refused: dict[str, Any]
    ) -> None:
        with mock.patch.object(redis.Redis, "hdel", autospec=True, **refused) as taken:
            taken.return_value = 0
            with generations.writing(frozenset({"universe_stock"})):
                redis_server.delete(keys.generations())
                assert names("late") == (["ANNE"], 1)
        until(lambda: not generations._owed)
        assert names("late")[1] == 1

    def test_what_was_read_during_a_write_that_outlasted_its_mark_holds_no_longer(self) -> None:
        with (
            mock.patch.object(generations, "MARK_SECONDS", -1),
            page_reading("late") as reads,
            generations.writing(frozenset({"universe_stock"})),
        ):
            assert list(Stock.objects.order_by("symbol").values_list("symbol", flat=True)) == ["ANNE"]
            # Past the engine that counts; the count is that of `writing`.
            connection.connection.execute("UPDATE universe_stock SET symbol = 'BEA'")
        reads.keep()
        assert names("late") == (["BEA"], 1)

    def test_a_writer_killed_behind_its_commit_leaves_no_old_page(self) -> None:
        with mock.patch.object(generations, "_unmarked"):
            stock("BEA")
        assert names() == (["ANNE", "BEA"], 1)
        assert names() == (["ANNE", "BEA"], 1)
        later = time.time() + generations.MARK_SECONDS + 1
        with mock.patch.object(generations.time, "time", return_value=later):
            assert names()[1] == 1
            assert names() == (["ANNE", "BEA"], 0)
            marks = [name for name in client().hkeys(keys.generations()) if name.startswith(b"writing:")]  # type: ignore[union-attr]
            assert marks == []


def database_url() -> str:
    told = connection.settings_dict
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


@pytest.mark.usefixtures("read")
class TestARedisThatFails:
    @pytest.fixture(autouse=True)
    def _rest_is_over(self) -> Iterator[None]:
        yield
        breaker(str(django_settings.REDIS_URL)).forget()

    def test_away_a_page_reads_postgresql(self, settings: Any) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert names() == (["ANNE"], 1)
        assert names() == (["ANNE"], 1)

    def test_away_for_the_writer_alone_its_counts_come_as_soon_as_it_is_back(self, settings: Any) -> None:
        url = settings.REDIS_URL
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        stock("BEA")
        settings.REDIS_URL = url
        # The writer itself trusts nothing that is kept before its counts are there.
        assert names()[0] == ["ANNE", "BEA"]
        until(lambda: not generations._owed)
        assert names()[0] == ["ANNE", "BEA"]
        assert names() == (["ANNE", "BEA"], 0)

    def test_counts_that_are_brought_while_a_page_asks_are_not_taken_for_seen(self) -> None:
        asked = redis.client.Pipeline.execute

        def brought(pipe: Any, *args: Any, **options: Any) -> list[Any]:
            answers = asked(pipe, *args, **options)
            generations.debts_forget()
            return answers

        with (
            mock.patch.object(generations, "_marked", return_value=None),
            mock.patch.object(generations, "_brought", return_value=False),
        ):
            stock("BEA")
            with mock.patch.object(redis.client.Pipeline, "execute", brought):
                assert names() == (["ANNE", "BEA"], 1)

    def test_that_lost_everything_is_filled_anew(self, redis_server: redis.Redis) -> None:
        kept = {name: redis_server.dump(name) for name in redis_server.scan_iter(match="*reads:*")}
        redis_server.delete(keys.generations())
        stock("BEA")
        assert names()[0] == ["ANNE", "BEA"]
        redis_server.delete(keys.generations())
        for name, body in kept.items():
            redis_server.restore(name, 0, body, replace=True)
        assert names() == (["ANNE", "BEA"], 1)

    def test_that_came_back_with_an_old_state_is_not_believed(self, redis_server: redis.Redis) -> None:
        old = {name: redis_server.dump(name) for name in redis_server.scan_iter(match="test-*")}
        stock("BEA")
        for name, body in old.items():
            redis_server.restore(name, 0, body, replace=True)
        asked = redis.client.Pipeline.execute

        def restarted(pipe: Any, *args: Any, **options: Any) -> list[Any]:
            """As a server does that was started with an old snapshot: under another run id."""
            answers = asked(pipe, *args, **options)
            return [
                a | {"run_id": "another"} if isinstance(a, dict) and "run_id" in a else a for a in answers
            ]

        with mock.patch.object(redis.client.Pipeline, "execute", restarted):
            assert names() == (["ANNE", "BEA"], 1)

    def test_full_so_that_it_counts_no_writes_a_page_reads_postgresql(
        self, redis_server: redis.Redis
    ) -> None:
        redis_server.config_set("maxmemory", "1")
        redis_server.config_set("maxmemory-policy", "noeviction")
        try:
            stock("BEA")
            assert names() == (["ANNE", "BEA"], 1)
        finally:
            redis_server.config_set("maxmemory", "0")
        until(lambda: not generations._owed)
        assert names()[0] == ["ANNE", "BEA"]

    @pytest.mark.parametrize(
        "body",
        [
            b"of another version",
            *(
                zlib.compress(pickle.dumps(foreign))
                for foreign in (
                    [1],
                    {b"name": 1},
                    {b"name": ((), 1.0, 7, 7)},
                    {b"name": ((), "then", ("symbol",), [("ANNE",)])},
                    {b"name": ((), 1.0, ("symbol",), [("ANNE", "more")])},
                    {"name": ((), 1.0, ("symbol",), [("ANNE",)])},
                )
            ),
        ],
    )
    def test_with_what_nobody_can_read_a_page_reads_postgresql(
        self, redis_server: redis.Redis, body: bytes
    ) -> None:
        (name,) = redis_server.scan_iter(match=f"{django_settings.REDIS_PREFIX}reads:*")
        redis_server.set(name, body)
        assert names() == (["ANNE"], 1)
        assert names() == (["ANNE"], 0)


def until(holds: Callable[[], bool], within: float = 10.0) -> None:
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "It did not come within ten seconds."
        time.sleep(0.02)
