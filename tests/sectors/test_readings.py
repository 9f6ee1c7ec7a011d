"""A run's lights: stored once, all together, then in Redis, then told to the open pages."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import pytest
import redis
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction

from sectorlight.postgresql import base as postgresql
from sectors import broadcast, selectors, services
from sectors.models import BoardSnapshot, SentimentReading
from sectors.services import lights
from tests.sectors.market import SLUGS, at, eight, reading, stamp
from universe import keys

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eight_sectors")]


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[str], int]]:
    """What the open pages would be told: run, sectors, version."""
    told: list[tuple[int, list[str], int]] = []
    monkeypatch.setattr(
        lights, "announce_readings", lambda run_id, slugs, *, version: told.append((run_id, slugs, version))
    )
    return told


def test_a_run_stores_eight_lights_and_one_board() -> None:
    snapshot = services.readings_record(eight(), stamp(1, at(10, 30)))

    rows = SentimentReading.objects.all()
    assert {row.sector for row in rows} == set(SLUGS)
    assert {row.timestamp for row in rows} == {at(10, 30)}
    assert set(snapshot.board["sectors"]) == set(SLUGS)
    assert len(snapshot.sha256) == 64


def test_the_same_run_again_leaves_one_set(announced: list[Any]) -> None:
    first = services.readings_record(eight(), stamp(1, at(10, 30)))
    second = services.readings_record(eight(0.5), stamp(1, at(10, 31)))

    assert second.pk == first.pk
    assert SentimentReading.objects.count() == 8
    assert BoardSnapshot.objects.count() == 1
    assert [run_id for run_id, _, _ in announced] == [1]


def test_the_same_run_delivered_to_four_workers_at_once_leaves_one_set() -> None:
    gate = threading.Barrier(4)
    found: list[int] = []

    def work() -> None:
        gate.wait(10)
        found.append(services.readings_record(eight(), stamp(1, at(10, 30))).pk)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(found) == 4
    assert len(set(found)) == 1
    assert SentimentReading.objects.count() == 8


@pytest.mark.parametrize("earlier_by", [0, 5])
def test_a_publish_time_not_after_the_newest_moves_one_millisecond_past_it(earlier_by: int) -> None:
    services.readings_record(eight(), stamp(1, at(10, 30)))
    snapshot = services.readings_record(eight(), stamp(2, at(10, 30 - earlier_by)))

    assert (snapshot.timestamp - at(10, 30)).total_seconds() == 0.001
    assert SentimentReading.objects.filter(timestamp=snapshot.timestamp).count() == 8
    assert snapshot.board["version"] == int(at(10, 30).timestamp() * 1000) + 1


def test_two_worlds_may_publish_at_the_same_market_moment() -> None:
    services.readings_record(eight(), stamp(1, at(10, 30)))
    other = services.readings_record(eight(), stamp(2, at(10, 30), world="replay"))

    assert other.timestamp > at(10, 30)
    assert SentimentReading.objects.count() == 16


def test_a_later_world_does_not_push_an_earlier_one_into_its_future() -> None:
    services.readings_record(eight(), stamp(1, at(10, 30, day=20), world="replay"))
    snapshot = services.readings_record(eight(), stamp(2, at(10, 30)))

    assert snapshot.timestamp == at(10, 30)


def test_a_movers_run_stores_its_sector_and_the_board_still_holds_eight() -> None:
    services.readings_record(eight(), stamp(1, at(10, 30)))
    snapshot = services.readings_record([reading("energy", 0.7)], stamp(2, at(10, 41), kind="mover"))

    assert SentimentReading.objects.filter(run_id=2).count() == 1
    assert set(snapshot.board["sectors"]) == set(SLUGS)
    assert snapshot.board["sectors"]["energy"]["colour"] == "dark_green"
    assert snapshot.board["sectors"]["technology"]["run_id"] == 1


def test_a_light_that_turns_knows_its_former_colour_and_until_when() -> None:
    services.readings_record(eight(0.0), stamp(1, at(10)))
    services.readings_record(eight(-0.3), stamp(2, at(10, 30)))
    snapshot = services.readings_record(eight(-0.4), stamp(3, at(11)))

    was = snapshot.board["sectors"]["materials"]["was"]
    assert was["colour"] == "blue_neutral"
    assert was["until"] == at(10, 30).isoformat()


def test_the_history_begins_at_four_of_the_session_before() -> None:
    services.readings_record(eight(0.1), stamp(1, at(20, day=6)))
    services.readings_record(eight(0.2), stamp(2, at(9, day=9)))
    services.readings_record(eight(0.3), stamp(3, at(9, day=10)))

    history = selectors.history_since_previous_session(at(9, day=10))
    assert [float(point.score) for point in history["utilities"]] == [0.2, 0.3]


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ([reading("crypto")], "No such sector: crypto. The eight are technology"),
        ([], "at least one"),
        ([reading("energy"), reading("energy")], "one reading per sector"),
    ],
)
def test_what_is_no_set_of_readings_is_refused(readings: list[Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        services.readings_record(readings, stamp(1, at(10, 30)))
    assert not BoardSnapshot.objects.exists()


def test_a_run_that_fails_leaves_nothing_behind(announced: list[Any], redis_server: redis.Redis) -> None:
    with transaction.atomic():
        services.readings_record(eight(), stamp(1, at(10, 30)))
        transaction.set_rollback(True)

    assert not SentimentReading.objects.exists()
    assert redis_server.get(keys.board()) is None
    assert announced == []


def test_redis_holds_the_board_and_each_sectors_keys_for_a_day(redis_server: redis.Redis) -> None:
    snapshot = services.readings_record(eight(-0.7), stamp(7, at(10, 30)))

    board = json.loads(redis_server.get(keys.board()) or "")
    sentiment = json.loads(redis_server.get(keys.sector_sentiment("energy")) or "")
    tops = json.loads(redis_server.get(keys.sector_top_stocks("energy")) or "")
    assert board == snapshot.board
    assert sentiment["run_id"] == tops["run_id"] == 7
    assert sentiment["signal"] == "PRIME_SHORTING_ENVIRONMENT"
    assert [row["symbol"] for row in tops["bearish"]] == ["SOUN"]
    assert {"as_of", "computed_at"} <= sentiment.keys() & tops.keys()
    assert 86_000 < redis_server.ttl(keys.board()) <= 86_400  # type: ignore[operator]


def test_an_insufficient_sector_has_no_verdict_in_redis(redis_server: redis.Redis) -> None:
    services.readings_record([reading("utilities", state="insufficient")], stamp(1, at(10, 30)))

    sentiment = json.loads(redis_server.get(keys.sector_sentiment("utilities")) or "")
    assert sentiment["state"] == "insufficient"
    assert sentiment["colour"] is sentiment["signal"] is None


def test_an_older_commit_that_arrives_late_does_not_replace_a_newer_board(redis_server: redis.Redis) -> None:
    older = services.readings_record(eight(), stamp(1, at(10, 30)))
    services.readings_record(eight(0.4), stamp(2, at(11)))
    lights._publish(older, list(SentimentReading.objects.filter(run_id=1)))

    assert json.loads(redis_server.get(keys.board()) or "")["run_id"] == 2
    assert json.loads(redis_server.get(keys.sector_sentiment("energy")) or "")["run_id"] == 2


def test_the_pages_are_told_after_the_board_is_there(
    monkeypatch: pytest.MonkeyPatch, redis_server: redis.Redis
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        lights,
        "announce_readings",
        lambda *_, **__: seen.append(redis_server.get(keys.board()) is not None),
    )
    services.readings_record(eight(), stamp(1, at(10, 30)))
    assert seen == [True]


@pytest.mark.usefixtures("dead_redis")
def test_a_stopped_redis_costs_no_reading_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="sectors"):
        services.readings_record(eight(), stamp(1, at(10, 30)))
        services.readings_record(eight(), stamp(2, at(11)))
        board = selectors.board_current()

    assert SentimentReading.objects.count() == 16
    assert board is not None
    assert board["run_id"] == 2
    spoken = [record.message for record in caplog.records if record.name.startswith("sectors")]
    assert sum("Redis does not answer" in line for line in spoken) == 1
    assert sum("channel layer (Redis) does not answer" in line for line in spoken) == 1


def test_the_board_comes_from_postgresql_when_redis_lost_it(redis_server: redis.Redis) -> None:
    services.readings_record(eight(), stamp(1, at(10, 30)))
    redis_server.delete(keys.board())

    board = selectors.board_current()
    assert board is not None
    assert board["run_id"] == 1


def test_the_board_comes_from_redis_when_postgresql_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    services.readings_record(eight(), stamp(1, at(10, 30)))
    with refusing_database():
        board = selectors.board_current()
    assert board is not None
    assert board["run_id"] == 1


@pytest.mark.usefixtures("dead_redis")
def test_no_server_at_all_is_no_board_and_no_error() -> None:
    with refusing_database():
        assert selectors.board_current() is None


@pytest.mark.parametrize("junk", [b"not json", b"[1, 2]", b'{"world": "live", "run_id": 9}'])
def test_what_is_no_board_of_this_world_in_redis_is_passed_over(
    junk: bytes, redis_server: redis.Redis
) -> None:
    services.readings_record(eight(), stamp(1, at(10, 30)))
    redis_server.set(keys.board(), junk)

    board = selectors.board_current()
    assert board is not None
    assert board["run_id"] == 1


def test_a_board_of_another_world_is_never_shown(settings: Any) -> None:
    services.readings_record(eight(), stamp(1, at(10, 30)))
    settings.MARKET_WORLD = "live"

    assert selectors.board_current() is None
    assert selectors.readings_newest() == []


def test_an_empty_product_has_no_board() -> None:
    assert selectors.board_current() is None
    assert selectors.board_at(at(12)) is None
    assert selectors.readings_newest() == []


def test_the_board_of_a_past_moment_is_the_one_that_stood_then() -> None:
    services.readings_record(eight(), stamp(1, at(10)))
    services.readings_record(eight(), stamp(2, at(10, 30)))

    found = selectors.board_at(at(10, 29))
    assert found is not None
    assert found["run_id"] == 1
    assert selectors.board_at(at(9)) is None


def test_the_newest_readings_come_in_board_order_in_three_queries(
    django_assert_max_num_queries: Any,
) -> None:
    services.readings_record(eight(), stamp(1, at(10)))
    services.readings_record([reading("energy")], stamp(2, at(10, 5), kind="mover"))

    with django_assert_max_num_queries(3):
        newest = selectors.readings_newest()
    assert [row.sector for row in newest] == list(SLUGS)
    assert {row.sector: row.run_id for row in newest}["energy"] == 2


class refusing_database:
    """Point the test's connection at a port where nothing listens, as if PostgreSQL were stopped."""

    def __enter__(self) -> None:
        connection.close()
        self.standing = connection.settings_dict["PORT"]
        connection.settings_dict["PORT"] = "1"

    def __exit__(self, *_: object) -> None:
        connection.settings_dict["PORT"] = self.standing
        postgresql.breaker.forget()


@pytest.mark.parametrize(
    "tell",
    [
        lambda: broadcast.announce_readings(1, ["energy"], version=5),
        lambda: broadcast.announce_progress({"id": 1, "percent": 40, "at": at(10)}),
        lambda: broadcast.announce_alerts([{"symbol": "SOUN", "at": at(10)}]),
        lambda: broadcast.announce_preferences(3),
    ],
)
@pytest.mark.usefixtures("dead_redis")
def test_no_push_raises_without_redis(tell: Any) -> None:
    tell()


def test_the_limit_of_the_run_is_the_boards_too() -> None:
    tuned = reading("energy", 0.3, waterfall={"withhold_score": 0.25})
    board = services.readings_record([tuned, reading("utilities", 0.3)], stamp(1, at(10))).board
    assert [board["sectors"][slug]["withheld"] for slug in ("energy", "utilities")] == ["bearish", None]
