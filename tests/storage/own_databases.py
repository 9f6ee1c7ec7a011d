"""Databases of a test's own on the tests' server, made and dropped apart from the one that Django uses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from psycopg import sql

from sectorlight.backup.address import Address, address_of
from tests.architecture.source import ROOT

_numbers = count(1)


def server() -> Address:
    return address_of(os.environ["DATABASE_URL"]).of("postgres")


@contextmanager
def own_database(*, like: str = "template0", owner: str = "") -> Iterator[Address]:
    """A new database, empty or a copy of ``like``; dropped at the end, whoever is in it."""
    name = f"own_{os.getpid()}_{next(_numbers)}"
    making = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
        sql.Identifier(name), sql.Identifier(like)
    )
    with server().open() as keeper:
        keeper.execute(making + sql.SQL(f" OWNER {owner}" if owner else ""))
    try:
        yield server().of(name)
    finally:
        with server().open() as keeper:
            keeper.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def owned_database(role: str, *, may: str = "") -> Iterator[Address]:
    """A new empty database by the name and password of its owner, a new ``role`` with the rights ``may``."""
    with server().open() as keeper:
        keeper.execute(f"DROP ROLE IF EXISTS {role}")
        keeper.execute(f"CREATE ROLE {role} LOGIN {may} PASSWORD 'owner'")
    try:
        with own_database(owner=role) as address:
            host, port = (address.parameters[key] for key in ("host", "port"))
            yield address_of(f"postgres://{role}:owner@{host}:{port}/{address.name}")
    finally:
        with server().open() as keeper:
            keeper.execute(f"DROP ROLE {role}")


def ask(address: Address, question: str, *values: Any) -> Any:
    """The first value of the first row; None without a row."""
    with address.open() as session:
        cursor = session.execute(question, values or None)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def offers_timescale() -> bool:
    """Whether the tests' server can make the extension."""
    with server().open() as keeper:
        row = keeper.execute(
            "SELECT current_setting('shared_preload_libraries') LIKE '%timescaledb%' AND EXISTS"
            " (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')"
        ).fetchone()
    return bool(row and row[0])


def manage(address: Address, *words: str, script: Sequence[str] = ("manage.py",)) -> subprocess.Popen[str]:
    """``manage.py`` with ``words`` in a process of its own, whose DATABASE_URL is ``address``."""
    return subprocess.Popen(
        (sys.executable, *(str(ROOT / part) for part in script), *words),
        env={
            **os.environ,
            "DATABASE_URL": address.url,
            "DJANGO_SETTINGS_MODULE": "sectorlight.settings.test",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def manage_run(address: Address, *words: str, script: Sequence[str] = ("manage.py",)) -> str:
    """What it wrote; the test fails with its last words unless it ended well."""
    process = manage(address, *words, script=script)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-2000:]
    return out
