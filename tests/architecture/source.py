"""The product's own source files, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: From the top down: each may import only what stands to its right.
APPS = ("sectorlight", "analysis", "sectors", "universe")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: ``module`` is its dotted name, ``path`` is relative to the checkout."""

    module: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def app(self) -> str:
        return self.module.split(".")[0]


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file of ``folders`` (the four apps when none is named), without migrations."""
    found = []
    for folder in folders or APPS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            relative = path.relative_to(ROOT)
            if "migrations" in relative.parts:
                continue
            text = path.read_text(encoding="utf-8")
            dotted = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            found.append(Source(dotted, relative, text, ast.parse(text)))
    return tuple(found)


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports, also inside functions and under TYPE_CHECKING.

    ``from a.b import c`` gives "a.b.c", since c may be a module.
    """
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def functions(source: Source) -> Iterator[tuple[str, int]]:
    """(name, lines of the body without its docstring) of every function and method."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            if ast.get_docstring(node) is not None:
                body = body[1:]
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            yield node.name, length
