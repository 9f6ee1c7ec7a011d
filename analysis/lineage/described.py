"""How an input of a run is described: its facts without those that are not known, moments as ISO times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from analysis.inputs import Findings
from analysis.types import FloatArray, InputFrame
from sectors.types import LineageInput
from universe.models import VendorCall
from universe.selectors import Origin
from universe.sessions import ET

TODAY = ("30min", "1d", "3d", "1w")
#: The frames of a sector whose day has too few prints: those of the session before.
CARRIED = ("1d last session", "3d last session", "1w last session")
#: What weighs the members of a frame goes into these parts, who they are into all.
WEIGHING = (*TODAY, "volume", "technical")
EVERY = (*TODAY, *CARRIED, "volume", "catalyst", "technical")
#: What is no part of a score: it makes ranks, the relative light, the confidence.
BESIDE = ("beside",)
VENDORS = {"polygon": "Polygon", "fmp": "FMP"}


@dataclass(frozen=True, slots=True)
class Origins:
    """What is looked up once.

    ``symbols`` are the frame's members, ``sessions`` those before the run's, newest first; ``calls`` are by
    purpose, those of bars by "bars 2026-03-09"; ``asked`` are those that brought the run's prices. ``bars``
    tell of the six sessions of the closes: older bars are told of by their calls.
    """

    frame: InputFrame
    findings: Findings
    symbols: Sequence[str]
    sessions: Sequence[dt.date]
    bars: Mapping[dt.date, Origin]
    calls: Mapping[str, Sequence[VendorCall]]
    asked: Sequence[VendorCall]


def entry_of(name: str, words: str, *, parts: Sequence[str], **facts: Any) -> LineageInput:
    """An input without what is not known of it."""
    told = {fact: value for fact, value in facts.items() if value not in ("", [], None)}
    return cast(LineageInput, {"name": name, "words": words, "parts": list(parts), **told})


def known_of(values: FloatArray) -> dict[str, int]:
    return {"known": int(np.isfinite(values).sum()), "wanted": len(values)}


def moments_of(seconds: FloatArray) -> list[dt.datetime]:
    """The oldest and the newest of Unix seconds, NaN unknown; empty without any."""
    known = seconds[np.isfinite(seconds)]
    ends = (known.min(), known.max()) if known.size else ()
    return [dt.datetime.fromtimestamp(float(at), tz=ET) for at in ends]


def span_of(moments: Sequence[dt.datetime]) -> list[str]:
    """The oldest and the newest as ISO times of New York; one of them where they are the same, or none."""
    ends = sorted({min(moments), max(moments)}) if moments else []
    return [moment.astimezone(ET).isoformat() for moment in ends]


def received_of(calls: Sequence[VendorCall]) -> list[str]:
    return span_of([call.received_at for call in calls])


def ids_of(calls: Sequence[VendorCall]) -> list[int]:
    return [call.pk for call in calls]


def vendors(origins: Iterable[Origin]) -> str:
    names = sorted({VENDORS.get(name, name) for origin in origins for name in origin.sources})
    return ", ".join(names)


def vendor_words(calls: Sequence[VendorCall]) -> str:
    return ", ".join(sorted({VENDORS.get(call.vendor, call.vendor) for call in calls}))
