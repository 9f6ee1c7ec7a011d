"""Score recorded real days with the live engine and write how the lights fall."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis.errors import EvaluationRefused
from analysis.evaluation.days import days, period
from analysis.evaluation.halfhours import half_hours
from analysis.evaluation.panel import recording_read
from analysis.evaluation.report import report
from analysis.evaluation.tables import beyond_limit
from analysis.evaluation.words import beyond_words
from universe.recording import FolderError


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day such as 2026-03-31") from None


class Command(BaseCommand):
    help = (
        "Score every session of a folder of recorded days and write the shares of the colours. Ends with 1 "
        "when a colour takes more of a sector's days than it may."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="Recorded days, laid out as docs/simulated-market.md says."
        )
        parser.add_argument("--from", dest="first", type=_day, default=dt.date(2024, 11, 1))
        parser.add_argument("--until", dest="last", type=_day, default=dt.date(2026, 3, 31))
        parser.add_argument("--out", type=Path, help="The page to write; printed when not given.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["first"] > options["last"]:
            raise CommandError(f"--from {options['first']} is after --until {options['last']}.")
        if options["out"] is not None and not options["out"].resolve().parent.is_dir():
            raise CommandError(
                f"--out {options['out']}: there is no folder {options['out'].resolve().parent}."
            )
        try:
            recording = recording_read(options["folder"])
            places = period(recording, options["first"], options["last"])
            found = list(days(recording, places))
            pairs = list(half_hours(options["folder"], recording, places))
        except (FolderError, EvaluationRefused) as exc:
            raise CommandError(str(exc)) from exc
        page = report(found, pairs)
        if options["out"] is None:
            self.stdout.write(page)
        else:
            options["out"].write_text(page, encoding="utf-8")
            self.stdout.write(f"{len(found)} sessions judged; {options['out']} is written.")
        beyond = beyond_limit(found)
        if beyond:
            raise CommandError(beyond_words(beyond).strip("*"))
