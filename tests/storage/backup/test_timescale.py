"""TimescaleDB's scheduler around a restore: at rest while rows are compared, at work afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sectorlight.backup.address import Address
from sectorlight.backup.errors import BackupError
from tests.storage.backup.conftest import bring_back, drop_meanwhile, save
from tests.storage.own_databases import ask, offers_timescale, own_database, owned_database
from tests.workers import until

pytestmark = pytest.mark.unmeasured

OWNER = "restores_beside"
SCHEDULER = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'TimescaleDB Background Worker Scheduler'"
)
#: Asked of the job, not of its table: a reader in the midst of it can make it fail.
DROPPED = "SELECT total_runs > 0 FROM timescaledb_information.job_stats WHERE hypertable_name = 'prices'"


@pytest.fixture(autouse=True)
def extension() -> None:
    if not offers_timescale():
        pytest.skip("plain PostgreSQL has no scheduler")


@pytest.fixture(autouse=True)
def of_this_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small backups here need no migration, which makes the extension by itself."""
    monkeypatch.setattr("sectorlight.backup.restoring.pending", lambda applied: [])


@pytest.fixture
def past_retention(tmp_path: Path) -> Path:
    """A backup with chunks that its policy would drop at once."""
    with own_database() as address:
        ask(address, "CREATE EXTENSION timescaledb")
        # Known only where the extension is.
        if ask(address, "SELECT current_setting('timescaledb.license', true)") == "apache":
            pytest.skip("only TimescaleDB's community edition has policies")
        ask(address, "SELECT _timescaledb_functions.stop_background_workers()")
        ask(address, "CREATE TABLE prices (at timestamptz NOT NULL, price float8)")
        ask(address, "SELECT create_hypertable('prices', 'at', chunk_time_interval => interval '1 day')")
        ask(
            address,
            "INSERT INTO prices SELECT now() - i * interval '1 hour', i FROM generate_series(1, 2400) i",
        )
        ask(address, "SELECT add_retention_policy('prices', interval '30 days')")
        # Long enough for a scheduler to drop them in the midst of it.
        ask(address, "CREATE TABLE many AS SELECT i, md5(i::text) FROM generate_series(1, 1000000) i")
        return save(address, tmp_path).path


@pytest.mark.parametrize("way", ["beside", "in place"])
def test_chunks_past_retention_are_restored_and_go_only_afterwards(
    past_retention: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "in place":
        monkeypatch.setattr("sectorlight.backup.restoring.keeper_open", lambda address: None)
    with own_database() as address:
        done = bring_back(past_retention, address)

        assert done.manifest.facts.rows["prices"] == 2400
        until(lambda: ask(address, DROPPED))
        until(lambda: ask(address, "SELECT count(*) < 800 FROM prices"))


@pytest.fixture
def of_chunks(tmp_path: Path) -> Path:
    """A backup of either edition, without policies."""
    with own_database() as address:
        ask(address, "CREATE EXTENSION timescaledb")
        ask(address, "CREATE TABLE prices (at timestamptz NOT NULL, price float8)")
        ask(address, "SELECT create_hypertable('prices', 'at')")
        return save(address, tmp_path).path


def test_no_chunk_is_dropped_between_the_dump_and_its_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_database() as address:
        ask(address, "CREATE EXTENSION timescaledb")
        ask(address, "CREATE TABLE prices (at timestamptz NOT NULL, price float8)")
        ask(address, "SELECT create_hypertable('prices', 'at')")
        ask(address, "INSERT INTO prices VALUES (now() - interval '1 year', 1)")
        drop_meanwhile(monkeypatch, address, "SELECT drop_chunks('prices', older_than => now())")
        assert save(address, tmp_path).manifest.facts.rows == {"prices": 1}


def test_the_scheduler_is_at_work_after_the_exchange_of_names(of_chunks: Path) -> None:
    with own_database() as address:
        ask(address, "CREATE EXTENSION timescaledb")
        ask(address, "CREATE TABLE old AS SELECT 42 AS line")
        bring_back(of_chunks, address, replace=True)
        until(lambda: ask(address, SCHEDULER))


def test_the_old_database_keeps_its_scheduler_when_somebody_comes_in_too_soon(of_chunks: Path) -> None:
    with own_database() as address:
        ask(address, "CREATE EXTENSION timescaledb")
        until(lambda: ask(address, SCHEDULER))
        guests = []
        with pytest.raises(BackupError, match="Somebody came into database"):
            bring_back(of_chunks, address, committing=lambda: guests.append(address.open()))
        guests[0].close()
        until(lambda: ask(address, SCHEDULER))


@pytest.fixture
def owned() -> Iterator[Address]:
    """An empty database with the extension, of a user who may make databases and is no superuser."""
    with owned_database(OWNER, may="CREATEDB") as address:
        yield address


def test_an_owner_who_is_no_superuser_restores_a_plain_backup_beside_the_scheduler(
    owned: Address, tmp_path: Path
) -> None:
    with own_database() as plain:
        ask(plain, "CREATE TABLE one AS SELECT 1 AS line")
        path = save(plain, tmp_path).path
    ask(owned, "CREATE EXTENSION timescaledb")
    until(lambda: ask(owned, SCHEDULER))
    bring_back(path, owned)

    assert ask(owned, "SELECT line FROM one") == 1
    assert ask(owned, "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'") == 1
    until(lambda: ask(owned, SCHEDULER))
