"""Run an analysis now, in this process, and print what came of it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis.models import PUBLISHED, AnalysisRun, RunKind
from analysis.services import run_create_now, run_execute
from sectors.selectors import readings_newest
from universe.sessions import ET


class Command(BaseCommand):
    help = "Run a full analysis (or a pass) now, without a worker, and print the lights."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pass", dest="is_pass", action="store_true", help="a pass instead of an analysis"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kind = RunKind.PASS if options["is_pass"] else RunKind.ON_DEMAND
        report = run_execute(run_create_now(kind).pk)
        run = AnalysisRun.objects.get(pk=report.run_id)
        if run.status not in PUBLISHED or run.as_of is None:
            raise CommandError(f"Run {run.pk} is {run.status}: {run.message or 'another run is at work'}")
        self.stdout.write(
            f"Run {run.pk} is {run.status}, as of {run.as_of.astimezone(ET):%Y-%m-%d %H:%M:%S %Z}."
        )
        for reading in readings_newest():
            self.stdout.write(
                f"  {reading.sector:24} {reading.sentiment_score:+.3f}  {reading.color_classification:13}"
                f" confidence {reading.confidence_level}  {reading.valid} of {reading.members} members"
            )
        stages = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in run.timings.items())
        self.stdout.write(f"Stages: {stages}.")
        if run.message:
            self.stdout.write(f"Missing: {run.message}")
