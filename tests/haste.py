"""How fast the vendors of the tests may be asked, and how soon again after a failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from universe.sources import http, plans
from universe.sources.budget import Pace
from universe.sources.mcp import door as mcp_door

Paces = Mapping[str, Mapping[str, Pace]]

REAL: Paces = {vendor: dict(paces) for vendor, paces in plans.PACES.items()}
REAL_BACKOFF_SECONDS = http.BACKOFF_SECONDS
#: A thousand times what a plan allows in a minute; the calls of a day are as many as they are.
HASTY: Paces = {
    vendor: {plan: replace(pace, per_minute=1000 * pace.per_minute) for plan, pace in paces.items()}
    for vendor, paces in REAL.items()
}
HASTY_BACKOFF_SECONDS = 0.01


def pace_set(patch: pytest.MonkeyPatch, paces: Paces, backoff_seconds: float) -> None:
    """For this process, until ``patch`` is undone."""
    for vendor, known in paces.items():
        patch.setitem(plans.PACES, vendor, known)  # type: ignore[arg-type]
    for module in (http, mcp_door):
        patch.setattr(module, "BACKOFF_SECONDS", backoff_seconds)
