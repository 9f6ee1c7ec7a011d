"""Run the simulated market: invented, or recorded days played again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from universe.simulator.commandline import add_arguments, run
from universe.simulator.start import StartError


class Command(BaseCommand):
    help = "Run the simulated market: the vendors' dialects over invented or recorded days."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run(options, self.stdout.write)
        except StartError as exc:
            raise CommandError(str(exc)) from exc
