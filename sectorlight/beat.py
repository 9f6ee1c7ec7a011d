"""Beat's timetable from the database, which an outage of PostgreSQL neither ends nor empties.

django-celery-beat reads all of it anew every five minutes, and a read that fails ends the process. A beat
that dies again and again would take the whole family with it.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections
from django_celery_beat.schedulers import DatabaseScheduler

from sectors.outages import OutageLog

AGAIN_SECONDS = 2.0

logger = logging.getLogger(__name__)
outage = OutageLog(logger, "PostgreSQL", "beat goes on with the timetable that it has")


class EnduringScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Goes on with the timetable that it has read; a beat that has none yet waits for the database."""

    def all_as_schedule(self) -> dict[str, Any]:
        while True:
            try:
                found: dict[str, Any] = super().all_as_schedule()
            except (OperationalError, InterfaceError) as exc:
                outage.failed(exc)
                close_old_connections()
                if self._schedule is not None:
                    return dict(self._schedule)
                time.sleep(AGAIN_SECONDS)
            else:
                outage.answered()
                return found
