from typing import Any

from django.core.management.base import BaseCommand

from sectors.services import sectors_seed


class Command(BaseCommand):
    help = "Create or mend the eight sectors and their default volatility weights. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        made = sectors_seed()
        self.stdout.write(
            f"Eight sectors in place: {made['sectors']} new, {made['weights']} default weights."
        )
