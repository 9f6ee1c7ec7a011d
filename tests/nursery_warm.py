"""Loads what every simulated market loads; see `tests.nursery`."""

import datetime as dt

from universe import sessions
from universe.simulator import commandline
from universe.simulator.replay import world

#: The calendar is made at the first question.
LOADED = (commandline, world, sessions.is_session(dt.date(2026, 3, 31)))
