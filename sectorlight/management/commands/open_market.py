"""Open the simulated or recorded market once, before its server and everything else is started."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sectorlight.market import market_try


class Command(BaseCommand):
    help = "Opens the market of MARKET and MARKET_FROM and closes it again; a wrong one is one sentence."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MARKET_WORLD == "live":
            return
        if note := market_try(settings.MARKET, settings.MARKET_FROM):
            self.stdout.write(note)
