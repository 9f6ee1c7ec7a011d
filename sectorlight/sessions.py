"""Sessions in the cache and in PostgreSQL, as Django's ``cached_db``, and in memory for when both are away.

A session that this process has loaded lately goes on while neither server answers, so that who was logged in
still gets the last board. Memory is asked last, after PostgreSQL has failed: a session that was ended stays
ended wherever it can be known.
"""

from __future__ import annotations

import time
from typing import Any

from django.contrib.sessions.backends import cached_db
from django.db import InterfaceError, OperationalError

from sectors.last_known import LastKnown

KEPT, KEPT_SECONDS = 2_000, 12 * 3600
#: Session key to its data and the moment (monotonic seconds) at which it was loaded.
kept: LastKnown[tuple[dict[str, Any], float]] = LastKnown(KEPT)


class SessionStore(cached_db.SessionStore):
    def load(self) -> dict[str, Any]:
        try:
            data: dict[str, Any] = super().load()
        except (OperationalError, InterfaceError):
            known = kept.get(self.session_key)
            if known is None or time.monotonic() - known[1] > KEPT_SECONDS:
                raise
            return dict(known[0])
        if data:
            kept.keep(self.session_key, (dict(data), time.monotonic()))
        else:
            kept.drop(self.session_key)
        return data

    def delete(self, session_key: str | None = None) -> None:
        kept.drop(session_key or self.session_key)
        super().delete(session_key)
