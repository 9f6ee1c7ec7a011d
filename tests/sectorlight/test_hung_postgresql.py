"""A PostgreSQL that takes connections and never answers holds nobody up; a long statement is waited for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connections
from psycopg_pool import ConnectionPool, PoolTimeout

from sectorlight.postgresql import base, patience
from sectorlight.postgresql.base import DatabaseWrapper
from sectorlight.postgresql.patience import PatientConnection
from tests.gate import Gate, gate
from universe.postgresql import PoolBusy, breaker, is_busy, within


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SILENT_SECONDS", 0.2)


@pytest.fixture
def door() -> Iterator[Gate]:
    address = urlsplit(str(settings.DATABASE_URL))
    with gate((address.hostname or "", address.port or 5432)) as found:
        yield found


@pytest.fixture
def patient(door: Gate) -> Iterator[psycopg.Connection]:
    with PatientConnection.connect(behind(door), autocommit=True) as connection:
        yield connection


def behind(door: Gate) -> str:
    address = urlsplit(str(settings.DATABASE_URL))
    return address._replace(netloc=f"{address.username}:{address.password}@127.0.0.1:{door.port}").geturl()


def test_a_statement_is_given_up_when_its_server_hangs(door: Gate, patient: psycopg.Connection) -> None:
    door.hang()
    with pytest.raises(psycopg.OperationalError, match="said nothing for"):
        patient.execute("SELECT 1")
    assert patient.closed
    assert breaker.is_resting()


def test_while_one_has_found_nobody_the_others_give_up_at_once(
    door: Gate, patient: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.hang()
    monkeypatch.setattr(breaker, "_rests_until", time.monotonic() + 60)
    with pytest.raises(psycopg.OperationalError, match="said nothing for") as caught:
        patient.execute("SELECT 1")
    assert "a moment ago" in str(caught.value.__cause__)


def test_a_long_statement_is_waited_for_while_its_server_answers(patient: psycopg.Connection) -> None:
    assert patient.execute("SELECT 7 FROM pg_sleep(0.7)").fetchone() == (7,)
    assert not breaker.is_resting()


def test_a_pool_lets_go_of_the_connections_of_a_server_that_hung(door: Gate) -> None:
    with ConnectionPool(
        behind(door),
        min_size=1,
        max_size=1,
        timeout=2,
        connection_class=PatientConnection,
        check=ConnectionPool.check_connection,
    ) as pool:
        with pool.connection() as connection:
            connection.execute("SELECT 1")
        door.hang()
        with pytest.raises((psycopg.OperationalError, PoolTimeout)), pool.connection() as connection:
            connection.execute("SELECT 1")
        breaker.forget()
        door.open()
        with pool.connection() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def bounded(door: Gate, milliseconds: int = 300) -> psycopg.Connection:
    return PatientConnection.connect(
        behind(door), autocommit=True, options=f"-c statement_timeout={milliseconds}"
    )


@pytest.fixture
def _graceless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "GRACE_SECONDS", 0.2)


@pytest.mark.usefixtures("_graceless")
def test_a_connection_that_hangs_alone_is_given_up_after_its_statement_timeout(door: Gate) -> None:
    with bounded(door) as connection:
        door.stall()
        with pytest.raises(psycopg.OperationalError, match=r"on this connection for 0\.5 s"):
            connection.execute("SELECT 1")
        assert connection.closed
    assert not breaker.is_resting()


@pytest.mark.usefixtures("_graceless")
@pytest.mark.parametrize("words", ["SET statement_timeout = 0", "SET LOCAL statement_timeout = 0; SELECT 1"])
def test_a_statement_that_may_take_as_long_as_it_likes_is_waited_for(door: Gate, words: str) -> None:
    with bounded(door) as connection:
        connection.noticed(words)
        connection.execute("SET statement_timeout = 0")
        assert connection.execute("SELECT 7 FROM pg_sleep(0.9)").fetchone() == (7,)


@pytest.mark.usefixtures("_graceless")
def test_the_longer_time_ends_with_its_transaction(door: Gate) -> None:
    with bounded(door) as connection:
        connection.noticed("SELECT set_config('statement_timeout', '0', true)")
        connection.transaction_ended()
        door.stall()
        with pytest.raises(psycopg.OperationalError, match="on this connection"):
            connection.execute("SELECT 1")


def test_who_has_another_answer_waits_no_longer_than_wanted(door: Gate, patient: psycopg.Connection) -> None:
    door.stall()
    with pytest.raises(psycopg.OperationalError, match=r"for 0\.1 s"), within(0.1), within(60):
        patient.execute("SELECT 1")


@pytest.fixture
def pooled(door: Gate) -> Iterator[DatabaseWrapper]:
    """Django's connection with a pool as the product has it, through the door."""
    pool = {"min_size": 1, "max_size": 2, "timeout": 5, "connection_class": PatientConnection}
    options = {"options": "-c statement_timeout=60000", "pool": pool}
    own = {"HOST": "127.0.0.1", "PORT": door.port, "OPTIONS": options, "CONN_HEALTH_CHECKS": True}
    wrapper = DatabaseWrapper(connections["default"].settings_dict | own, "default")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


@contextmanager
def transaction_of(wrapper: DatabaseWrapper) -> Iterator[None]:
    wrapper.set_autocommit(False)
    yield
    wrapper.rollback()
    wrapper.set_autocommit(True)


def ask(wrapper: DatabaseWrapper, words: str = "SELECT 7") -> list[tuple[int]]:
    with wrapper.cursor() as cursor:
        cursor.execute(words)
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_a_statement_of_django_s_gets_the_time_that_it_asks_for(pooled: DatabaseWrapper) -> None:
    ask(pooled)
    assert pooled.connection._bound() == 65
    with transaction_of(pooled):
        ask(pooled, "SELECT set_config('statement_timeout', '0', true)")
        assert pooled.connection._bound() is None
    assert pooled.connection._bound() == 65


@pytest.mark.django_db
def test_a_connection_that_hung_in_the_pool_is_left_for_another(
    pooled: DatabaseWrapper, door: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "CHECK_SECONDS", 0.2)
    ask(pooled)
    pooled.close()
    door.stall()
    assert ask(pooled) == [(7,)]


def test_busy_is_told_from_away_by_the_error_beneath() -> None:
    wrapped = OperationalError("no connection")
    wrapped.__cause__ = PoolBusy("no connection")
    assert is_busy(wrapped)
    assert not is_busy(OperationalError("gone"))
    assert not is_busy(None)
