"""The simulated market from a command line, with Django (manage.py simulate_market) or without it."""

from __future__ import annotations

import datetime as dt
import os
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from universe.simulator.plans import PlanError, Plans
from universe.simulator.server import make_app, serve
from universe.simulator.start import StartError, open_market


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8810, help="port to listen on (8810)")
    parser.add_argument("--market", default="simulated", help="simulated, or a folder of recorded days")
    parser.add_argument("--from", dest="first", help="market time to begin at: a date (10:00) or an ISO time")
    parser.add_argument("--speed", type=float, default=1.0, help="market seconds per second, 1 to 60")
    parser.add_argument("--state", type=Path, help="file that keeps market time over restarts")
    parser.add_argument("--seed", type=int, help="another invented market than the usual one")
    parser.add_argument("--listings", type=int, help="a smaller invented market, which starts sooner (8000)")
    parser.add_argument(
        "--plan",
        action="append",
        help="the vendors' plan: polygon=basic, starter, developer or advanced, fmp=basic, starter, premium "
        "or ultimate; with :limits behind it its limits on calls too; may be given twice",
    )


def run(options: Mapping[str, Any], say: Callable[[str], object]) -> None:
    """Open the market and serve it until a signal; StartError when it cannot be opened as asked."""
    market, server_options = open_market(
        options["market"],
        first=options["first"],
        speed=options["speed"],
        seed=options["seed"],
        listings=options.get("listings"),
        state_path=options["state"],
        environment=os.environ,
        today=dt.datetime.now(dt.UTC),
    )
    plans = _plans(options.get("plan") or ())
    say(
        f"{market.world.label(market.session())}: {market.now():%Y-%m-%d %H:%M} New York, "
        f"{len(market.world.listings):,} listings, http://{options['host']}:{options['port']}"
    )
    serve(make_app(market, server_options, plans), options["host"], options["port"])


def _plans(chosen: Sequence[str]) -> Plans:
    plans = Plans()
    for text in chosen:
        try:
            plans.choose_by_text(text)
        except PlanError as exc:
            raise StartError("--plan", f"is {text}, but {exc}") from exc
    return plans
