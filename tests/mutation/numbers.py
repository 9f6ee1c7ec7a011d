"""What mutmut leaves alone: the numbers outside functions, such as edges, points and limits.

Each is moved a little, whole numbers by one or a hundredth, others by a hundredth, and the tests run on it.
They pass on the unchanged code: mutmut, which comes first, has seen to that.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator

from tests.mutation.tree import CONFIG, ENVIRONMENT, PYTHON, TREE, Mutant

#: The text of a Decimal.
DECIMAL = re.compile(r"-?\d+\.\d+")
SKIPPED = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
#: Failed tests, and a module that no longer imports.
KILLED = (1, 2)
LIMIT_SECONDS = 120


def mutants(file: str) -> list[Mutant]:
    path = TREE / file
    original = path.read_text()
    found = []
    try:
        for node in _numbers(ast.parse(original)):
            new = _moved(node.value)
            path.write_text(_replaced(original, node, new))
            found.append(Mutant(f"{file}:{node.lineno} {node.value!r} as {new}", _fate()))
    finally:
        path.write_text(original)
    return found


def _numbers(module: ast.Module) -> Iterator[ast.Constant]:
    for statement in module.body:
        if not isinstance(statement, SKIPPED):
            for node in ast.walk(statement):
                if isinstance(node, ast.Constant) and _moved(node.value):
                    yield node


def _moved(value: object) -> str:
    """The source of a number close by; "" for what is no number."""
    if isinstance(value, str):
        return repr(f"{value}01") if DECIMAL.fullmatch(value) else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return repr(value + max(1, value // 100) if isinstance(value, int) else value * 1.01 or 0.01)


def _replaced(source: str, node: ast.Constant, new: str) -> str:
    lines = source.splitlines(keepends=True)
    row = lines[node.lineno - 1].encode()
    lines[node.lineno - 1] = (row[: node.col_offset] + new.encode() + row[node.end_col_offset :]).decode()
    return "".join(lines)


def _fate() -> str:
    """What the tests say about the tree as it is."""
    tests = CONFIG["pytest_add_cli_args_test_selection"]
    command = [PYTHON, "-m", "pytest", "-x", "-q", *CONFIG["pytest_add_cli_args"], *tests]
    try:
        code = subprocess.run(
            command, cwd=TREE, env=ENVIRONMENT, capture_output=True, timeout=LIMIT_SECONDS
        ).returncode
    except subprocess.TimeoutExpired:
        return "timeout"
    return "killed" if code in KILLED else "survived" if code == 0 else f"exit code {code}"
