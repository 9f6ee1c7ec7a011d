"""The way back, in steps that leave the old database alone until the new one is known to be whole.

1. The file is read whole and compared with its manifest; code, server and database are asked whether it fits.
2. The dump is loaded in one transaction into a fresh database beside the old one, counted, hashed, migrated.
3. The fresh one takes the name. Redis forgets the old board.

A user who may not make databases restores in place, in one transaction with the removal of the old tables.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings

from sectorlight.backup.address import Address, Session, reason, refusal_told
from sectorlight.backup.archive import dump_check, manifest_read
from sectorlight.backup.belongings import drop_statements, owner_statements
from sectorlight.backup.errors import BackupError
from sectorlight.backup.facts import facts_read, tables_read, timescale_read
from sectorlight.backup.fitting import code_fits, pending, server_fits
from sectorlight.backup.loading import dump_load
from sectorlight.backup.manifest import BoardMark, Facts, Manifest, Timescale
from sectorlight.backup.migrating import database_migrate
from sectorlight.backup.places import keeper_open, may_exchange, names_exchange, others, side_database
from sectorlight.backup.programs import Programs, programs_find
from sectorlight.backup.telling import Telling
from sectorlight.backup.timescale import scheduler_start, timescale_begin, timescale_end, timescale_make

#: Asked with the number of tables that would be lost; False ends the restore.
Agreement = Callable[[int], bool]
#: Called when the old tables are about to go: what comes after it is done whole.
Committing = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands in the database now, all as in ``manifest``; ``seconds`` is how long it took."""

    manifest: Manifest
    rows: int
    boards: list[BoardMark]
    migrated: int
    seconds: float


