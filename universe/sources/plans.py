"""What the plan of a key holds: found out once by being asked, remembered for a day, told to whoever looks.

The vendors do not tell a key's plan. A 403 or a 402 about an endpoint does; it is kept in Redis, so that no
process asks in vain again that day, and the caller takes the next best source at once. Refusals that may be
about a date, a symbol or a parameter are not kept.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import redis
from django.utils import timezone

from universe import keys
from universe.errors import NotEntitled, RateLimited, SourceError
from universe.redis import client
from universe.sources.base import Query
from universe.sources.budget import Pace, fingerprint

logger = logging.getLogger(__name__)

KEPT = dt.timedelta(days=1)
#: How long one process believes what it read; another process may have learnt more.
READ_EVERY_SECONDS = 5.0
#: Polygon's words for the one plan that has a limit of calls.
LIMITED_PLAN = "maximum requests per minute"
#: FMP's words when not the endpoint but what was asked of it is refused.
ABOUT_THE_QUESTION = ("query parameter", "this value set for")


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that a plan may lack: the REST path that asks for it, and what is taken instead.

    ``probe`` is the smallest question that tells; None: it is found out when it is needed.
    """

    path: str
    title: str
    instead: str
    probe: Query | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What is known of one capability of a key. ``allowed`` None: it was not asked for yet."""

    capability: Capability
    allowed: bool | None
    words: str = ""
    checked_at: dt.datetime | None = None


UNLIMITED = Capability("calls", "calls without a limit", "5 calls a minute, one each 12.5 s")
POLYGON = (
    Capability(
        "/v2/snapshot/locale/us/markets/stocks/tickers",
        "whole-market snapshot",
        "FMP quotes, else yesterday's closes (end of day)",
        {"tickers": "SPY"},
    ),
    Capability(
        "/stocks/financials/v1/ratios", "market caps in bulk", "FMP's screener, else details", {"limit": 1}
    ),
    Capability(
        "/stocks/vX/float", "floats", "FMP's floats, else shares outstanding as a bound", {"limit": 1}
    ),
    Capability(
        "/stocks/v1/short-interest", "short interest", "nothing: shortability without it", {"limit": 1}
    ),
    Capability("/v2/reference/news", "news with tone", "FMP's news, without tone"),
    Capability("/stocks/filings/8-K/vX/disclosures", "8-K disclosures", "FMP's filings"),
    Capability("/stocks/filings/vX/index", "filings index", "FMP's filings"),
    UNLIMITED,
)
FMP = (
    Capability("/company-screener", "screener", "Polygon's ratios, else details and SIC codes", {"limit": 1}),
    Capability("/shares-float-all", "all floats", "Polygon's floats, else shares outstanding"),
    Capability(
        "/batch-quote",
        "batch quotes",
        "single quotes of indices; no second price",
        {"symbols": "AAPL,MSFT"},
    ),
    Capability("/batch-aftermarket-trade", "extended-hours trades", "no second price out of hours"),
    Capability("/economic-calendar", "economic calendar", "nothing: no release is named"),
    Capability("/news/stock-latest", "news", "Polygon's news"),
    Capability("/sec-filings-8k", "filings", "Polygon's filings"),
    Capability("/etf/holdings", "fund holdings", "the funds' prices alone"),
    Capability("/profile-bulk", "profiles in bulk", "the screener's labels"),
)
CAPABILITIES: Mapping[str, tuple[Capability, ...]] = {"polygon": POLYGON, "fmp": FMP}

#: Paces by vendor and plan, a margin below what the vendor allows; "" is a plan not known yet.
PACES: Mapping[str, Mapping[str, Pace]] = {
    "polygon": {"Basic": Pace(4.8), "": Pace(3000, burst=10)},
    "fmp": {
        "Basic": Pace(240, burst=10, per_day=200),
        "Premium": Pace(600, burst=20),
        "Ultimate": Pace(2400, burst=40),
        "": Pace(240, burst=10),
    },
}


class PlanMemory:
    """What one key of one vendor may ask. Thread-safe; without Redis it remembers nothing."""

    def __init__(self, vendor: str, key: str) -> None:
        self._vendor = vendor
        self._name = keys.vendor_plan(vendor, fingerprint(key))
        self._lock = threading.Lock()
        self._read_at = -READ_EVERY_SECONDS
        self._known: dict[str, dict[str, Any]] = {}

    def check(self, path: str) -> None:
        """Raises `NotEntitled` with the vendor's words when the plan is known to lack ``path``."""
        known = self._load().get(_capability_path(self._vendor, path), {})
        if known.get("allowed") is False:
            raise NotEntitled(
                f"{known['words']} (found out {_moment(known):%-d %b %H:%M} UTC; asked again after a day)",
                vendor=self._vendor,
            )

    def learn(self, path: str, error: SourceError | None) -> None:
        """Keep what the answer to ``path`` says about the plan, if it says something new."""
        if isinstance(error, RateLimited) and LIMITED_PLAN in str(error):
            self._keep(UNLIMITED.path, False, str(error))
        name = _capability_path(self._vendor, path)
        if not name:
            return
        if isinstance(error, NotEntitled) and not _is_about_the_question(error):
            self._keep(name, False, str(error))
        elif error is None and self._load().get(name, {}).get("allowed") is not True:
            self._keep(name, True, "")

    def entitlements(self) -> list[Entitlement]:
        """Every capability of the vendor with what is known of it, in the table's order."""
        known = self._load()
        return [
            Entitlement(capability, None)
            if capability.path not in known
            else Entitlement(
                capability,
                bool(known[capability.path]["allowed"]),
                str(known[capability.path]["words"]),
                _moment(known[capability.path]),
            )
            for capability in CAPABILITIES[self._vendor]
        ]

    def plan(self) -> str:
        """The vendor's name for the plan, as far as the refusals tell; "" when they do not."""
        return plan_name(self._vendor, self.entitlements())

    def pace(self) -> Pace:
        """How fast this key may be used."""
        paces = PACES[self._vendor]
        return paces.get(self.plan(), paces[""])

    def forget(self) -> None:
        """Ask everything anew, for somebody who has changed the plan. Raises `redis.RedisError`."""
        client().delete(self._name)
        with self._lock:
            self._known, self._read_at = {}, time.monotonic()

    def _keep(self, name: str, allowed: bool, words: str) -> None:
        entry = {"allowed": allowed, "words": words[:300], "checked_at": timezone.now().isoformat()}
        with self._lock:
            self._known[name] = entry
        if not allowed:
            logger.warning("%s: the plan of this key lacks %s: %s", self._vendor, name, words[:300])
        try:
            client().hset(self._name, name, json.dumps(entry))
        except redis.RedisError as exc:
            logger.debug("the plan of %s was not kept: %s", self._vendor, exc)

    def _load(self) -> dict[str, dict[str, Any]]:
        """The entries of the last day, by capability path."""
        with self._lock:
            if time.monotonic() - self._read_at >= READ_EVERY_SECONDS:
                self._read_at = time.monotonic()
                read = self._read()
                self._known = self._known if read is None else read
            oldest = timezone.now() - KEPT
            return {name: entry for name, entry in self._known.items() if _moment(entry) > oldest}

    def _read(self) -> dict[str, dict[str, Any]] | None:
        try:
            raw: Any = client().hgetall(self._name)
        except redis.RedisError:
            return None
        return {name.decode(): json.loads(text) for name, text in raw.items()}


def plan_name(vendor: str, entitlements: Sequence[Entitlement]) -> str:
    """The plan that has what is allowed and lacks what is refused, by the vendor's names."""
    allowed = {entry.capability.title: entry.allowed for entry in entitlements}
    if vendor == "polygon":
        if allowed["whole-market snapshot"] is False or allowed["calls without a limit"] is False:
            return "Basic"
        if allowed["market caps in bulk"] is False:
            return "Starter or Developer"
        return "Advanced or Business" if allowed["market caps in bulk"] else ""
    if allowed["screener"] is False:
        return "Basic"
    if allowed["batch quotes"] is False:
        return "Starter"
    if allowed["profiles in bulk"] is not None:
        return "Ultimate" if allowed["profiles in bulk"] else "Premium"
    return ""


def _capability_path(vendor: str, path: str) -> str:
    """The capability that ``path`` asks for, without what follows a "?"; "" when it is none of the table."""
    bare = path.partition("?")[0]
    return next((known.path for known in CAPABILITIES[vendor] if known.path == bare), "")


def _is_about_the_question(error: NotEntitled) -> bool:
    words = str(error).lower()
    return any(part in words for part in ABOUT_THE_QUESTION)


def _moment(entry: Mapping[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(str(entry["checked_at"]))
