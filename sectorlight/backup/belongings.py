"""What is ours in a database: statements that remove all of it, or give it to the database's owner."""

from __future__ import annotations

from sectorlight.backup.address import Session

#: Kind and name of each thing in the schema ``public`` that is no extension's and no part of another thing.
#: A view of TimescaleDB's is dropped and altered as a materialized one.
_THINGS = """
SELECT CASE WHEN c.relkind = 'm' OR a.view_name IS NOT NULL THEN 'MATERIALIZED VIEW'
            WHEN c.relkind = 'v' THEN 'VIEW' WHEN c.relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
       format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN ({aggregates}) a ON a.view_name = c.relname
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname = 'public' AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                  AND d.deptype IN ('e', 'i', 'a') AND d.refobjid <> c.oid
                  AND (d.deptype = 'e' OR c.relkind = 'S'))
UNION ALL
SELECT 'ROUTINE', p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype = 'e')
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.oid::regtype::text
FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid
                  AND d.deptype = 'e')
"""
_NO_AGGREGATES = "SELECT NULL::name AS view_name WHERE false"
_AGGREGATES = (
    "SELECT view_name FROM timescaledb_information.continuous_aggregates WHERE view_schema = 'public'"
)


def drop_statements(session: Session) -> list[str]:
    return [f"DROP {kind} IF EXISTS {name} CASCADE;" for kind, name in _things(session)]


def owner_statements(session: Session) -> list[str]:
    """What gives all of it to the owner of the database; empty when that is the user of ``session``."""
    owner, is_us = session.execute(
        "SELECT datdba::regrole::text, datdba = current_user::regrole FROM pg_database"
        " WHERE datname = current_database()"
    ).fetchone() or ("", True)
    return [] if is_us else [f"ALTER {kind} {name} OWNER TO {owner}" for kind, name in _things(session)]


def _things(session: Session) -> list[tuple[str, str]]:
    row = session.execute("SELECT to_regclass('timescaledb_information.continuous_aggregates')").fetchone()
    aggregates = _AGGREGATES if row and row[0] else _NO_AGGREGATES
    return session.execute(_THINGS.replace("{aggregates}", aggregates)).fetchall()
