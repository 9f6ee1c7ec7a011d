"""Say once that a dependency is away, and once that it is back."""

from __future__ import annotations

import logging
import threading


class OutageLog:
    """One per dependency and process; safe from several threads."""

    def __init__(self, logger: logging.Logger, thing: str, effect: str) -> None:
        self._logger = logger
        self._thing = thing
        self._effect = effect
        self._lock = threading.Lock()
        self._is_away = False

    @property
    def is_away(self) -> bool:
        """Whether it failed when it was told of last."""
        return self._is_away

    def failed(self, exc: BaseException) -> None:
        with self._lock:
            is_news, self._is_away = not self._is_away, True
        if is_news:
            self._logger.warning("%s does not answer (%s): %s", self._thing, type(exc).__name__, self._effect)

    def answered(self) -> None:
        with self._lock:
            is_news, self._is_away = self._is_away, False
        if is_news:
            self._logger.info("%s answers again", self._thing)
