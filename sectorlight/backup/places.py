"""Where a dump is loaded: a fresh database beside the old one, which takes its name at the end.

Its settings and who may connect are the old one's. The exchange of names is one transaction, so that the
name means a whole database at every moment, and a restore that fails or is killed leaves the old one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from sectorlight.backup.address import Address, Session
from sectorlight.backup.errors import BackupError

#: From where other databases are made and renamed; each server has one of them at least.
KEEPERS = ("postgres", "template1")
MARK = "SectorLight restores a backup here; it may be dropped when no restore runs."
LONGEST_NAME = 63
#: PostgreSQL numbers what its users make from here on (FirstNormalObjectId), what it came with below.
FIRST_OWN_OID = 16_384


def may_exchange(session: Session) -> bool:
    """Whether the user of ``session`` may make databases and rename its own."""
    row = session.execute(
        "SELECT (r.rolsuper OR r.rolcreatedb) AND pg_has_role(current_user, d.datdba, 'USAGE') "
        "FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()"
    ).fetchone()
    return bool(row and row[0])


def others(session: Session) -> list[str]:
    """Who else is in the database of ``session``, one phrase each."""
    rows = session.execute(
        "SELECT pid, coalesce(nullif(application_name, ''), 'unnamed'), usename,"
        " coalesce(host(client_addr), 'this machine'),"
        " to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"
        " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        # Who is no superuser sees no kind of a foreign session, TimescaleDB's scheduler's neither.
        " AND (backend_type = 'client backend' OR backend_type IS NULL"
        "  AND NOT starts_with(application_name, 'TimescaleDB Background Worker')) ORDER BY backend_start"
    )
    return [
        f"{name} ({user} from {host}, process {pid}, since {since} UTC)"
        for pid, name, user, host, since in rows
    ]


def keeper_open(address: Address) -> Session | None:
    """A session in another database of the server; None: none lets us in."""
    for name in KEEPERS:
        if name != address.name:
            with suppress(BackupError):
                return address.of(name).open()
    return None


@contextmanager
def side_database(keeper: Session, address: Address) -> Iterator[Address]:
    """An empty database like the one at ``address``; dropped at the end unless it has its name by then."""
    side = address.of(f"{address.name[: LONGEST_NAME - 20]}_restoring")
    _leftover_drop(keeper, side)
    try:
        keeper.execute(_creation(keeper, address.name, side.name))
    except KeyboardInterrupt:
        # It may have come with the server's answer, when the database was made.
        _drop(keeper, side.name)
        raise
    try:
        keeper.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(side.name), MARK))
        yield side
    finally:
        _drop(keeper, side.name)


def names_exchange(keeper: Session, address: Address, side: Address) -> None:
    """Give ``side`` the name of ``address`` and drop the database that had it.

    Raises `BackupError` when somebody is in it; then it is as before.
    """
    _properties_copy(keeper, address, side)
    old = f"{address.name[: LONGEST_NAME - 20]}_before_restore"
    _leftover_drop(keeper, address.of(old))
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    try:
        with keeper.transaction():
            keeper.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(address.name), MARK))
            keeper.execute(rename.format(sql.Identifier(address.name), sql.Identifier(old)))
            keeper.execute(rename.format(sql.Identifier(side.name), sql.Identifier(address.name)))
            keeper.execute(sql.SQL("COMMENT ON DATABASE {} IS NULL").format(sql.Identifier(address.name)))
    except psycopg.errors.ObjectInUse as exc:
        raise BackupError(
            f"Somebody came into database {address.name} while the backup was loaded. It is as it "
            "was, nothing "
            "was restored. Stop what uses it and try again."
        ) from exc
    # What cannot be dropped now goes with the next restore.
    with suppress(psycopg.Error):
        _drop(keeper, old)


def _drop(keeper: Session, name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        # Waits some seconds for those who are just leaving.
        keeper.execute(drop)
    except psycopg.errors.ObjectInUse:
        keeper.execute(drop + sql.SQL(" WITH (FORCE)"))


def _leftover_drop(keeper: Session, leftover: Address) -> None:
    """Drop what a killed restore left; `BackupError` if it is somebody else's, or one is at work there."""
    name = leftover.name
    row = keeper.execute(
        "SELECT shobj_description(oid, 'pg_database'),"
        " (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid AND backend_type = 'client "
        "backend')"
        " FROM pg_database d WHERE datname = %s",
        (name,),
    ).fetchone()
    if row is None:
        return
    mark, sessions = row
    # A restore killed between making its database and marking it left one with nothing in it.
    if mark != MARK and (sessions or not _is_bare(leftover)):
        raise BackupError(f"A database {name} is in the way and not of our making. Rename it and try again.")
    if sessions:
        raise BackupError(f"Another restore is at work in database {name}. Wait for its end.")
    _drop(keeper, name)


