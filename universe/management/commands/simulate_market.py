"""Run the simulated market: invented, or recorded days played again."""

from __future__ import annotations

import datetime as dt
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from universe.simulator.server import make_app, serve
from universe.simulator.start import StartError, open_market


class Command(BaseCommand):
    help = (
        "Run the simulated market: the vendors' REST and WebSocket dialects over invented or recorded days."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8810, help="port to listen on (8810)")
        parser.add_argument("--market", default="simulated", help="simulated, or a folder of recorded days")
        parser.add_argument(
            "--from", dest="first", help="market time to begin at: a date (10:00) or an ISO time"
        )
        parser.add_argument("--speed", type=float, default=1.0, help="market seconds per second, 1 to 60")
        parser.add_argument("--state", type=Path, help="file that keeps market time over restarts")
        parser.add_argument("--seed", type=int, help="another invented market than the usual one")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            market, server_options = open_market(
                options["market"],
                first=options["first"],
                speed=options["speed"],
                seed=options["seed"],
                state_path=options["state"],
                environment=os.environ,
                today=dt.datetime.now(dt.UTC),
            )
        except StartError as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(
            f"{market.world.label(market.session())}: {market.now():%Y-%m-%d %H:%M} New York, "
            f"{len(market.world.listings):,} listings, http://{options['host']}:{options['port']}"
        )
        serve(make_app(market, server_options), options["host"], options["port"])
