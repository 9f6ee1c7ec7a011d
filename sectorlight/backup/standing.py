"""The servers that a backup or a restore works with: those that are set, or the embedded ones of the folder.

While the product runs, its embedded PostgreSQL serves a backup too. While it does not, the server is started
for the time of the work, and the folder's lock is held, so that the product does not start beside it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings

from sectorlight.backup.address import Address, address_of
from sectorlight.backup.errors import BackupError
from sectorlight.embedded.database import (
    database_ensure,
    database_make,
    database_password,
    database_program,
    database_url,
    database_wait,
)
from sectorlight.embedded.home import home_choose
from sectorlight.embedded.ports import free_port
from sectorlight.embedded.processes import spawn, stop_all
from sectorlight.embedded.state import family_lock, state_read
from sectorlight.env import without_password
from sectors.services import board_forget
from universe import keys
from universe.redis import patient_client


@contextmanager
def database_for_backup() -> Iterator[Address]:
    """The database in use, whether the product runs or not."""
    if not settings.DATABASE_EMBEDDED:
        yield address_of(settings.DATABASE_URL)
        return
    lock = family_lock(Path(settings.DATA_DIR))
    if lock is None:
        yield address_of(settings.DATABASE_URL)
        return
    with lock, _embedded() as address:
        yield address


@contextmanager
def database_for_restore() -> Iterator[Address]:
    """The database in use, with the product kept from starting. Raises `BackupError` while it runs."""
    with product_stopped():
        if settings.DATABASE_EMBEDDED:
            with _embedded() as address:
                yield address
        else:
            yield address_of(settings.DATABASE_URL)


@contextmanager
def product_stopped() -> Iterator[None]:
    """The lock of the folder, so that the product does not start. Raises `BackupError` while it runs."""
    lock = family_lock(Path(settings.DATA_DIR))
    if lock is None:
        runs = state_read(settings.DATA_DIR)
        raise BackupError(
            f"SectorLight runs from {settings.DATA_DIR} (process {runs.get('supervisor_pid', 'unknown')}, "
            f"{runs.get('web_url', 'address unknown')}). Stop it with Ctrl-C, then try again. "
            "Nothing was changed."
        )
    with lock:
        yield


def redis_refuse_away() -> None:
    """Raises `BackupError` unless Redis can be told to forget: its board would outlive the database."""
    if settings.REDIS_EMBEDDED:
        return
    try:
        patient_client().ping()
    except redis.RedisError as exc:
        raise BackupError(
            f"Redis does not answer at {without_password(settings.REDIS_URL)}: {exc}. It holds the "
            "board of the "
            "database that would be replaced. Start it, then restore. Nothing was changed."
        ) from exc


def redis_forget() -> None:
    """Have Redis hold nothing of the database that was replaced: its board, its lights, its sessions, what
    pages have read of it.

    The first tick puts the restored board there. Raises `redis.RedisError`.
    """
    if settings.REDIS_EMBEDDED:
        # It is not running; without its file it begins empty, which the product is made for.
        (home_choose(Path(settings.MARKET_DIR)).data / "redis" / "dump.rdb").unlink(missing_ok=True)
        return
    board_forget()
    client = patient_client()
    # Not the cache's own clear(): it empties the whole server, which others may use too.
    for kept in (f"{settings.REDIS_PREFIX}cache:*", keys.page_reads("*")):
        if found := list(client.scan_iter(match=kept, count=1000)):
            client.delete(*found)
    # Begun anew, so that what a page stores just now holds no more either.
    client.delete(keys.generations())


@contextmanager
def _embedded() -> Iterator[Address]:
    folder = Path(settings.MARKET_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    home, password, port = home_choose(folder), database_password(settings.DATA_DIR), free_port()
    cluster = database_make(home, password)
    child = spawn(database_program(home, cluster, port), output=subprocess.DEVNULL)
    try:
        database_wait(cluster)
        database_ensure(port, password)
        yield address_of(database_url(port, password))
    finally:
        stop_all([child], within=30)
