"""``python -m universe.simulator``: the simulated market without Django, a second sooner."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from universe.simulator.commandline import add_arguments, run
from universe.simulator.start import StartError


def main() -> int:
    parser = ArgumentParser(prog="python -m universe.simulator", description="Run the simulated market.")
    add_arguments(parser)
    try:
        run(vars(parser.parse_args()), lambda line: sys.stdout.write(line + "\n"))
    except StartError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


sys.exit(main())
