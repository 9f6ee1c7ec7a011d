"""Fetch listings, facts, splits and daily bars."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from universe.clock import market_now
from universe.errors import SourceError
from universe.services import bars_refresh, facts_refresh, listings_refresh, splits_refresh
from universe.sessions import next_session, session_of


class Command(BaseCommand):
    help = "Fetch listings, facts, splits and the daily bars that are missing. Running it twice is harmless."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--session",
            type=dt.date.fromisoformat,
            help="The session to prepare, YYYY-MM-DD, itself not fetched. Default: the market's today.",
        )
        parser.add_argument(
            "--sessions", type=int, default=62, help="How many sessions before it are wanted (62)."
        )
        parser.add_argument(
            "--bars-only", action="store_true", help="Leave listings, facts and splits as they are."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        session = options["session"] or session_of(market_now())
        if options["sessions"] < 1:
            raise CommandError(f"--sessions is {options['sessions']}; ask for at least one session.")
        try:
            if not options["bars_only"]:
                self._say("listings", listings_refresh())
                self._say("facts", facts_refresh())
                self._say("splits", splits_refresh(session))
            self._say("bars", bars_refresh(session, sessions=options["sessions"]))
        except SourceError as exc:
            raise CommandError(f"{exc}") from exc
        self.stdout.write(f"Ready for the universe of {session}; the one after is {next_session(session)}.")

    def _say(self, what: str, counts: dict[str, int]) -> None:
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        self.stdout.write(f"{what}: {told or 'nothing new'}")
