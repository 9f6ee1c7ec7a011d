"""A process that has loaded the simulated market once, and is forked for every market that tests start.

Loading NumPy, pandas and the exchange's calendar costs several times what a small market costs. What runs in
the fork is ``python -m universe.simulator`` from its first line on.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path

import coverage

#: What coverage tells a child process to measure, if there is such a process.
MEASURED_CHILDREN = "COVERAGE_PROCESS_CONFIG"
#: Imported in the nursery, which forgets to complain when it cannot.
PRELOADED = ["tests.nursery", "tests.nursery_warm"]

_context = get_context("forkserver")


def market_process(words: Sequence[str], environment: Mapping[str, str], *, log: Path) -> BaseProcess:
    """``python -m universe.simulator`` with ``words``, not started; its output goes to ``log``."""
    _open()
    return _context.Process(target=_run, args=(list(words), dict(environment), log), daemon=True)


def _open() -> None:
    """Start the nursery unless it runs. It is not measured itself: each fork says whether it is."""
    passed_on = os.environ.pop(MEASURED_CHILDREN, None)
    try:
        _context.set_forkserver_preload(PRELOADED)
        resource_tracker.ensure_running()
        forkserver.ensure_running()
    finally:
        if passed_on is not None:
            os.environ[MEASURED_CHILDREN] = passed_on


def _run(words: list[str], environment: dict[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with log.open("wb") as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())
    coverage.process_startup()
    sys.argv = ["universe.simulator", *words]
    runpy.run_module("universe.simulator", run_name="__main__", alter_sys=True)
