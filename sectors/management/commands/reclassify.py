from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sectors.services import stocks_classify


class Command(BaseCommand):
    help = "Judge listings by today's rules; what was set by hand stays. Only changes are written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("symbols", nargs="*", help="Listings to judge; all when none is named.")

    def handle(self, *args: Any, **options: Any) -> None:
        symbols = [symbol.upper() for symbol in options["symbols"]] or None
        counts = stocks_classify(symbols)
        if symbols and counts["listings"] < len(set(symbols)):
            raise CommandError(
                f"{counts['listings']} of {len(set(symbols))} symbols are listings; "
                "the others are not known here."
            )
        self.stdout.write(
            f"{counts['listings']:,} listings: {counts['classified']:,} in a sector, "
            f"{counts['unknown']:,} unknown, {counts['excluded']:,} shells and funds, "
            f"{counts['disputed']:,} disputed; {counts['changed']:,} changed."
        )
