"""Addresses of servers as settings: what each kind must hold beyond a scheme and a host."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from sectorlight.env import env_url, refuse, without_password

DATABASE = "postgres://user:password@host:5432/name, or postgres:///name?host=/folder/of/its/socket"
_DATABASE_NUMBER = re.compile(r"(/[0-9]{0,9})?")


def env_database_url(name: str, default: str) -> str:
    """A PostgreSQL with a database's name, by host or by socket; what follows the ``?`` is libpq's."""
    schemes = ("postgres", "postgresql")
    value = env_url(name, default, schemes, hostless=schemes)
    parts = urlsplit(value)
    further = {key: values[0] for key, values in parse_qs(parts.query).items()}
    if not parts.path.strip("/") or not (parts.hostname or further.get("host")):
        raise refuse(name, without_password(value), f"an address such as {DATABASE}")
    try:
        make_conninfo("", **further)
    except psycopg.ProgrammingError as exc:
        raise refuse(
            name, without_password(value), f"an address that PostgreSQL's library understands ({exc})"
        ) from None
    return value


def env_redis_url(name: str, default: str) -> str:
    """A Redis by host, whose path is at most the number of a database: Celery reads it nowhere else."""
    value = env_url(name, default, ("redis", "rediss"))
    parts = urlsplit(value)
    if not _DATABASE_NUMBER.fullmatch(parts.path) or "db" in parse_qs(parts.query, keep_blank_values=True):
        raise refuse(
            name,
            without_password(value),
            "an address such as redis://host:6379/0, whose path is empty or the number of a database, "
            "which stands nowhere else",
        )
    return value
