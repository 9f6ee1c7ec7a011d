"""Writing one backup, while the product runs or not.

1. One session keeps all tables from being dropped and opens a snapshot of them.
2. pg_dump writes exactly that snapshot, and the session counts it, so the counts are those of the dump,
   whatever is stored or dropped meanwhile.
3. The file gets its name when all of it is on the disk.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from django.utils import timezone
from psycopg import sql

from sectorlight import __version__
from sectorlight.backup.address import Address, Session, refusal_told
from sectorlight.backup.archive import Archive, archive_write, backup_name, backups_thin
from sectorlight.backup.errors import BackupError
from sectorlight.backup.facts import cluster_read, facts_read, tables_read
from sectorlight.backup.manifest import Manifest
from sectorlight.backup.processes import child, last_words
from sectorlight.backup.programs import Programs, programs_find
from sectorlight.backup.telling import Telling, size_words

#: Backups of one second that a folder takes.
NAMES_TRIED = 60


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup and the older ones that it took the place of."""

    path: Path
    manifest: Manifest
    removed: list[Path]


def backup_make(address: Address, target: Path, *, world: str, keep: int, telling: Telling) -> Backup:
    """Write the database at ``address`` into ``target``, a folder or a file that does not exist yet.

    ``keep`` other than 0: only so many of our own backups stay in that folder. Raises `BackupError` or
    OSError; no half file stays.
    """
    made_at = timezone.now()
    names = _names(target, world, made_at)
    with refusal_told("No file was left."), address.open() as session:
        if not tables_read(session):
            raise BackupError(
                f"Database {address.name} at {address.shown} has no tables: there is nothing to keep. Is "
                "DATABASE_URL the right one?"
            )
        programs = programs_find(session.info.server_version // 10_000, address)
        with archive_write(*names) as archive:
            path = archive.path
            manifest = _fill(archive, session, address, programs, made_at, world, telling)
            # What is whole gets its name; to stop now would be told as if there were no file.
            telling.hold_on()
    telling.say(f"{path} is whole: {size_words(path.stat().st_size)}, {manifest.facts.row_count:,} rows.")
    try:
        removed = backups_thin(path, keep, manifest) if keep else []
    except OSError as exc:
        raise BackupError(f"{path} is whole, but older backups could not be removed: {exc}.") from exc
    return Backup(path, manifest, removed)


def _names(target: Path, world: str, made_at: dt.datetime) -> list[Path]:
    """What the file may be called. In a folder, which several databases may share, also by the next seconds:
    two of one second are two."""
    is_folder = target.is_dir() or not (target.suffix or target.exists())
    if is_folder:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        seconds = (made_at + dt.timedelta(seconds=later) for later in range(NAMES_TRIED))
        names = [target / backup_name(world, second) for second in seconds]
    else:
        names = [target]
    folder = names[0].parent
    if not folder.is_dir():
        raise BackupError(f"There is no folder {folder}. Make it, or name another.")
    if not os.access(folder, os.W_OK):
        raise BackupError(f"{folder} cannot be written to. Mend its rights, or name another folder.")
    if not is_folder and target.exists():
        raise BackupError(f"{target} exists already and is left alone. Name another file, or a folder.")
    return names


def _fill(
    archive: Archive,
    session: Session,
    address: Address,
    programs: Programs,
    made_at: dt.datetime,
    world: str,
    telling: Telling,
) -> Manifest:
    session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    session.read_only = True
    cluster, tables = cluster_read(session), tables_read(session)
    with session.transaction():
        _lock(session, tables)
        snapshot = session.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        telling.say(f"Dumping database {address.name} with pg_dump {programs.major} ...")
        digest, size = _dump(archive, address, programs, snapshot[0], telling)
        telling.progress("Counting rows ...")
        facts = facts_read(session)
    manifest = Manifest(
        made_at=made_at,
        product_version=__version__,
        database=address.name,
        cluster=cluster,
        world=world,
        tool_major=programs.major,
        dump_sha256=digest,
        dump_bytes=size,
        facts=facts,
    )
    archive.manifest(manifest)
    return manifest


def _lock(session: Session, tables: list[tuple[str, str]]) -> None:
    """Keep chunks and partitions from being dropped until all is counted: no snapshot brings them back.

    Called before the transaction has a snapshot, so that the dump misses none either.
    """
    names = sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
    session.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))


def _dump(
    archive: Archive, address: Address, programs: Programs, snapshot: str, telling: Telling
) -> tuple[str, int]:
    command = (
        *(programs.path("pg_dump"), "--format=custom", "--no-password", f"--snapshot={snapshot}"),
        f"--dbname={address.argument()}",
    )
    with (
        tempfile.TemporaryFile() as words,
        child(command, address, stdout=subprocess.PIPE, stderr=words) as process,
    ):
        told = archive.dump(_output(process), lambda size: telling.progress(f"{size_words(size)} so far"))
        if process.wait():
            raise BackupError(f"pg_dump failed: {last_words(words)}. No file was written.")
    return told


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout
