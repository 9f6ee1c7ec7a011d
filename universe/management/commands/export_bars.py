"""Write the stored daily bars into a file."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from universe.bar_table import first_line
from universe.errors import BarFileError
from universe.services import bars_export
from universe.types import is_symbol


class Command(BaseCommand):
    help = "Write the stored daily bars into a .csv or .parquet file; “-” writes CSV to the standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="Where to; its ending tells the format. “-”: the standard output.")
        parser.add_argument(
            "--from", dest="first", type=dt.date.fromisoformat, help="The first session, YYYY-MM-DD."
        )
        parser.add_argument(
            "--to", dest="last", type=dt.date.fromisoformat, help="The last session, YYYY-MM-DD."
        )
        parser.add_argument("--symbols", default="", help="Only these, with commas between: ANNE,BRK.B.")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if first and last and first > last:
            raise CommandError(f"--from {first} is after --to {last}.")
        symbols = [symbol.strip() for symbol in options["symbols"].split(",") if symbol.strip()]
        if wrong := [symbol for symbol in symbols if not is_symbol(symbol)]:
            raise CommandError(f"--symbols has {', '.join(map(repr, wrong))}, which no symbol can be.")
        is_out = options["file"] == "-"
        left = "what was written of it is not whole" if is_out else "no file of this export was left"
        try:
            target = sys.stdout.buffer if is_out else Path(options["file"])
            count = bars_export(target, first, last, symbols or None)
            sys.stdout.flush()
        except BrokenPipeError:
            _output_drop()
            return
        except OSError as exc:
            _output_drop()
            raise CommandError(f"the standard output cannot be written: {exc.strerror}.") from exc
        except BarFileError as exc:
            raise CommandError(str(exc)) from exc
        except Error as exc:
            raise CommandError(
                f"{options['file']}: PostgreSQL failed: {first_line(exc)}; {left}. Export again when "
                "PostgreSQL is well."
            ) from exc
        except KeyboardInterrupt:
            raise CommandError(f"{options['file']}: stopped; {left}.") from None
        (self.stderr if is_out else self.stdout).write(f"{count:,} bars written to {options['file']}")


def _output_drop() -> None:
    """Whoever reads the output has enough of it: what is left, also at the exit, goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
