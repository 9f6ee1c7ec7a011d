"""Store the daily bars of a file."""

from __future__ import annotations

import sys
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from universe.bar_table import first_line
from universe.errors import BarFileError
from universe.services import bars_import


class Command(BaseCommand):
    help = (
        "Store the daily bars of a .csv or .parquet file through the same gates as a vendor's; “-” reads CSV "
        "from the standard input. A stored bar that differs gets a correction. Running it twice is harmless."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="A file as export_bars writes it. “-”: the standard input.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            is_in = options["file"] == "-"
            report = bars_import(cast(BufferedReader, sys.stdin.buffer) if is_in else Path(options["file"]))
        except BarFileError as exc:
            raise CommandError(str(exc)) from exc
        except Error as exc:
            # When it broke off at the very end all of it may be stored.
            raise CommandError(
                f"{options['file']}: PostgreSQL failed: {first_line(exc)}. Import it again "
                "when PostgreSQL is well; what is stored already changes nothing."
            ) from exc
        except KeyboardInterrupt:
            raise CommandError(
                f"{options['file']}: stopped. Import it again: what is stored already changes nothing."
            ) from None
        for words in report.unread:
            self.stderr.write(words)
        if report.unread_count > len(report.unread):
            self.stderr.write(f"… and {report.unread_count - len(report.unread):,} more rows like these")
        stored = report.stored
        told = f"{stored.new:,} new, {stored.equal:,} equal, {stored.corrected:,} corrected"
        told += f", {stored.repeated:,} told again" if stored.repeated else ""
        self.stdout.write(f"{options['file']}: {told}")
        refused = [f"{count:,} {reason.removeprefix('refused:')}" for reason, count in stored.refused.items()]
        lost = report.lost_count
        refused += [f"{lost:,} without a symbol or session"] if lost else []
        if refused:
            self.stdout.write(f"refused: {', '.join(refused)}")
