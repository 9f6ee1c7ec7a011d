"""The copy of the checkout in which code is mutated, so that nothing is ever changed in place."""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / ".mutants"
FOLDERS = ("analysis", "sectors", "universe", "tests", "docs")
CONFIG: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
FILES: tuple[str, ...] = tuple(CONFIG["only_mutate"])
#: Few generated cases, since they run once a mutant; no stale bytecode, since sources change within a second.
ENVIRONMENT = os.environ | {"GENERATED_CASES": "20", "PYTHONDONTWRITEBYTECODE": "1"}
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Mutant:
    """``fate`` is killed, survived, or why it could not be told; only killed counts as noticed."""

    name: str
    fate: str

    @property
    def killed(self) -> bool:
        return self.fate == "killed"


def tree_copy() -> None:
    """A fresh copy: verdicts of an earlier run would not know of tests that changed since."""
    shutil.rmtree(TREE, ignore_errors=True)
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, TREE / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", TREE)
