"""A PostgreSQL that takes connections and never answers holds nobody up; a long statement is waited for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from psycopg_pool import ConnectionPool, PoolTimeout

from sectorlight.postgresql import patience
from sectorlight.postgresql.patience import PatientConnection
from tests.gate import Gate, gate
from universe.postgresql import PoolBusy, breaker, is_busy


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


def test_busy_is_told_from_away_by_the_error_beneath() -> None:
    wrapped = OperationalError("no connection")
    wrapped.__cause__ = PoolBusy("no connection")
    assert is_busy(wrapped)
    assert not is_busy(OperationalError("gone"))
    assert not is_busy(None)
