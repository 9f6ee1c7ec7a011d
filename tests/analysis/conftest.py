"""A small market with a vendor behind real HTTP, at 10:15 of 10 March 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.test import override_settings

from analysis.models import AnalysisRun, RunKind
from analysis.services import run_execute
from tests.analysis import small_market
from tests.analysis.small_market import et
from tests.kept import Kept, kept
from tests.universe.vendor import Answer, Vendor, running_vendor
from universe import clock
from universe.sources import sources_close

SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
#: News, the index of filings, and what 8-Ks disclose.
NEWS = ("/v2/reference/news", "/stocks/filings/vX/index", "/stocks/filings/8-K/vX/disclosures")
NOW = et(10, 15)
#: Percent by sector label, until a test says something else.
MOVES = {"Technology": -4.0, "Healthcare": 4.0, "Energy": 2.0, "Utilities": 0.0}


@dataclass
class Scene:
    """The vendor's prices can be set, and runs be run at 10:15 or later."""

    vendor: Vendor
    minutes: int = 0

    def prices(self, change_pct: Mapping[str, float], *, benchmark: float = 0.0, **extra: float) -> None:
        """What the next snapshot says: percent by sector label, ``extra`` dollars by symbol."""
        quotes = small_market.all_at(change_pct, benchmark=benchmark) | extra
        volume = 500_000.0 + 100 * self.minutes
        self.vendor.on(SNAPSHOT, Answer(small_market.snapshot(quotes, self.now(), volume=volume)))

    def now(self) -> Any:
        return NOW + dt.timedelta(minutes=self.minutes)

    def run(self, kind: RunKind = RunKind.ON_DEMAND, **values: Any) -> AnalysisRun:
        """Ask for a run of this moment, do it, give its row."""
        with clock.override(self.now()):
            run = AnalysisRun.objects.create(kind=kind, scheduled_for=self.now(), **values)
            run_execute(run.pk)
        run.refresh_from_db()
        return run

    def later(self, minutes: int) -> None:
        self.minutes += minutes


@contextmanager
def connected_scene(settings: Any) -> Iterator[Scene]:
    """Six stocks in each of four sectors, ten dollars each, and a vendor that answers.

    Taking the changes of ``settings`` back is the caller's.
    """
    small_market.build()
    with running_vendor() as vendor, clock.override(NOW):
        settings.POLYGON_BASE_URL = vendor.url
        settings.FMP_BASE_URL = f"{vendor.url}/stable"
        vendor.on("/stable/batch-quote", Answer([]))
        vendor.on("/stable/economic-calendar", Answer([]))
        for path in ("/stocks/v1/splits", *NEWS):
            vendor.on(path, Answer({"status": "OK"}))
        scene = Scene(vendor)
        scene.prices(MOVES)
        yield scene
    sources_close()


@pytest.fixture
def scene(db: None, settings: Any) -> Iterator[Scene]:
    with connected_scene(settings) as scene:
        yield scene


@dataclass
class KeptScene:
    """A scene that a module's tests share; each of them has it as it was kept, and is rolled back."""

    scene: Scene
    kept: Kept

    @contextmanager
    def again(self) -> Iterator[Scene]:
        """For a test, whose database is this one's."""
        self.kept.again()
        scene = replace(self.scene)
        with clock.override(NOW):
            scene.prices(MOVES)
            yield scene


@contextmanager
def kept_scene(blocker: Any, server: redis.Redis) -> Iterator[KeptScene]:
    """For a fixture of a module: call ``kept.keep()`` when what the tests share is done."""
    with override_settings(), kept(blocker, server) as rows, connected_scene(django_settings) as scene:
        yield KeptScene(scene, rows)
