"""`python -m tests.proof`: every proof's table, or those named. Exit 1 when a promise is not kept."""

from __future__ import annotations

import sys

from tests.benchmarks.servers import database
from tests.proof import beats, deliveries, killed

#: In the order of their market times: Redis keeps the board that is newer.
PROOFS = {"beats": beats.run, "deliveries": deliveries.run, "killed": killed.run}


def main(wanted: set[str]) -> int:
    unknown = wanted - set(PROOFS)
    if unknown:
        print(f"No such proof: {', '.join(sorted(unknown))}. There are {', '.join(PROOFS)}.")
        return 2
    from django.core.management import call_command

    worst = 0
    with database():
        for name, run in PROOFS.items():
            if not wanted or name in wanted:
                worst = max(worst, run())
                call_command("flush", interactive=False, verbosity=0)
    return worst


if __name__ == "__main__":
    sys.exit(main(set(sys.argv[1:])))
