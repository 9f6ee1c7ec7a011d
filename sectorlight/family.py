"""Which processes make up the product, and in which order they come up.

1. `manage.py open_market`, where the market may be the wrong one: nothing else is started for such a one.
2. PostgreSQL, Redis and the simulated market, each only if it is ours to run, all at the same time.
3. `manage.py prepare`, once the database answers.
4. The web server; then, once the market answers, worker, beat and stream, which would only fail before.
5. The address and the log-ins are told once web server and market answer.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http.request import validate_host

from sectorlight.embedded.database import (
    database_ensure,
    database_make,
    database_password,
    database_program,
    database_wait,
)
from sectorlight.embedded.database import database_url as embedded_database_url
from sectorlight.embedded.home import home_choose
from sectorlight.embedded.ports import answers, free_port
from sectorlight.embedded.processes import Program
from sectorlight.embedded.redis import redis_password, redis_program
from sectorlight.embedded.redis import redis_url as embedded_redis_url
from sectorlight.embedded.secrets import kept_secret
from sectorlight.embedded.state import State, state_read, state_write
from sectorlight.embedded.supervisor import LOOK_EVERY, Family, FamilyEnded
from sectorlight.env import env_text
from sectorlight.management.commands.prepare import LOGIN_LINE

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
"""Names that lead a machine to itself."""
MARKET_PATIENCE = 120.0
"""Seconds that a simulated market may take to build its world."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web server listens, and how a person types it."""

    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.own}:{self.port}"

    @property
    def own(self) -> str:
        """The host by which this machine reaches its server."""
        shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"[{shown}]" if ":" in shown else shown

    def name(self, allowed: Sequence[str]) -> str:
        """The host to type, which must be among ``allowed`` (ALLOWED_HOSTS) to be answered.

        Rather one of this machine than another, which is believed to lead here; empty when there is none.
        """
        here = ("localhost", self.own) if self.own in LOOPBACK_NAMES else (self.own,)
        others = (host.removeprefix(".") for host in allowed if host not in ("*", *LOOPBACK_NAMES))
        candidates = (self.own, *here, *others)
        return next((host for host in candidates if validate_host(host.lower(), allowed)), "")


