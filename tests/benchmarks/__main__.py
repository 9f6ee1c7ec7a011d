"""`python -m tests.benchmarks`: every benchmark's table, or those named. Exit 1 when two methods disagree on
the numbers."""

from __future__ import annotations

import sys

from tests.benchmarks import engine, ingest, listings, lookups, ondemand, storage, vendors, whatif
from tests.benchmarks.servers import database

ALONE = {"engine": engine.run, "listings": listings.run}
#: Those before the last leave their database as they found it.
WITH_DATABASE = {
    "lookups": lookups.run,
    "ingest": ingest.run,
    "whatif": whatif.run,
    "ondemand": ondemand.run,
    "vendors": vendors.run,
    "storage": storage.run,
}


def main(wanted: set[str]) -> int:
    unknown = wanted - {*ALONE, *WITH_DATABASE}
    if unknown:
        known = ", ".join([*ALONE, *WITH_DATABASE])
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are {known}.")
        return 2
    worst = [run() for name, run in ALONE.items() if not wanted or name in wanted]
    served = [run for name, run in WITH_DATABASE.items() if not wanted or name in wanted]
    if served:
        with database():
            worst += [run() for run in served]
    return max(worst)


if __name__ == "__main__":
    sys.exit(main(set(sys.argv[1:])))
