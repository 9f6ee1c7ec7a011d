"""How a long service says how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    def __call__(self, done: int, total: int) -> None: ...


def unheard(done: int, total: int) -> None:
    """Nobody listens."""
