"""Asking about many symbols side by side ends with its reader."""

from __future__ import annotations

import threading
from collections import Counter

from universe.services.asking import IN_FLIGHT, answers


def test_a_reader_that_takes_no_more_ends_the_asking() -> None:
    asked: list[str] = []
    answer_now = threading.Event()

    def ask(symbol: str) -> str:
        asked.append(symbol)
        if symbol != "S0":
            assert answer_now.wait(30)
        return symbol

    told = answers(ask, [f"S{n}" for n in range(100)], failed="failed", counts=Counter())
    assert next(told) == "S0"
    threading.Timer(1.0, answer_now.set).start()
    told.close()
    assert len(asked) <= 2 * IN_FLIGHT
