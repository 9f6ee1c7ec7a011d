"""Every variable that the code reads stands in the README and in `.env.example`, and nothing else does."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import ROOT, sources

READERS = re.compile(r"^env_\w+$")
#: Switches for tests and for second folders, not for users.
INTERNAL = {"SECTORLIGHT_DOTENV", "SIMULATOR_URL", "SIMULATOR_TOKEN", "TEST_DATABASE_NAME"}


def _read_by_the_code() -> set[str]:
    names = set()
    for source in sources("sectorlight"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and READERS.match(node.func.id):
                names |= {
                    leaf.value
                    for leaf in ast.walk(node.args[0])
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and leaf.value.isupper()
                }
    return names


def test_every_setting_is_in_the_readme_and_nothing_else_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("## Settings")[1].split("\n## ")[0]
    told = {
        name for row in re.findall(r"^\| (`.*?) \|", table, re.M) for name in re.findall(r"`([A-Z_]+)`", row)
    }
    assert told == _read_by_the_code() - INTERNAL


def test_every_setting_is_in_the_example_file_and_nothing_else_is() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    told = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.M))
    assert told == _read_by_the_code() - INTERNAL
