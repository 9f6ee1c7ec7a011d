"""`manage.py recompute`: whether the stored runs still give the readings that they published."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis.recomputation import runs_recompute, runs_with_frames

SHOWN = 20


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is no number of runs from 1 on")
    return int(text)


class Command(BaseCommand):
    help = "Compute stored runs again from their stored inputs and compare every decimal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--run", type=int, action="append", metavar="ID", help="this run; may be repeated")
        which.add_argument(
            "--newest", type=_count, default=125, metavar="N", help="the newest N runs (125: 1,000 readings)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["run"] or runs_with_frames(options["newest"])
        report = runs_recompute(wanted)
        if not report.runs:
            raise CommandError("No input frame of these runs is stored. Frames are kept for 90 days.")
        for difference in report.differences[:SHOWN]:
            self.stderr.write(str(difference))
        if report.differences:
            raise CommandError(
                f"{len(report.differences):,} differences in {report.readings:,} readings and "
                f"{report.ranks:,} ranks of {report.runs:,} runs. "
                "The stored readings stand as they were published."
            )
        self.stdout.write(
            f"{report.readings:,} readings and {report.ranks:,} ranks of {report.runs:,} runs: "
            "every decimal is the stored one."
        )
