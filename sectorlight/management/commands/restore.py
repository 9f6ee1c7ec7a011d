"""A backup back into the database. docs/backup.md has the steps for a new machine."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sectorlight.backup.errors import BackupError
from sectorlight.backup.restoring import Restored, backup_restore
from sectorlight.backup.standing import database_for_restore, redis_forget, redis_refuse_away
from sectorlight.backup.telling import Telling
from sectorlight.embedded.processes import EmbeddedError


class Command(BaseCommand):
    help = "Puts a backup into the database, which is empty or --replace is given. Stop the product first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="What `manage.py backup` wrote.")
        parser.add_argument(
            "--replace", action="store_true", help="Remove what the database holds; asks first on a terminal."
        )
        parser.add_argument("--yes", action="store_true", help="With --replace: do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        telling = Telling(self.stdout)
        try:
            redis_refuse_away()
            with telling.interruptible(), database_for_restore() as address:
                done = backup_restore(
                    options["file"],
                    address,
                    world=settings.MARKET_WORLD,
                    agreed=lambda tables: self._agreed(tables, address.name, options),
                    # From here on Ctrl-C would leave Redis with the board of a database that is gone.
                    committing=telling.hold_on,
                    telling=telling,
                )
                redis_forget()
        except (BackupError, EmbeddedError) as exc:
            raise CommandError(str(exc)) from exc
        except redis.RedisError as exc:
            raise CommandError(
                f"The database is restored, but Redis still holds the old board ({exc}). Start "
                "Redis and restore "
                "once more, or empty it, before SectorLight starts."
            ) from exc
        except KeyboardInterrupt:
            raise CommandError("Stopped. The database is as it was.") from None
        self._tell(done, telling)

    def _agreed(self, tables: int, name: str, options: dict[str, Any]) -> bool:
        if not options["replace"]:
            return False
        if options["yes"]:
            return True
        if not sys.stdin.isatty():
            raise BackupError(
                f"--replace removes the {tables} tables of database {name} and asks on a terminal "
                "first. There is "
                "none: add --yes. Nothing was changed."
            )
        asked = f"The {tables} tables of database {name} are removed once the backup is loaded. Type yes: "
        # Ctrl-D is no answer, and so no yes.
        with suppress(EOFError):
            if input(asked).strip().lower() == "yes":
                return True
        raise BackupError("Nothing was changed.")

    def _tell(self, done: Restored, telling: Telling) -> None:
        made = f"{done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
        telling.say(
            f"Restored the backup of {made}: {done.rows:,} rows, all counts as saved, in "
            f"{done.seconds:.1f} s."
        )
        for board in done.boards:
            telling.say(
                f"The newest {board.world} board is of run {board.run_id}, SHA-256 {board.sha256}, as saved."
            )
        if done.migrated:
            telling.say(f"{done.migrated} newer migrations were applied.")
        telling.say("Start SectorLight; its first tick shows the restored board.")
