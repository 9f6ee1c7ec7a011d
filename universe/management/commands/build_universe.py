"""Build the universe of a session."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from universe.clock import market_now
from universe.errors import NotEnoughData
from universe.selectors import funnel, universe_current
from universe.services import snapshot_build
from universe.sessions import LAST_DAY, is_session, session_of


class Command(BaseCommand):
    help = "Build the universe of a session from stored data and print its funnel. An existing one stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--session", type=dt.date.fromisoformat, help="YYYY-MM-DD. Default: the market's today."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        session = options["session"] or session_of(market_now())
        if not is_session(session):
            raise CommandError(f"{session} is no exchange session; name a trading day.")
        newest = universe_current(LAST_DAY)
        if newest is not None and session < newest.session:
            raise CommandError(
                f"The universe of {newest.session} is stored: one of {session}, built now, would be made of "
                "facts that nobody knew then. Name a later session."
            )
        try:
            snapshot_build(session)
        except NotEnoughData as exc:
            raise CommandError(f"{exc} Run fetch_bars --session {session} first.") from exc
        found = funnel(session)
        assert found is not None
        for stage in found.stages:
            self.stdout.write(f"{stage['count']:>8,}  {stage['name']}")
        self.stdout.write(
            f"{found.core:,} core and {found.breadth:,} breadth members for {session}, built from "
            f"{found.built_from}; {found.target:,} are hoped for."
        )
        for criterion, count in found.relaxing.items():
            self.stdout.write(f"  without {criterion}: {count:,} more")
