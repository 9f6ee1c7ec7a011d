"""Two hosts whose first start is at the same moment, on one database."""

from __future__ import annotations

import psycopg
import pytest

from sectorlight.management.commands.prepare import LOGIN_LINE, PREPARE_LOCK
from tests.storage.own_databases import ask, manage, own_database
from tests.workers import until

pytestmark = pytest.mark.unmeasured


def test_hosts_that_start_at_once_prepare_their_database_one_after_the_other() -> None:
    with own_database() as address, psycopg.connect(address.url, autocommit=True) as earlier:
        earlier.execute("SELECT pg_advisory_lock(%s)", [PREPARE_LOCK])
        hosts = [manage(address, "prepare") for _ in range(2)]
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
        until(
            lambda: ask(address, waiting, PREPARE_LOCK) == 2 or any(host.poll() is not None for host in hosts)
        )
        earlier.close()
        said = [host.communicate(timeout=300) for host in hosts]

        assert [host.returncode for host in hosts] == [0, 0], said
        assert all("Another host prepares this database; waiting for its end." in out for out, _ in said)
        assert sum("Database migrated." in out for out, _ in said) == 1
        assert sum(out.count("shown only this once") for out, _ in said) == 2
        assert all(out.count(LOGIN_LINE) == 2 for out, _ in said)
        assert ask(address, "SELECT count(*) FROM sectors_sector") == 8
