"""Start a simulated market of one's own, over real HTTP and sockets, and lay hands on it."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sectorlight.embedded.ports import free_port
from tests.nursery import market_process

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60.0
#: An invented market of this size starts in a fifth of the time of the whole one.
SMALL = 2_000
TOKEN = "hands-on-the-market"
KEY = "any-key"


@dataclass(frozen=True)
class RunningMarket:
    """``url`` is the base of the Polygon paths; FMP's are under ``url + "/stable"``."""

    port: int
    token: str
    process: BaseProcess
    words: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/stocks"

    @property
    def settings(self) -> dict[str, str]:
        """The product's settings that lead it to this market."""
        return {
            "MARKET_WORLD": "simulated",
            "SIMULATOR_URL": self.url,
            "POLYGON_BASE_URL": self.url,
            "FMP_BASE_URL": f"{self.url}/stable",
        }

    def get(self, path: str, key: str | None = KEY) -> Any:
        """The decoded JSON of a path, with a key in both vendors' headers."""
        headers = {"Authorization": f"Bearer {key}", "apikey": key} if key else {}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def refusal(self, path: str, key: str | None = KEY) -> tuple[int, str]:
        """Status and body of an answer that is expected to be an error."""
        try:
            self.get(path, key)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        raise AssertionError(f"{path} was answered without an error")

    def control(self, token: str | None = None, **command: Any) -> Any:
        """Send a command such as ``move={"symbol": "ABCD", "percent": 20}``."""
        request = urllib.request.Request(
            self.url + "/simulator/control",
            data=json.dumps(command).encode(),
            headers={"X-Simulator-Token": self.token if token is None else token},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def fault(self, kind: str, **how: Any) -> int:
        """Set a fault such as ``fault("429", vendor="fmp", count=2, retry_after=1)``; its number."""
        return int(self.control(fault={"kind": kind, **how})["fault"])

    def faults_clear(self) -> None:
        self.control(faults="clear")

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force and how many answers fell to each."""
        return list(self._look("/simulator/faults")["faults"])

    def asked(self) -> dict[str, Any]:
        """Calls to the vendors' paths since the start or `asked_reset`: total, polygon, fmp, paths."""
        return dict(self._look("/simulator/asked"))

    def asked_reset(self) -> None:
        self.control(asked="reset")

    def plan(self, vendor: str, name: str, *, limits: bool = False) -> None:
        """Take another plan at a vendor, with its limits on calls or without."""
        self.control(plan={"vendor": vendor, "name": name, "limits": limits})

    def print(self, symbol: str, percent: float, **how: Any) -> Any:
        """One bad print now; the next market minute the old price is back (``seconds`` sets another time)."""
        return self.control(print={"symbol": symbol, "percent": percent, **how})

    def split(self, symbol: str, old: float, new: float, *, listed: bool = True) -> Any:
        """From the next session on ``old`` shares are ``new`` ones."""
        return self.control(split={"symbol": symbol, "from": old, "to": new, "listed": listed})

    def rename(self, symbol: str, to: str) -> Any:
        """From the next session on."""
        return self.control(rename={"symbol": symbol, "to": to})

    def tell(self, symbol: str, title: str, *, tone: str = "", **how: Any) -> Any:
        """An article now, or ``minutes`` ago, with or without a judgement; ``text`` is its text."""
        return self.control(article={"symbol": symbol, "title": title, "tone": tone, **how})

    def file(self, symbol: str, form: str, **how: Any) -> Any:
        """A paper filed now, or ``minutes`` ago; ``title`` is what it discloses."""
        return self.control(filing={"symbol": symbol, "form": form, **how})

    def _look(self, path: str) -> Any:
        request = urllib.request.Request(self.url + path, headers={"X-Simulator-Token": self.token})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


@contextmanager
def start_market(
    market: str | Path = "simulated",
    *,
    first: str | None = None,
    speed: float = 1.0,
    state: Path | None = None,
    keys: str = "",
    port: int | None = None,
    plans: Sequence[str] = (),
    listings: int | None = SMALL,
) -> Iterator[RunningMarket]:
    """A running market, ready to answer; stopped at the end. ``first`` is a date (it starts at 10:00) or an
    ISO time, ``state`` a file that keeps market time over restarts, ``keys`` the keys it knows (default:
    any), ``plans`` such as ``polygon=starter``, ``listings`` the size of an invented market, None for the
    whole one."""
    port = port or free_port()
    words = ["--port", str(port), "--market", str(market), "--speed", str(speed)]
    words += ["--from", first] if first else []
    words += ["--state", str(state)] if state else []
    words += ["--listings", str(listings)] if listings else []
    words += [word for plan in plans for word in ("--plan", plan)]
    environment = os.environ | {"SIMULATOR_TOKEN": TOKEN, "SIMULATOR_KEYS": keys}
    with tempfile.NamedTemporaryFile() as log:
        process = market_process(words, environment, log=Path(log.name))
        process.start()
        running = RunningMarket(port, TOKEN, process, tuple(words))
        try:
            if not _is_ready(running):
                raise AssertionError(f"the simulated market did not start: {log.read().decode()}")
            yield running
        finally:
            process.terminate()
            process.join(10)
            if process.exitcode is None:
                process.kill()
                process.join()
            process.close()


def _is_ready(running: RunningMarket) -> bool:
    """Ask until it answers, its process ends, or the time is up."""
    pause = threading.Event()
    for _ in range(int(START_SECONDS / 0.05)):
        if running.process.exitcode is not None:
            return False
        try:
            running.get("/simulator/health")
        except OSError:
            pause.wait(0.05)
        else:
            return True
    return False
