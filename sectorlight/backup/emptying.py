"""Statements that remove everything of ours from a database, for those who may not make another one."""

from __future__ import annotations

from typing import Any

import psycopg

#: Tables and views take their indexes, triggers, constraints and own sequences with them.
_QUESTIONS = (
    "SELECT format('DROP %%s IF EXISTS %%I.%%I CASCADE;', CASE c.relkind WHEN 'v' THEN 'VIEW'"
    " WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname = 'public' AND NOT c.relispartition"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
    "   AND d.deptype IN ('e', 'i'))"
    " ORDER BY c.relkind, c.relname",
    "SELECT format('DROP ROUTINE IF EXISTS %%s CASCADE;', p.oid::regprocedure)"
    " FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid"
    "   AND d.deptype = 'e')",
    "SELECT format('DROP TYPE IF EXISTS %%s CASCADE;', t.oid::regtype)"
    " FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid"
    "   AND d.deptype = 'e')",
)


def drop_statements(session: psycopg.Connection[Any]) -> list[str]:
    """One statement for each thing in the schema ``public`` that belongs to no extension."""
    return [row[0] for question in _QUESTIONS for row in session.execute(question, ()).fetchall()]
