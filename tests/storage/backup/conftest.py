"""A filled database, a backup of it, and copies and empty databases to restore into."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sectorlight.backup.address import Address, Session
from sectorlight.backup.facts import facts_read
from sectorlight.backup.making import Backup, backup_make
from sectorlight.backup.manifest import Facts
from sectorlight.backup.restoring import Restored, backup_restore
from sectorlight.backup.telling import Telling
from tests.storage.own_databases import manage_run, own_database

FILL = ("tests/storage/backup/fill.py",)
WORLD = "simulated"


@pytest.fixture(scope="session")
def filled() -> Iterator[Address]:
    """Every migration, five boards, some thousand rows, and a table of somebody else. To be read only."""
    with own_database() as address:
        manage_run(address, script=FILL)
        yield address


@pytest.fixture(scope="session")
def kept(filled: Address, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    """The backup of the filled database."""
    return save(filled, tmp_path_factory.mktemp("backups"))


@pytest.fixture
def empty() -> Iterator[Address]:
    with own_database() as address:
        yield address


def drop_meanwhile(patch: pytest.MonkeyPatch, address: Address, statement: str) -> None:
    """While a backup counts, ``statement`` would drop what it counts, and is held back."""

    def meanwhile(session: Session) -> Facts:
        impatient = psycopg.connect(address.url, options="-c lock_timeout=50ms")
        with impatient as busy, pytest.raises(psycopg.errors.LockNotAvailable):
            busy.execute(statement)
        return facts_read(session)

    patch.setattr("sectorlight.backup.making.facts_read", meanwhile)


def save(address: Address, target: Path, *, keep: int = 0) -> Backup:
    return backup_make(address, target, world=WORLD, keep=keep, telling=Telling(StringIO()))


def bring_back(
    path: Path, address: Address, *, replace: bool = False, committing: Callable[[], None] = lambda: None
) -> Restored:
    return backup_restore(
        path,
        address,
        world=WORLD,
        agreed=lambda tables: replace,
        committing=committing,
        telling=Telling(StringIO()),
    )


def altered(path: Path, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a backup whose manifest was changed, its dump not."""
    copy = folder / path.name
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        change(manifest)
        new.writestr("database.dump", old.read("database.dump"))
        new.writestr("manifest.json", json.dumps(manifest))
    return copy