class Start:
    """One start of the whole product on ``address``; ``say`` takes a line for the terminal."""

    def __init__(self, family: Family, address: Address, say: Callable[[str], None]) -> None:
        self._family = family
        self._address = address
        self._host = f"{address.name(settings.ALLOWED_HOSTS)}:{address.port}"
        self._say = say
        self._kept = state_read(settings.DATA_DIR)
        self._state = State(supervisor_pid=os.getpid(), web_url=address.url)
        self._market_url = ""
        self._runs_market = settings.MARKET_WORLD != "live" and not env_text("SIMULATOR_URL")
        self._logins: list[str] = []

    def run(self) -> None:
        """Bring everything up and watch it until a signal comes. Raises `FamilyEnded` or `EmbeddedError`."""
        self._try_market()
        if self._family.is_stopping():
            return
        self._servers()
        state_write(settings.DATA_DIR, self._state)
        if self._family.is_stopping():
            return
        self._family.run_once(
            _manage("prepare", "prepare", environment=self._environment()), on_line=self._prepared
        )
        if self._family.is_stopping():
            return
        try:
            self._family.start(self._web())
            self._await_market_and_web()
        finally:
            # A password is made once: it is told even if the start fails after all.
            self._tell_logins()
        self._family.run()

    def _try_market(self) -> None:
        """Raises `FamilyEnded` with the words about a wrong recording or first day. In a process of its own:
        what reads recordings would stay in our memory."""
        if not self._runs_market or not (settings.MARKET_WORLD == "replay" or settings.MARKET_FROM):
            return
        lines: list[str] = []
        try:
            self._family.run_once(_manage("market", "open_market", environment={}), on_line=lines.append)
        except FamilyEnded as exc:
            raise FamilyEnded("\n".join(lines) or str(exc)) from exc
        for line in lines:
            self._say(f"market   | {line}")

    def _servers(self) -> None:
        """Spawn what is ours to run, then wait for the database alone."""
        Path(settings.MARKET_DIR).mkdir(parents=True, exist_ok=True)
        if self._runs_market:
            self._start_market()
        home = home_choose(settings.MARKET_DIR)
        if settings.REDIS_EMBEDDED:
            password, port = redis_password(settings.DATA_DIR), self._port("redis_url")
            self._family.start(redis_program(home, port, password), is_server=True)
            self._state["redis_url"] = embedded_redis_url(port, password)
        if settings.DATABASE_EMBEDDED:
            password, port = database_password(settings.DATA_DIR), self._port("database_url")
            cluster = database_make(home, password)
            self._family.start(database_program(home, cluster, port), is_server=True)
            self._state["database_url"] = embedded_database_url(port, password)
            database_wait(cluster)
            database_ensure(port, password)

    def _start_market(self) -> None:
        port = self._port("simulator_url")
        self._market_url = f"http://127.0.0.1:{port}"
        self._state["simulator_url"] = self._market_url
        self._state["simulator_token"] = kept_secret(settings.DATA_DIR, "simulator_token")
        options = (
            *("--port", str(port), "--market", settings.MARKET, "--speed", f"{settings.MARKET_SPEED:g}"),
            *("--state", str(settings.MARKET_DIR / "market-clock.json")),
            *(("--from", settings.MARKET_FROM) if settings.MARKET_FROM else ()),
        )
        environment = {"SIMULATOR_TOKEN": self._state["simulator_token"]}
        market = _manage("market", "simulate_market", *options, environment=environment)
        # A server like the others: whoever asks it is stopped first.
        self._family.start(market, is_server=True)

    def _port(self, name: str) -> int:
        """The port of the last start if it is still free, so that addresses stay as they were."""
        found = re.search(r":(\d+)(/|$)", str(self._kept.get(name, "")))
        return free_port(wish=int(found[1]) if found else 0)

    def _environment(self) -> dict[str, str]:
        """What every child of ours must know beyond what we were started with."""
        known = {
            "DATABASE_URL": self._state.get("database_url"),
            "REDIS_URL": self._state.get("redis_url"),
            "SIMULATOR_URL": self._state.get("simulator_url"),
            "SIMULATOR_TOKEN": self._state.get("simulator_token"),
        }
        return {"PYTHONUNBUFFERED": "1", **{name: value for name, value in known.items() if value}}

    def _prepared(self, line: str) -> None:
        if line.startswith(LOGIN_LINE):
            self._logins.append(line)
        elif line:
            self._say(f"prepare  | {line}")

    def _web(self) -> Program:
        command = (
            *(sys.executable, "-m", "uvicorn", "sectorlight.asgi:application", "--lifespan", "off"),
            *("--host", self._address.host, "--port", str(self._address.port), "--log-level", "warning"),
            *("--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "3"),
        )
        return Program("web", command, self._environment(), folder=settings.BASE_DIR)

    def _jobs(self) -> list[Program]:
        """Worker, beat and stream. Threads, not processes, do the work of the worker: it waits for HTTP and
        for NumPy, which lets other threads run, and a killed worker leaves no pool behind."""
        celery = (sys.executable, "-m", "celery", "--quiet", "-A", "sectorlight")
        worker = (
            *("worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle"),
        )
        beat = ("beat", "--pidfile=", "--loglevel", "WARNING")
        environment = self._environment()
        # Root may run the worker: it accepts JSON only, which is what the warning is about.
        quiet = {**environment, "PYTHONWARNINGS": "ignore:You're running the worker"}
        return [
            Program("worker", (*celery, *worker), quiet, folder=settings.BASE_DIR),
            Program("beat", (*celery, *beat), environment, folder=settings.BASE_DIR),
            _manage("stream", "stream", environment=environment),
        ]

    def _await_market_and_web(self) -> None:
        market_awaited, web_awaited = True, True
        deadline = time.monotonic() + MARKET_PATIENCE
        while not self._family.is_stopping() and (market_awaited or web_awaited):
            if market_awaited and (not self._market_url or answers(f"{self._market_url}/simulator/health")):
                market_awaited = False
                for program in self._jobs():
                    self._family.start(program)
            if web_awaited and answers(f"{self._address.url}/health/live", host=self._host):
                web_awaited = False
            self._family.watch()
            time.sleep(LOOK_EVERY)
            if market_awaited and time.monotonic() > deadline:
                raise FamilyEnded(
                    f"The simulated market at {self._market_url} did not answer within "
                    f"{MARKET_PATIENCE:g} s; its lines above may say why."
                )
        if not self._family.is_stopping():
            self._greet()

    def _greet(self) -> None:
        world = {"live": "the live market", "simulated": "a simulated market"}
        market = world.get(settings.MARKET_WORLD, f"a replay of {settings.MARKET}")
        self._say("")
        self._say(f"  SectorLight is at http://{self._host} and shows {market}.")
        if not self._address.url.endswith(f"/{self._host}"):
            names = ", ".join(settings.ALLOWED_HOSTS)
            self._say(f"  It listens at {self._address.url}, but answers to ALLOWED_HOSTS only: {names}.")
        self._tell_logins()
        self._say("  Ctrl-C stops it; the data is kept.")
        self._say("")

    def _tell_logins(self) -> None:
        for line in self._logins:
            self._say(f"  {line}")
        self._logins.clear()


def _manage(name: str, *command: str, environment: Mapping[str, str]) -> Program:
    manage = str(settings.BASE_DIR / "manage.py")
    return Program(name, (sys.executable, manage, *command), environment, folder=settings.BASE_DIR)
