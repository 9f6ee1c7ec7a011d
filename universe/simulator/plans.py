"""What each of the vendors' plans leaves out, and how late it is.

Pure but for the registry's memory. FMP's column is pieced together from what users were refused; the words of
a refusal are in `dialects.refusals`.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from universe.simulator import sight
from universe.simulator.faults import VENDORS, vendor_of
from universe.simulator.sight import CLEAR, Sight

LATE = dt.timedelta(minutes=15)
PRICES = (
    "/v2/aggs/",
    "/v2/snapshot/",
    "/v3/snapshot",
    "/v1/open-close/",
    "/stable/quote",
    "/stable/historical",
)
"""The paths whose answers are late, or end with the last close, on plans that are not real time."""
PARTNERS = ("/etf-global/", "/benzinga/", "/tmx/")
RATIOS = "/stocks/financials/"
FMP_PAID = (
    *("company-screener", "batch-", "shares-float-all", "market-capitalization-batch", "symbol-change"),
    *("news/", "economic-calendar", "earnings-calendar", "splits-calendar", "sec-filings", "sector-"),
    *("historical-chart", "etf/", "aftermarket-", "delisted-companies", "stock-list", "etf-list"),
)
"""Beginnings below ``/stable/`` that FMP's free plan is refused."""
_SAMPLE = (
    "AAPL TSLA AMZN MSFT NVDA GOOGL META NFLX JPM V BAC PYPL DIS T PFE COST INTC KO TGT NKE SPY BA BABA XOM "
    "WMT GE CSCO VZ JNJ CVX PLTR SQ SHOP SBUX SOFI HOOD RBLX SNAP AMD UBER FDX ABBV ETSY MRNA LMT GM F RIVN "
    "LCID CCL DAL UAL AAL TSM SONY ET NOK MRO COIN SIRI RIOT CPRX VWO SPYG ROKU VIAC ATVI BIDU DOCU ZM PINS "
    "TLRY WBA MGM NIO C GS WFC ADBE PEP UNH CARR FUBO HCA TWTR BILI RKT"
)
SAMPLE = frozenset(_SAMPLE.split())
"""The symbols that FMP's free plan has prices of."""
_DATE = re.compile(r"(?<=/)\d{4}-\d{2}-\d{2}(?=/|$)")


@dataclass(frozen=True)
class Plan:
    """``refused`` are beginnings of paths, ``years`` how far prices go back (None: all the way), ``calls`` so
    many in so many seconds (None: no limit), ``channels`` of the stream (none: no stream), ``symbols`` the
    only ones that have prices (None: all do)."""

    name: str
    refused: tuple[str, ...] = ()
    sight: Sight = CLEAR
    years: int | None = None
    calls: tuple[int, float] | None = None
    channels: tuple[str, ...] = ("AM", "A", "T")
    symbols: frozenset[str] | None = None

    def refuses(self, path: str, symbol: str, today: dt.date) -> str | None:
        """Why: ``endpoint``, ``symbol`` or ``timeframe``; None when the plan has it."""
        below = path.removeprefix("/stable/")
        if path.startswith(self.refused) or (path != below and below.startswith(self.refused)):
            return "endpoint"
        if path.endswith("-bulk") and "-bulk" in self.refused:
            return "endpoint"
        if self.symbols is not None and symbol not in self.symbols and path.startswith(PRICES):
            return "symbol"
        if self.years is None or not path.startswith(PRICES):
            return None
        oldest = today - dt.timedelta(days=365 * self.years)
        return "timeframe" if any(day < oldest.isoformat() for day in _DATE.findall(path)) else None


_DELAYED = Sight(late=LATE, word="DELAYED", has_quotes=False)
POLYGON = (
    Plan(
        "basic",
        refused=(*PARTNERS, RATIOS, "/v2/snapshot/", "/v3/snapshot"),
        sight=Sight(is_end_of_day=True),
        years=2,
        calls=(5, 60.0),
        channels=(),
    ),
    Plan(
        "starter",
        refused=(*PARTNERS, RATIOS),
        sight=replace(_DELAYED, has_trades=False),
        years=5,
        channels=("AM", "A"),
    ),
    Plan("developer", refused=(*PARTNERS, RATIOS), sight=_DELAYED, years=10),
    Plan("advanced", refused=PARTNERS),
)
FMP = (
    Plan(
        "basic",
        refused=(*FMP_PAID, "-bulk"),
        sight=Sight(is_end_of_day=True),
        years=5,
        calls=(250, 86_400.0),
        symbols=SAMPLE,
    ),
    Plan("starter", refused=("batch-", "-bulk", "etf/holdings"), calls=(300, 60.0)),
    Plan("premium", refused=("-bulk", "etf/holdings"), calls=(750, 60.0)),
    Plan("ultimate", calls=(3000, 60.0)),
)
OF = {"polygon": POLYGON, "fmp": FMP}


class PlanError(ValueError):
    """A plan that there is not; the text names those that there are."""


@dataclass
class _Chosen:
    plan: Plan
    has_limits: bool = False
    calls: deque[float] = field(default_factory=deque)


class Plans:
    """The plan in force per vendor: the dearest until another is chosen. From any thread. ``clock`` gives
    seconds, for the limits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._chosen = {vendor: _Chosen(plans[-1]) for vendor, plans in OF.items()}

    def of(self, vendor: str) -> Plan:
        return self._chosen[vendor].plan

    def choose(self, vendor: Any, name: Any, *, has_limits: bool = False) -> Plan:
        if vendor not in VENDORS:
            raise PlanError(f"'vendor' is {vendor!r}, but must be one of {', '.join(VENDORS)}")
        plan = next((plan for plan in OF[vendor] if plan.name == name), None)
        if plan is None:
            names = ", ".join(plan.name for plan in OF[vendor])
            raise PlanError(f"'name' is {name!r}, but {vendor} has {names}")
        with self._lock:
            self._chosen[vendor] = _Chosen(plan, has_limits)
        return plan

    def choose_by_text(self, text: str) -> Plan:
        """``polygon=starter``, or with its limits on calls ``polygon=basic:limits``."""
        vendor, _, rest = text.partition("=")
        name, _, word = rest.partition(":")
        if word not in ("", "limits"):
            raise PlanError(f"{word!r} is not known; only 'limits' may follow the plan's name")
        return self.choose(vendor, name, has_limits=word == "limits")

    def is_over_limit(self, vendor: str) -> bool:
        """Count a call; whether it is one too many. Refused calls do not count."""
        with self._lock:
            chosen = self._chosen[vendor]
            if not chosen.has_limits or chosen.plan.calls is None:
                return False
            most, seconds = chosen.plan.calls
            now = self._clock()
            while chosen.calls and chosen.calls[0] <= now - seconds:
                chosen.calls.popleft()
            if len(chosen.calls) >= most:
                return True
            chosen.calls.append(now)
            return False

    def sight(self, path: str) -> Sight:
        """How the plan's owner sees what is behind ``path``, through what else is in force."""
        vendor = vendor_of(path)
        if vendor is None or not path.startswith(PRICES):
            return sight.current()
        return self._through(vendor)

    def stream_sight(self) -> Sight:
        return self._through("polygon")

    def _through(self, vendor: str) -> Sight:
        now = sight.current()
        return replace(self.of(vendor).sight, is_day_old=now.is_day_old, frozen_at=now.frozen_at)
