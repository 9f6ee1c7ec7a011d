"""Files and functions stay small enough to be read in one sitting."""

from __future__ import annotations

import statistics

from tests.architecture.source import ROOT, functions, sources
from tests.longest import LONGEST

FILE_LINES = 400
TEST_FILE_LINES = 500
FUNCTION_LINES = 60
PAGE_LINES, PARTIAL_LINES, SCRIPT_LINES = 150, 40, 200


def _too_long(pattern: str, folder: str, bound: int, *, partial: bool | None = None) -> list[str]:
    found = []
    for path in sorted((ROOT / folder).rglob(pattern)):
        if partial is not None and path.name.startswith("_") != partial:
            continue
        if "vendor" in path.parts:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > bound:
            found.append(f"{path.relative_to(ROOT)}: {lines} lines, at most {bound}")
    return found


def test_no_file_is_longer_than_its_budget() -> None:
    long = [
        f"{source.path}: {count} lines, at most {FILE_LINES}"
        for source in sources()
        if (count := len(source.text.splitlines())) > FILE_LINES
    ]
    assert long + _too_long("*.py", "tests", TEST_FILE_LINES) == []


def test_no_function_is_longer_than_its_budget() -> None:
    long = [
        f"{source.path}: {name} has {lines} lines, at most {FUNCTION_LINES}"
        for source in sources()
        for name, lines in functions(source)
        if lines > FUNCTION_LINES
    ]
    assert long == []


def test_half_of_all_functions_are_short_and_almost_all_moderate() -> None:
    lengths = sorted(lines for source in sources() for _, lines in functions(source))
    assert statistics.median(lengths) <= 8
    assert lengths[int(0.95 * len(lengths))] <= 40


def test_templates_and_scripts_are_short() -> None:
    long = [
        *_too_long("*.html", "templates", PAGE_LINES, partial=False),
        *_too_long("_*.html", "templates", PARTIAL_LINES, partial=True),
        *_too_long("*.js", "static", SCRIPT_LINES),
    ]
    assert long == []


def test_the_files_that_begin_first_are_there() -> None:
    assert [path for path in LONGEST if not (ROOT / path).is_file()] == []
