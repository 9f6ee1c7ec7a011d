"""What can go wrong in `analysis`, and what the program does about it.

AnalysisError
├── RunRefused           the request is refused with words; nothing was started or ended
│   ├── RunLimitReached  the user has asked for as many runs as an hour allows
│   ├── KeysSpent        one run has as many names of the user's as it may
│   ├── KeyTaken         the user's key names another wish
│   ├── RunAtWork        the user's own run has not ended yet
│   ├── RunForbidden     the run is not this user's to cancel
│   ├── RunSettled       the run has come too far for what was asked
│   └── MarketSilent     the market does not tell its time; worth a retry
├── RunCancelled         somebody cancelled the run; its worker ends it and publishes nothing
├── PricesMissing        the run fails with words; the board keeps the last known readings
├── RunLost              this worker no longer owns the run; it stops without publishing anything
├── CeilingPassed        the run took too long; it ends without publishing, the board is carried forward
└── EvaluationRefused    the command ends with words and writes nothing
"""

from __future__ import annotations

import datetime as dt
import math


class AnalysisError(Exception):
    """Base of every error of this app."""


class RunRefused(AnalysisError):
    """A run that somebody asked for cannot be started now; the text says why and what happens next."""


class RunLimitReached(RunRefused):
    """A user has asked for as many runs as an hour allows; ``free_in`` is the wait for the next.

    A length and no time of day: the limit goes by the wall's hour, and every time on a page is the market's.
    """

    def __init__(self, allowed: int, free_in: dt.timedelta) -> None:
        self.allowed = allowed
        self.free_in = free_in
        # Rounded up: after so many minutes it is free.
        minutes = max(1, math.ceil(free_in / dt.timedelta(minutes=1)))
        runs = f"{allowed} run{'s' if allowed != 1 else ''}"
        super().__init__(f"{runs} this hour, the most allowed. The next is free in {minutes} min.")


class KeysSpent(RunRefused):
    """A user has given one run as many keys as it may have: that many names for one run are a fault."""

    def __init__(self, run_id: int, allowed: int) -> None:
        super().__init__(
            f"Run {run_id} has {allowed} of your keys already, the most allowed. Use one of them, or none."
        )


class KeyTaken(RunRefused):
    """The key was used for another wish: ``again`` is the run that was wanted again with it, if any."""

    def __init__(self, key: str, run_id: int, again: int | None) -> None:
        wish = "a fresh analysis" if again is None else f"run {again} again"
        super().__init__(
            f"The key “{key}” was used to ask for {wish}, and got run {run_id}. Use a key of its own for "
            "each wish."
        )


class RunAtWork(RunRefused):
    """One run per user at a time: the one before waits, works or is being cancelled."""


class RunForbidden(RunRefused):
    """Others wait for the run, or it is not this user's: only an admin may cancel it."""


class RunSettled(RunRefused):
    """The run has ended, or is being published, or ended in a way that leaves nothing to do again."""


class MarketSilent(RunRefused):
    """The market does not tell its time, so that no run can be given a moment."""

    def __init__(self) -> None:
        super().__init__("The market does not tell its time just now; it is asked again by itself.")


class RunCancelled(AnalysisError):
    """The run that this worker does was cancelled."""


class PricesMissing(AnalysisError):
    """No usable price has come, or no member is there to have one: there is nothing new to publish."""


class RunLost(AnalysisError):
    """The run was given to another worker, because this one was silent for too long."""


class CeilingPassed(AnalysisError):
    """The run has worked for as long as it may; the text says how long that is and what it was doing."""

    def __init__(self, seconds: float, words: str) -> None:
        super().__init__(
            f"The run took longer than the {seconds:g} s it may, while {words}. The board keeps its last "
            "readings; the vendors' lines on the operations page may say what was slow."
        )


class EvaluationRefused(AnalysisError):
    """The evaluation cannot judge what it was given: drawn prices, or no session; the text says which."""
