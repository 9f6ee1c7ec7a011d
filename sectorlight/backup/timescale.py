"""TimescaleDB around a restore: open for rows from outside, and its policies at rest until all is compared.

Its scheduler runs what is due as soon as it may, and retention drops chunks that the backup holds. So it
stays stopped from the first row on, and is started when the database has its name.
"""

from __future__ import annotations

from typing import Literal

import psycopg
from psycopg import sql

from sectorlight.backup.address import Address, Session, reason
from sectorlight.backup.errors import BackupError
from sectorlight.backup.facts import timescale_read
from sectorlight.backup.fitting import edition_fits
from sectorlight.backup.manifest import Timescale


def timescale_make(target: Address, version: str) -> None:
    # The library of this version can only be loaded by a session that has not loaded another.
    with target.open() as session:
        session.execute(sql.SQL("CREATE EXTENSION timescaledb VERSION {}").format(version))


def timescale_begin(target: Address, wanted: Timescale) -> None:
    """The extension in the version of the backup, and its tables open for rows from outside."""
    with target.open() as session:
        is_there = timescale_read(session) is not None
    if not is_there:
        timescale_make(target, wanted.version)
    with target.open() as session:
        found = timescale_read(session)
        edition_fits(wanted, found)
        if found is None or found.version != wanted.version:
            raise BackupError(
                f"The backup was made with TimescaleDB {wanted.version}, the database has "
                f"{found.version if found else 'none'}. Name a database without the extension"
            )
        session.execute("SELECT timescaledb_pre_restore()")


def timescale_end(target: Address) -> None:
    """Its tables as they are in use, with the scheduler still stopped."""
    with target.open() as session, session.transaction():
        # This starts the scheduler, which waits for the end of the transaction before it does anything.
        session.execute("SELECT timescaledb_post_restore()")
        _workers(session, "stop")


def scheduler_start(target: Address) -> str:
    """Have the policies run where there are any; what went wrong as a sentence, else empty."""
    try:
        with target.open() as session:
            if timescale_read(session):
                _workers(session, "start")
    except (psycopg.Error, BackupError) as exc:
        return (
            f"TimescaleDB's policies do not run in database {target.name} ({reason(exc)}). "
            "They do when the server is started again, or a superuser says "
            "SELECT _timescaledb_functions.start_background_workers();"
        )
    return ""


def _workers(session: Session, what: Literal["start", "stop"]) -> None:
    function = f"{what}_background_workers()"
    # Until 2.11 among what is not for use.
    row = session.execute(
        "SELECT coalesce(to_regprocedure(%s), to_regprocedure(%s))::oid::regproc::text",
        (f"_timescaledb_functions.{function}", f"_timescaledb_internal.{function}"),
    ).fetchone()
    if row and row[0]:
        session.execute(f"SELECT {row[0]}()")
