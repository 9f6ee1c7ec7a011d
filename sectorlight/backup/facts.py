"""Reading what a database holds, in one session that sees one moment."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from psycopg import sql

from sectorlight.backup.address import Session
from sectorlight.backup.manifest import BoardMark, Facts, Timescale
from sectors.models import BoardSnapshot
from sectors.services import board_sha256

EDITIONS = {"apache": "Apache", "timescale": "community"}
#: Tables that are neither PostgreSQL's nor an extension's; chunks are in schemas of TimescaleDB's own.
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition
  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND n.nspname NOT LIKE '\\_timescaledb\\_%' AND n.nspname NOT LIKE 'timescaledb\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                  AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""


def facts_read(session: Session) -> Facts:
    """Everything that a manifest tells. Counts every table, which takes a second or so per million rows."""
    return Facts(
        server_version=_value(session, "SELECT current_setting('server_version')"),
        server_major=session.info.server_version // 10_000,
        timescale=timescale_read(session),
        migrations=migrations_read(session),
        rows=_rows(session),
        boards=_boards(session),
    )


def tables_read(session: Session) -> list[tuple[str, str]]:
    """Schema and name of every table that is the product's or somebody else's, not the server's."""
    return [(schema, name) for schema, name in session.execute(_TABLES)]


def cluster_read(session: Session) -> str:
    """What tells the server's files from every other server's; empty where the user may not ask."""
    try:
        return str(_value(session, "SELECT system_identifier FROM pg_control_system()"))
    except psycopg.errors.InsufficientPrivilege:
        return ""


def timescale_read(session: Session) -> Timescale | None:
    """The extension as this database has it; None: it does not."""
    version = _value(session, "SELECT max(extversion) FROM pg_extension WHERE extname = 'timescaledb'")
    if version is None:
        return None
    licence = _value(session, "SELECT current_setting('timescaledb.license', true)") or "unknown"
    return Timescale(version, EDITIONS.get(licence, licence))


def migrations_read(session: Session) -> dict[str, list[str]]:
    if _value(session, "SELECT to_regclass('django_migrations')") is None:
        return {}
    applied: dict[str, list[str]] = {}
    for app, name in session.execute("SELECT app, name FROM django_migrations ORDER BY app, id"):
        applied.setdefault(app, []).append(name)
    return applied


def _rows(session: Session) -> dict[str, int]:
    counts = {}
    for schema, name in tables_read(session):
        question = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name))
        label = name if schema == "public" else f"{schema}.{name}"
        counts[label] = int(_value(session, question))
    return counts


def _boards(session: Session) -> list[BoardMark]:
    """The newest board of each world, as `sectors` stores it."""
    table = BoardSnapshot._meta.db_table
    if _value(session, f"SELECT to_regclass('{table}')") is None:
        return []
    # In two steps: years of whole boards are not to be sorted.
    question = sql.SQL(
        "SELECT board->>'world', run_id, sha256, board::text FROM {table} WHERE id IN ("
        "SELECT DISTINCT ON (board->>'world') id FROM {table} ORDER BY board->>'world', timestamp DESC"
        ") ORDER BY board->>'world'"
    ).format(table=sql.Identifier(table))
    return [
        BoardMark(world or "", run_id, sha256, board_sha256(json.loads(board)))
        for world, run_id, sha256, board in session.execute(question)
    ]


def _value(session: Session, question: str | sql.Composed) -> Any:
    row = session.execute(question).fetchone()
    return row[0] if row else None
