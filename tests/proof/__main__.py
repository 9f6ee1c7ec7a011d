"""`python -m tests.proof`: every proof's table, or those named. Exit 1 when a promise is not kept."""

from __future__ import annotations

import sys

from tests.benchmarks.servers import database
from tests.proof import beats, deliveries, killed, outages

#: In the order of their market times: Redis keeps the board that is newer.
PROOFS = {"beats": beats.run, "deliveries": deliveries.run, "killed": killed.run}
#: Those that start servers of their own, to stop them.
ALONE = {"outages": outages.run}


def main(wanted: set[str]) -> int:
    known = PROOFS | ALONE
    unknown = wanted - set(known)
    if unknown:
        print(f"No such proof: {', '.join(sorted(unknown))}. There are {', '.join(known)}.")
        return 2
    wanted = wanted or set(known)
    worst = max((run() for name, run in ALONE.items() if name in wanted), default=0)
    return max(worst, _on_one_database(wanted)) if wanted & set(PROOFS) else worst


def _on_one_database(wanted: set[str]) -> int:
    from django.core.management import call_command

    worst = 0
    with database():
        for name, run in PROOFS.items():
            if name in wanted:
                worst = max(worst, run())
                call_command("flush", interactive=False, verbosity=0)
    return worst


if __name__ == "__main__":
    sys.exit(main(set(sys.argv[1:])))
