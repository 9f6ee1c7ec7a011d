"""The product as `manage.py up` starts it, on a PostgreSQL and a Redis that a proof stops and starts."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from sectorlight.embedded import database, redis
from sectorlight.embedded.home import Home, home_choose
from sectorlight.embedded.ports import answers, free_port, wait_listening
from sectorlight.embedded.processes import Child, Program, end_group, spawn
from sectorlight.embedded.state import state_read

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0
PASSWORD = "a-reader-of-the-proof"
#: What makes the readers: one hash for all, which is slow enough once.
READERS = """
from django.contrib.auth.hashers import make_password
from sectorlight.models import User
hashed = make_password({password!r})
User.objects.bulk_create(User(username=f"reader{{n}}", password=hashed) for n in range({count}))
"""


@dataclass(slots=True)
class Server:
    """PostgreSQL or Redis, always on the same port with the same data."""

    program: Program
    is_ready: Callable[[], object]
    child: Child | None = None

    def start(self) -> None:
        self.child = spawn(self.program, output=subprocess.DEVNULL)
        self.is_ready()

    def stop(self, how: signal.Signals) -> None:
        """Send the signal to the server and wait until it is gone; what a killed one leaves goes with it."""
        assert self.child is not None
        process = self.child.process
        process.send_signal(how)
        try:
            process.wait(20)
        finally:
            end_group(process)
        self.child = None

    def freeze(self) -> None:
        """Stop every process of the server where it is: it keeps its connections and answers nothing."""
        for pid in self._processes():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._processes():
            os.kill(pid, signal.SIGCONT)

    def _processes(self) -> list[int]:
        """The server and what it has forked; a frozen one forks no more."""
        assert self.child is not None
        pid = self.child.process.pid
        forked = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, forked)]


@dataclass(slots=True)
class Product:
    """``url`` of the pages; ``log`` has the lines of every process."""

    url: str
    database_url: str
    servers: dict[str, Server]
    log: Path
    data: Path
    process: Any = None
    readers: int = 0
    shown: dict[str, Any] = field(default_factory=dict)

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True, connect_timeout=5) as connection:
            return connection.execute(statement, values).fetchall()

    def health(self) -> tuple[str, dict[str, Any]]:
        """The overall word, also of a 503; "none" when nobody answered."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=8) as answer:
                told = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                told = json.loads(error.read())
        except OSError:
            return "none", {}
        return str(told["status"]), dict(told["checks"])

    def market(self, **command: Any) -> None:
        """A command for the simulator's control."""
        state = state_read(self.data)
        request = urllib.request.Request(
            state["simulator_url"] + "/simulator/control",
            data=json.dumps(command).encode(),
            headers={"X-Simulator-Token": state["simulator_token"]},
        )
        urllib.request.urlopen(request, timeout=30).close()

    def said(self, since: int = 0) -> str:
        with self.log.open("rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")


@contextmanager
def running_product(place: Path, *, first: str, readers: int) -> Iterator[Product]:
    """The family with a first board and so many people, dead at the end. ``first`` is the market's day."""
    place.chmod(0o755)
    home = home_choose(place / "servers")
    with ExitStack() as dead:
        servers, addresses = _servers(home, dead)
        port = free_port()
        product = Product(
            f"http://127.0.0.1:{port}",
            addresses["DATABASE_URL"],
            servers,
            place / "family.log",
            place / "var",
            readers=readers,
        )
        environment = os.environ | addresses | _settings(place, port, first)
        with product.log.open("ab") as log:
            product.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        dead.callback(_end, product.process)
        until(lambda: answers(f"{product.url}/health/live") and _has_board(product), START_SECONDS)
        people = READERS.format(password=PASSWORD, count=readers)
        words = [sys.executable, "manage.py", "shell", "--no-imports", "-c", people]
        subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True)
        yield product


def until(is_so: Callable[[], bool], seconds: float) -> float:
    """Look five times a second; how long it took. AssertionError when the time is up."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"nothing came of it within {seconds:g} s")
        time.sleep(0.2)
    return time.monotonic() - began


def _servers(home: Home, dead: ExitStack) -> tuple[dict[str, Server], dict[str, str]]:
    password = secrets.token_hex(8)
    redis_port, database_port = free_port(), free_port()
    cluster = database.database_make(home, password)
    servers = {
        "Redis": Server(
            redis.redis_program(home, redis_port, password), lambda: wait_listening(redis_port, within=20)
        ),
        "PostgreSQL": Server(
            database.database_program(home, cluster, database_port), lambda: database.database_wait(cluster)
        ),
    }
    for server in servers.values():
        server.start()
        dead.callback(_end_server, server)
    database.database_ensure(database_port, password)
    addresses = {
        "DATABASE_URL": database.database_url(database_port, password),
        "REDIS_URL": redis.redis_url(redis_port, password),
    }
    return servers, addresses


def _settings(place: Path, port: int, first: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "sectorlight.settings.base",
        "SECTORLIGHT_DOTENV": "off",
        "PORT": str(port),
        "DATA_DIR": str(place / "var"),
        "MARKET": "simulated",
        "MARKET_FROM": first,
        "REDIS_PREFIX": "",
        "FIRST_ADMIN_PASSWORD": PASSWORD,
        "FIRST_TRADER_PASSWORD": PASSWORD,
    }


def _has_board(product: Product) -> bool:
    try:
        return bool(product.ask("SELECT 1 FROM sectors_boardsnapshot LIMIT 1"))
    except psycopg.Error:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C ends it, which takes its children along."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_server(server: Server) -> None:
    if server.child is not None:
        server.stop(server.program.stop)
