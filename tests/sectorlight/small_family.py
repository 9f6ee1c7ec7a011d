"""A supervisor with dummy children, run by path: ``small_family.py KIND``. It prints what it says."""

from __future__ import annotations

import signal
import sys

from sectorlight.embedded import supervisor
from sectorlight.embedded.processes import Program
from sectorlight.embedded.supervisor import Family, FamilyEnded, Patience
from sectorlight.embedded.terminal import Output

# "calm" has a child of its own, as a pool would; "tied" is one process.
CALM = 'trap "exit 0" TERM; sleep 300 & echo calm $$ $!; wait'
TIED = "echo tied $$; exec sleep 300"
STUBBORN = 'trap "" TERM INT; echo stubborn $$; while :; do sleep 0.1; done'
SERVER = 'trap "echo goodbye; exit 0" INT; echo server $$; while :; do sleep 0.05; done'
HOPELESS = "echo no luck; exit 3"
KINDS = {
    "calm": [CALM],
    "tied": [TIED, TIED],
    "stubborn": [CALM, STUBBORN],
    "waited for": [CALM, STUBBORN],
    "hopeless": [TIED, HOPELESS],
}


def main(kind: str) -> None:
    say = Output(sys.stdout)
    family = Family(say, Patience(deaths=3, window=30, pause=0.05))
    family.obey_signals()
    if kind == "waited for":
        supervisor.GRACE_CLIENTS = 600.0
    try:
        if kind == "calm":
            server = Program("server", ("/bin/sh", "-c", SERVER), stop=signal.SIGINT, orphaned=signal.SIGINT)
            family.start(server, is_server=True)
        for number, script in enumerate(KINDS[kind]):
            family.start(Program(f"child{number}", ("/bin/sh", "-c", script)))
        family.run()
    except FamilyEnded as exc:
        say(f"ended: {exc}")
        sys.exit(1)
    finally:
        family.stop()
        say("stopped")


if __name__ == "__main__":
    main(sys.argv[1])
