"""What mutmut changes: the bodies of functions. It forks for each mutant and runs the tests that reach it."""

from __future__ import annotations

import json
import os
import subprocess

from tests.mutation.tree import ENVIRONMENT, PYTHON, TREE, Mutant

#: Two processes, as many as the tests take; WORKERS=1 leaves room on a busy machine.
WORKERS = os.environ.get("WORKERS", "2")
#: mutmut's exit codes: a failed test, and an error inside pytest.
KILLED = (1, 3)
FATES: dict[int | None, str] = {
    0: "survived",
    5: "no test reaches it",
    33: "no test reaches it",
    None: "not tried",
}


def run() -> bool:
    """Whether mutmut came to its end; its own words are on the terminal when it did not."""
    command = [PYTHON, "-m", "mutmut", "run", "--max-children", WORKERS]
    done = subprocess.run(command, cwd=TREE, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(done.stdout[-4000:])
    return done.returncode == 0


def mutants(file: str) -> list[Mutant]:
    """The mutants of one file as mutmut has stored them. A timeout is no kill: a busy machine makes them."""
    verdicts = json.loads((TREE / "mutants" / f"{file}.meta").read_text())["exit_code_by_key"]
    return [Mutant(name, _fate(code)) for name, code in verdicts.items()]


def _fate(code: int | None) -> str:
    return "killed" if code in KILLED else FATES.get(code, f"exit code {code}")
