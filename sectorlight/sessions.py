"""Sessions in the cache and in PostgreSQL, as Django's ``cached_db``, and in memory for when both are away.

A session that this process has loaded lately goes on while neither server answers, so that who was logged in
still gets the last board. Memory is asked last, after PostgreSQL has failed.

Redis may have lost that a session was ended, or was restarted with a state from before. So it decides
nothing while PostgreSQL answers: the query for the user asks for the session's row too (`session_stands`),
and what this process has ended stays ended for it without any server.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import cached_db
from django.db import InterfaceError, OperationalError
from django.db.models import BooleanField, Exists, Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from sectors.last_known import LastKnown

KEPT, KEPT_SECONDS = 2_000, 12 * 3600
#: Session key to its data and the moment (monotonic seconds) at which it was loaded.
kept: LastKnown[tuple[dict[str, Any], float]] = LastKnown(KEPT)
#: Keys that were ended here; a key is never given twice.
_ended: LastKnown[bool] = LastKnown(KEPT)
#: The user's id, as it stands in the session, and the key of the session loaded last in this context.
_loaded: ContextVar[tuple[str, str] | None] = ContextVar("session_loaded", default=None)


class SessionStore(cached_db.SessionStore):
    def load(self) -> dict[str, Any]:
        data = self._found()
        user = data.get(SESSION_KEY)
        _loaded.set((str(user), self.session_key) if user and self.session_key else None)
        return data

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    def _found(self) -> dict[str, Any]:
        if _ended.get(self.session_key):
            self._session_key = None
            return {}
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
        if key := session_key or self.session_key:
            _ended.keep(key, True)
            kept.drop(key)
        _loaded.set(None)
        super().delete(session_key)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)

    def forget(self) -> None:
        """Drop the copies of a session that has no row any more."""
        if key := self.session_key:
            kept.drop(key)
            self._cache.delete(self.cache_key)  # type: ignore[attr-defined]


def session_loaded(user_id: Any) -> str | None:
    """The key of the session that names this user and was loaded for the request at work; None without."""
    loaded = _loaded.get()
    return loaded[1] if loaded and loaded[0] == str(user_id) else None


def session_stands(key: str | None) -> Combinable:
    """Whether PostgreSQL has the session, as a part of another query; true where none is asked for."""
    if key is None:
        return Value(True, output_field=BooleanField())
    return Exists(SessionStore().model.objects.filter(session_key=key, expire_date__gt=timezone.now()))