def backup_restore(
    path: Path,
    address: Address,
    *,
    world: str,
    agreed: Agreement,
    committing: Committing,
    telling: Telling,
) -> Restored:
    """Restore ``path``, a backup of ``world``, into the database at ``address``.

    Raises `BackupError`; its text says what state the database is in.
    """
    began = time.monotonic()
    manifest = manifest_read(path)
    code_fits(manifest, world)
    with refusal_told("Nothing was changed."), address.open() as session:
        _refuse_company(session, address)
        server_fits(manifest, session)
        tables = tables_read(session)
        if tables and not agreed(len(tables)):
            raise BackupError(
                f"Database {address.name} at {address.shown} is not empty: it has {len(tables)} "
                "tables, such as "
                f"{tables[-1][1]}. {_ways_out()}"
            )
        programs = _programs(manifest, session, address)
        job = _Job(path, manifest, address, programs, committing, telling)
        exchanges = may_exchange(session)
    telling.progress("Reading the file ...")
    dump_check(path, manifest)
    keeper = keeper_open(address) if exchanges else None
    if keeper is None:
        facts, migrated = job.in_place(has_tables=bool(tables))
    else:
        with keeper:
            facts, migrated = job.beside(keeper)
    return Restored(manifest, facts.row_count, facts.boards, migrated, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class _Job:
    """One restore whose file and server fit each other."""

    path: Path
    manifest: Manifest
    address: Address
    programs: Programs
    committing: Committing
    telling: Telling

    def beside(self, keeper: Session) -> tuple[Facts, int]:
        """Into a fresh database, which takes the old one's name once it is whole."""
        with _ending(f"Database {self.address.name} is as it was."):
            standing = self._timescale_standing()
            with side_database(keeper, self.address) as side:
                self._load(side, [], lambda: None)
                facts = self._compare(side)
                migrated = self._migrate(side, facts)
                self.committing()
                try:
                    names_exchange(keeper, self.address, side)
                finally:
                    # Whoever has the name now: asking for another one stopped its scheduler.
                    self._scheduler_start()
        if standing and facts.timescale is None:
            self._timescale_keep(standing.version)
        return facts, migrated

    def in_place(self, *, has_tables: bool) -> tuple[Facts, int]:
        """Into the database itself, by a user who may make no other."""
        name = self.address.name
        try:
            with _ending(f"Database {name} is as it was."):
                with self.address.open() as session:
                    before = drop_statements(session) if has_tables else []
                self._load(self.address, before, self.committing)
            with _ending(
                f"Database {name} holds the backup, but not as it should: restore again with --replace."
            ):
                facts = self._compare(self.address)
                migrated = self._migrate(self.address, facts)
        finally:
            if self.manifest.facts.timescale:
                self._scheduler_start()
        return facts, migrated

    def _timescale_standing(self) -> Timescale | None:
        with self.address.open() as session:
            return timescale_read(session)

    def _timescale_keep(self, version: str) -> None:
        """A plain backup in a database that had TimescaleDB: the next start makes its tables hypertables.

        Only now: making the extension starts its scheduler, which else takes a superuser.
        """
        try:
            if not self._timescale_standing():
                timescale_make(self.address, version)
        except (psycopg.Error, BackupError) as exc:
            self.telling.say(
                f"The old database had TimescaleDB {version}, which could not be switched on again "
                f"({reason(exc)}). A superuser can: CREATE EXTENSION timescaledb;"
            )

    def _scheduler_start(self) -> None:
        complaint = scheduler_start(self.address)
        if complaint:
            self.telling.say(complaint)

    def _load(self, target: Address, before: list[str], committing: Committing) -> None:
        scale, major = self.manifest.facts.timescale, self.programs.major
        with target.open() as session:
            server_major = session.info.server_version // 10_000
        if scale:
            timescale_begin(target, scale)
        self.telling.say(f"Loading {self.path.name} with pg_restore {major} ...")
        try:
            dump_load(
                self.path,
                target,
                self.programs,
                server_major=server_major,
                before=before,
                committing=committing,
                telling=self.telling,
            )
        finally:
            if scale:
                timescale_end(target)
        with target.open() as session:
            session.execute("ANALYZE")

    def _compare(self, target: Address) -> Facts:
        """What was restored, if it is what was saved; else `BackupError` naming the first difference."""
        self.telling.progress("Counting rows ...")
        with target.open() as session:
            found = facts_read(session)
        wanted = self.manifest.facts
        for table in sorted({*wanted.rows, *found.rows}):
            there, told = found.rows.get(table), wanted.rows.get(table)
            if there != told:
                raise BackupError(f"Table {table} has {there} rows after loading, the backup tells {told}")
        if found.boards != wanted.boards:
            raise BackupError(f"The newest board is {found.boards}, the backup tells {wanted.boards}")
        return found

    def _migrate(self, target: Address, facts: Facts) -> int:
        missing = pending(facts.migrations)
        if missing:
            self.telling.say(f"Migrating from {len(missing)} migrations ago ...")
            database_migrate(target)
        with target.open() as session:
            for statement in owner_statements(session):
                session.execute(statement)
        return len(missing)


@contextmanager
def _ending(state: str) -> Iterator[None]:
    """Every failure inside becomes a `BackupError` that ends with ``state``: what the database is now."""
    try:
        yield
    except BackupError as exc:
        raise BackupError(f"{reason(exc)}. {state}") from exc
    except psycopg.Error as exc:
        raise BackupError(f"PostgreSQL refused: {reason(exc)}. {state}") from exc


def _refuse_company(session: Session, address: Address) -> None:
    company = others(session)
    if company:
        more = f" and {len(company) - 5} more" if len(company) > 5 else ""
        raise BackupError(
            f"Others are in database {address.name}: {'; '.join(company[:5])}{more}. Stop "
            "SectorLight and what else "
            "uses the database, then restore. Nothing was changed."
        )


def _ways_out() -> str:
    """What to do about a filled database; the embedded server has this one only."""
    if settings.DATABASE_EMBEDDED:
        return (
            "Add --replace, which removes them; or, for a start with nothing, move the backup out of "
            f"{settings.DATA_DIR} and remove that folder (make clean-data does, if it is var)."
        )
    return "Name an empty database in DATABASE_URL, or add --replace, which removes them."


def _programs(manifest: Manifest, session: Session, address: Address) -> Programs:
    """Of the server's version, and able to read what the pg_dump of the backup wrote."""
    return programs_find(session.info.server_version // 10_000, address, oldest=manifest.tool_major)
