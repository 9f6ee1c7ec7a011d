"""After a recovery to a point in time, which PostgreSQL does without us."""

from __future__ import annotations

from typing import Any

import redis
from django.core.management.base import BaseCommand, CommandError

from sectorlight.backup.errors import BackupError
from sectorlight.backup.standing import product_stopped, redis_forget, redis_refuse_away


class Command(BaseCommand):
    help = "Has Redis forget its board, for a database that went back to an earlier time."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            redis_refuse_away()
            with product_stopped():
                redis_forget()
        except (BackupError, redis.RedisError) as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(
            "Redis holds no board now. The first tick of SectorLight shows the newest stored one."
        )
