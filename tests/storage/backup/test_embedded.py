"""The embedded servers, which run with the product only: backup and restore start what they need."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from sectorlight.backup.making import Backup
from sectorlight.backup.standing import database_for_backup
from sectorlight.embedded.cleaning import data_remove
from sectorlight.embedded.home import home_choose
from sectorlight.management.commands.doctor import _machine
from tests.storage.own_databases import ask

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def folder() -> Iterator[Path]:
    """A DATA_DIR that the servers' account may pass."""
    path = Path(tempfile.mkdtemp(prefix="sectorlight-kept-"))
    path.chmod(0o755)
    embedded = {"DATABASE_EMBEDDED": True, "REDIS_EMBEDDED": True}
    with override_settings(DATA_DIR=path, MARKET_DIR=path / "simulated", **embedded):
        yield path
    data_remove(path)


def test_a_folder_is_kept_and_brought_back_while_nothing_runs(folder: Path) -> None:
    with database_for_backup() as address, psycopg.connect(address.url, autocommit=True) as session:
        session.execute("CREATE TABLE apart AS SELECT i FROM generate_series(1, 2000) i")
    told = StringIO()
    call_command("backup", stdout=told)
    (path,) = (folder / "backups").iterdir()
    with database_for_backup() as address, psycopg.connect(address.url, autocommit=True) as session:
        session.execute("DELETE FROM apart WHERE i > 7")
    dump = home_choose(folder / "simulated").folder("redis") / "dump.rdb"
    dump.write_text("the board of another database")

    # Every migration is newer than a database without any.
    call_command("restore", str(path), "--replace", "--yes", stdout=told)
    with database_for_backup() as address:
        assert ask(address, "SELECT count(*) FROM apart") == 2000
        assert ask(address, "SELECT count(*) FROM sectors_boardsnapshot") == 0
    assert not dump.exists()
    assert [finding.what for finding in _machine() if "backup" in finding.what] == [
        f"The newest backup in {folder / 'backups'} is 0.0 hours old."
    ]


def test_chunks_are_no_matter_for_the_embedded_server(kept: Backup, folder: Path) -> None:
    if not kept.manifest.facts.timescale:
        pytest.skip("plain PostgreSQL has no chunks")
    with pytest.raises(CommandError, match=r"this server has no TimescaleDB\. Install version"):
        call_command("restore", str(kept.path), stdout=StringIO())
