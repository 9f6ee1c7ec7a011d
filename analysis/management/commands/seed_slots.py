"""Make the product's slots and the tick that asks for them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from analysis.services import slots_seed


class Command(BaseCommand):
    help = (
        "Make the slots, where there are none at all, and the tick; the admin’s changes stay. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        made = slots_seed()
        self.stdout.write(f"{made['slots']} slots made, one tick every {made['tick_seconds']} s.")
