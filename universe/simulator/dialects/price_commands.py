"""The control's commands that a truth test needs: a bad print, a split, another name."""

from __future__ import annotations

import re
from typing import Any

from universe.sessions import next_session
from universe.simulator.amended import HandSplit, Rename
from universe.simulator.dialects.answers import Row
from universe.simulator.dialects.commands import CommandError, Commands, listed_row, number_of
from universe.simulator.market import Market
from universe.simulator.world import SplitEvent
from universe.types import Session

PRINT_SECONDS = 60.0
_SYMBOL = re.compile(r"[A-Z]{1,5}(\.[A-Z]{1,2})?")


class PriceCommands:
    def __init__(self, market: Market) -> None:
        self._market = market

    def commands(self) -> Commands:
        return {"print": self._print, "split": self._split, "rename": self._rename}

    def _print(self, value: Any) -> Row:
        row = listed_row(self._market, value)
        percent = number_of(value, "percent", -99, 100_000)
        seconds = number_of(value, "seconds", 1, 3600) if "seconds" in value else PRINT_SECONDS
        bad = self._market.bad_print(row, percent, seconds)
        return {"printed": value["symbol"], "price": bad.price, "until": bad.until.isoformat()}

    def _split(self, value: Any) -> Row:
        row = listed_row(self._market, value)
        ratio = number_of(value, "from", 1, 1000), number_of(value, "to", 1, 1000)
        if ratio[0] == ratio[1]:
            raise CommandError("'from' and 'to' are the same, but a split turns so many shares into others")
        listed = value.get("listed", True)
        if not isinstance(listed, bool):
            raise CommandError(f"'listed' is {listed!r}, but must be true or false")
        session = self._next_session()
        self._market.amend(splits=[HandSplit(SplitEvent(row, session, *ratio), listed)])
        return {"split": value["symbol"], "session": session.isoformat()}

    def _rename(self, value: Any) -> Row:
        row = listed_row(self._market, value)
        name = value.get("to")
        if not isinstance(name, str) or not _SYMBOL.fullmatch(name):
            raise CommandError(f"'to' is {name!r}, but must be a ticker such as WXYZ or WXYZ.A")
        session = self._next_session()
        if name in self._market.world.listings_on(session).index:
            raise CommandError(f"'to' is {name!r}, which is listed already")
        self._market.amend(renames=[Rename(row, name, session)])
        return {"renamed": value["symbol"], "to": name, "session": session.isoformat()}

    def _next_session(self) -> Session:
        today, last = self._market.session(), self._market.world.last_session
        if last is not None and today >= last:
            raise CommandError(f"there is no session after {last}, the recording's last one")
        return next_session(today)
