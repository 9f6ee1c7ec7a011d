"""One file that holds the whole database. docs/backup.md says how to have it made each day."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sectorlight.backup.errors import BackupError
from sectorlight.backup.making import backup_make
from sectorlight.backup.standing import database_for_backup
from sectorlight.backup.telling import Telling
from sectorlight.embedded.processes import EmbeddedError


class Command(BaseCommand):
    help = (
        "Writes the whole database into one file, while the product runs or not. The file holds "
        "password hashes "
        "and API tokens: keep it as you keep passwords."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "target",
            nargs="?",
            type=Path,
            default=None,
            help="A folder, where market and time name the file, or a file. Default: DATA_DIR/backups.",
        )
        parser.add_argument(
            "--keep",
            type=_count,
            default=0,
            metavar="N",
            help="Afterwards keep the newest N backups of this database in the folder and remove older ones.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["target"] or Path(settings.DATA_DIR) / "backups"
        telling = Telling(self.stdout)
        try:
            with telling.interruptible(), database_for_backup() as address:
                done = backup_make(
                    address, target, world=settings.MARKET_WORLD, keep=options["keep"], telling=telling
                )
        except (BackupError, EmbeddedError) as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(f"The backup could not be written: {exc}. No file was left.") from exc
        except KeyboardInterrupt:
            raise CommandError("Stopped. No file was left.") from None
        for board in done.manifest.facts.boards:
            telling.say(f"Its newest {board.world} board is of run {board.run_id}, SHA-256 {board.sha256}.")
        for path in done.removed:
            telling.say(f"Removed {path}.")
        telling.say("It holds password hashes and tokens. DATA_DIR/secrets and .env are not in it.")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number of backups; 1 is the least")
    return int(text)