def _is_bare(address: Address) -> bool:
    """Whether nobody ever made a schema, or anything in one, in a database."""
    with address.open() as session:
        row = session.execute(
            "SELECT EXISTS (SELECT FROM pg_namespace WHERE oid >= %(first)s)"
            " OR EXISTS (SELECT FROM pg_depend WHERE objid >= %(first)s)",
            {"first": FIRST_OWN_OID},
        ).fetchone()
    return row is not None and not row[0]


def _creation(keeper: Session, like: str, name: str) -> sql.Composed:
    row = keeper.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider::text,"
        " coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'), datdba::regrole::text"
        " FROM pg_database d WHERE datname = %s",
        (like,),
    ).fetchone()
    assert row is not None
    encoding, collate, ctype, provider, locale, owner = row
    parts = [
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {}").format(sql.Identifier(name), encoding),
        sql.SQL("LC_COLLATE {} LC_CTYPE {} OWNER").format(collate, ctype),
        # regrole::text is quoted already where it must be.
        sql.SQL(owner),
    ]
    if locale and provider in ("i", "b"):
        kind = {"i": "icu", "b": "builtin"}[provider]
        parts.append(sql.SQL(f"LOCALE_PROVIDER {kind} {kind.upper()}_LOCALE {{}}").format(locale))
    return sql.SQL(" ").join(parts)


def _properties_copy(keeper: Session, address: Address, side: Address) -> None:
    """The old database's settings and who may connect, which belong to no dump."""
    rows = keeper.execute(
        "SELECT format('REVOKE ALL ON DATABASE %%I FROM PUBLIC', %(to)s::text) FROM pg_database"
        " WHERE datname = %(of)s AND datacl IS NOT NULL UNION ALL "
        "SELECT format('ALTER DATABASE %%I CONNECTION LIMIT %%s', %(to)s::text, datconnlimit)"
        " FROM pg_database WHERE datname = %(of)s AND datconnlimit >= 0 UNION ALL "
        "SELECT format('GRANT %%s ON DATABASE %%I TO %%s%%s', a.privilege_type, %(to)s::text,"
        " CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,"
        " CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
        " FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = %(of)s",
        {"of": address.name, "to": side.name},
    ).fetchall()
    for (statement,) in rows:
        keeper.execute(statement)
    settings = keeper.execute(
        "SELECT s.setrole, s.setrole::regrole::text, split_part(line, '=', 1),"
        " substr(line, strpos(line, '=') + 1)"
        " FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) line"
        " WHERE d.datname = %s AND line NOT LIKE 'timescaledb.restoring=%%'",
        (address.name,),
    ).fetchall()
    with address.open() as session:
        for role, role_name, name, value in settings:
            whom = sql.SQL("DATABASE {}").format(sql.Identifier(side.name))
            if role:
                whom = sql.SQL("ROLE {} IN {}").format(sql.SQL(role_name), whom)
            with session.transaction():
                # FROM CURRENT keeps lists such as a search path what they are.
                session.execute("SELECT set_config(%s, %s, true)", (name, value))
                change = sql.SQL("ALTER {} SET {} FROM CURRENT").format(
                    whom, sql.Identifier(*name.split("."))
                )
                session.execute(change)
