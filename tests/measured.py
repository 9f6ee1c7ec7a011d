"""Of which tests coverage is measured. Measuring doubles what a long test costs.

`make test` measures the core by its own tests (tests/core.coveragerc), `make coverage` the whole product by
almost all tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ

import coverage
import pytest

from tests.nursery import MEASURED_CHILDREN

#: The tests of what tests/core.coveragerc names.
CORE_TESTS = (
    "tests/analysis/catalysts/",
    "tests/analysis/engine/",
    "tests/sectorlight/test_page_reads.py",
    "tests/sectors/test_board_fill.py",
    "tests/sectors/test_classification.py",
    "tests/sectors/test_classification_edges.py",
    "tests/sectors/test_figures.py",
    "tests/sectors/test_lights.py",
    "tests/universe/test_asking.py",
    "tests/universe/test_changes.py",
    "tests/universe/test_criteria",
    "tests/universe/test_gaps.py",
    "tests/universe/test_gates.py",
    "tests/universe/test_generations.py",
    "tests/universe/test_integrity.py",
    "tests/universe/test_spans.py",
    "tests/universe/test_statements.py",
)
#: What runs through code that is measured elsewhere, closer by.
UNMEASURED = ("unmeasured", "browser", "recorded")
#: Of the cases of one test the first ones are measured; the others run through the same code.
MEASURED_CASES = 3
_cases: Counter[str] = Counter()


@contextmanager
def measured(item: pytest.Item) -> Iterator[None]:
    """Measure what happens inside, or nothing of it and of the processes that it starts."""
    measuring = coverage.Coverage.current()
    if measuring is None or _is_measured(item, core_alone=bool(measuring.get_option("run:include"))):
        yield
        return
    passed_on = environ.pop(MEASURED_CHILDREN, None)
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()
        if passed_on is not None:
            environ[MEASURED_CHILDREN] = passed_on


def _is_measured(item: pytest.Item, *, core_alone: bool) -> bool:
    test = item.nodeid.partition("[")[0]
    _cases[test] += 1
    if _cases[test] > MEASURED_CASES or any(map(item.get_closest_marker, UNMEASURED)):
        return False
    return not core_alone or test.startswith(CORE_TESTS)
