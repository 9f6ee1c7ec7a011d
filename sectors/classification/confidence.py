"""How often a sector with such hints for it and against it is right. Pure.

The log-odds of being right are a sum. The strongest hint for the sector counts nearly whole; each further one
much less, since sources copy one another; what speaks for other sectors counts against it. A hint pulls by
its own log-odds above chance. More agreement never lowers the result, whatever its order.

The constants are fitted to index holdings, all companies at once (docs/classification.md has the figures, and
those of companies left out of the fit).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log

from sectors.places import SLUGS

#: Log-odds of being right by chance, one of eight, with the sign turned.
CHANCE = log(len(SLUGS) - 1)
#: Nothing is certain: companies change, and vendors keep old profiles.
CEILING = 0.99


@dataclass(frozen=True, slots=True)
class Pulls:
    """Log-odds above chance: of the strongest hint for a sector, of the further ones together, and of those
    against it together (zero or more)."""

    strongest: float
    further: float
    against: float


@dataclass(frozen=True, slots=True)
class Constants:
    start: float
    strongest: float
    further: float
    against: float


CONSTANTS = Constants(start=-2.31, strongest=1.09, further=0.30, against=0.91)


def pulls(likely: Iterable[float]) -> Pulls:
    """From what each hint makes of one sector, above 0 and below 1: 1/8 says nothing."""
    said = sorted((log(share / (1 - share)) + CHANCE for share in likely), reverse=True)
    agreeing = [pull for pull in said if pull > 0]
    against = -sum(pull for pull in said if pull < 0)
    return Pulls(agreeing[0] if agreeing else 0.0, sum(agreeing[1:]), against)


def confidence(pulls: Pulls, constants: Constants = CONSTANTS) -> float:
    """0 to `CEILING`."""
    odds = constants.start + constants.strongest * pulls.strongest + constants.further * pulls.further
    return min(CEILING, 1 / (1 + exp(constants.against * pulls.against - odds)))
