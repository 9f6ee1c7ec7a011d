"""Make the product's slots and the tick that asks for them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from analysis.services import slots_seed


class Command(BaseCommand):
    help = (
        "Make the slots and the tick where they are missing; slots edited in the admin stay. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        made = slots_seed()
        self.stdout.write(f"{made['slots']} slots made, one tick every {made['tick_seconds']} s.")
