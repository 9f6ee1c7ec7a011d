"""Where each input of a run came from: vendor, call, moment, and the rule or revision that made it so.

One function an input, in `INPUTS`; each takes the run's `Origins` and gives what `sectors.types.LineageInput`
describes. An input that is read in a later version gets a function and a line there, and its ``parts`` name
the parts of the score that it goes into. What came before the run, by the minute stream or by an earlier run,
says so: the stream has no call to name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analysis.engine.frames import CLOSES
from analysis.engine.history import USUAL_DEPTH
from analysis.inputs import Findings
from analysis.lineage.catalysts import catalysts
from analysis.lineage.described import VENDORS, Origins
from analysis.lineage.night import night
from analysis.lineage.prices import (
    benchmark,
    closes,
    day_volumes,
    last_prices,
    references,
    splits,
    usual_volumes,
    volumes,
)
from analysis.lineage.revisions import events, facts, membership, parameters, weights
from analysis.types import InputFrame
from sectors.types import Lineage, LineageCall, LineageInput
from universe.models import VendorCall
from universe.selectors import bar_origins, calls_by_subject, calls_named, calls_newest
from universe.sessions import session_offset

VERSION = 1
#: By what the calls of a run are told: its session, or the newest of all.
OF_SESSION = ("minutes", "splits", "releases", "confirmation")
NEWEST = ("facts", "floats", "short_interest")

#: Every input of a run, in the order in which it is shown.
INPUTS: tuple[Callable[[Origins], Iterable[LineageInput]], ...] = (
    last_prices,
    references,
    closes,
    night,
    day_volumes,
    volumes,
    usual_volumes,
    splits,
    membership,
    weights,
    parameters,
    catalysts,
    benchmark,
    facts,
    events,
)


def lineage_build(frame: InputFrame, findings: Findings) -> Lineage:
    """The lineage of a run's frame. A few kilobytes of JSON; each call stands in it once."""
    origins = _origins(frame, findings)
    inputs = [entry for describe in INPUTS for entry in describe(origins)]
    named = {number for entry in inputs for number in entry.get("calls", [])}
    return Lineage(version=VERSION, inputs=inputs, calls=[_call(row) for row in calls_named(named)])


def _origins(frame: InputFrame, findings: Findings) -> Origins:
    symbols = [str(symbol) for symbol in frame.members.symbol]
    sessions = [session_offset(frame.session, -back) for back in range(1, USUAL_DEPTH + 1)]
    calls = calls_by_subject(("bars",), sessions) | {
        key.split(" ")[0]: rows for key, rows in calls_by_subject(OF_SESSION, [frame.session]).items()
    }
    report = findings.report
    return Origins(
        frame=frame,
        findings=findings,
        symbols=symbols,
        sessions=sessions,
        bars=bar_origins(sessions[:CLOSES], symbols),
        calls=calls | calls_newest(NEWEST),
        asked=calls_named(report.calls) if report else [],
    )


def _call(row: VendorCall) -> LineageCall:
    return LineageCall(
        id=row.pk,
        vendor=VENDORS.get(row.vendor, row.vendor),
        transport=row.transport,
        path=row.path,
        request_id=row.request_id,
        received_at=row.received_at.isoformat(),
        rows=row.rows,
        asked=row.asked,
    )
