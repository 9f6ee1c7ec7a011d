"""Finding out what the plan of a key holds, in a few small questions."""

from __future__ import annotations

from universe.errors import NotEntitled, SourceError
from universe.sources import plan_of, transport_of


def plan_probe(vendor: str, *, most: int | None = None) -> SourceError | None:
    """Ask "polygon" or "fmp" what is not known of the key's plan yet; `plan_of` tells it afterwards. Of the
    table only the first ``most`` that can be probed.

    Gives the error that kept it from asking on: a key that is refused, a vendor that does not answer.
    """
    carries = transport_of(vendor)
    probed = [entry for entry in plan_of(vendor).entitlements() if entry.capability.probe is not None]
    for entry in probed[:most]:
        capability = entry.capability
        if entry.allowed is not None or capability.probe is None:
            continue
        try:
            carries.get(capability.path, capability.probe, timeout=5.0)
        except NotEntitled:
            continue
        except SourceError as exc:
            return exc
    return None
