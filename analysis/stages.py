"""The stages of a run in their order, and which part of its percent each takes.

A share follows the time that a stage usually takes: a run that must build a universe first spends nearly all
of it there, any other one waits mostly for prices. Pure.
"""

from __future__ import annotations

from analysis.models import RunKind

#: Shares of a run whose universe stands.
SHARES = {
    "universe": 1,
    "releases": 2,
    "catalysts": 4,
    "prices": 14,
    "frame": 8,
    "score": 2,
    "next_universe": 0,
    "publish": 3,
}
STAGES = tuple(SHARES)
#: A universe that has to be fetched and built, as many shares as all else twice over.
BUILD_SHARE = 70
#: The light of one sector again, from stored inputs.
REWEIGH_SHARES = {"frame": 1, "score": 2, "publish": 1}

Spans = dict[str, tuple[int, int]]


def stage_spans(kind: str, *, builds: bool) -> Spans:
    """First and last percent (0 to 100) of each stage; ``builds``: the session's universe is not there yet.

    >>> stage_spans("reweight", builds=False)
    {'frame': (0, 25), 'score': (25, 75), 'publish': (75, 100)}
    """
    if kind == RunKind.REWEIGHT:
        shares = REWEIGH_SHARES
    else:
        shares = SHARES | ({"universe": BUILD_SHARE} if builds else {})
        shares |= {"next_universe": BUILD_SHARE} if kind == RunKind.COMPREHENSIVE else {}
    whole, before, spans = sum(shares.values()), 0, Spans()
    for name, share in shares.items():
        spans[name] = (100 * before // whole, 100 * (before + share) // whole)
        before += share
    return spans
