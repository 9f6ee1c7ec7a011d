"""Daily bars out into files, and in from them through the gates."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.utils import timezone

from universe.bar_table import ROWS_A_BATCH, Unread, bars_read, batch_of, file_kind, writer_open
from universe.errors import BarFileError
from universe.selectors.bar_rows import bar_rows
from universe.services.bar_store import BarsStored, bars_store
from universe.types import Session


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the bars of a file; ``unread`` names the first rows that cannot be read,
    ``unread_count`` counts them all, ``lost_count`` those whose symbol or session is not known."""

    stored: BarsStored
    unread: tuple[str, ...] = ()
    unread_count: int = 0
    lost_count: int = 0


def bars_export(
    target: Path | BinaryIO,
    first: Session | None = None,
    last: Session | None = None,
    symbols: Sequence[str] | None = None,
) -> int:
    """Write the stored bars, as they were corrected last, by session and symbol; gives their number.

    A path has its format by its ending, and appears when it is whole; an open binary file gets CSV. Raises
    `BarFileError`.
    """
    count = 0
    with _opened(target) as (sink, kind), closing(writer_open(sink, kind)) as writer:
        for rows in bar_rows(first or dt.date.min, last or dt.date.max, symbols, batch=ROWS_A_BATCH):
            writer.write_batch(batch_of(rows))
            count += len(rows)
    return count


@contextmanager
def _opened(target: Path | BinaryIO) -> Iterator[tuple[Any, str]]:
    """The open file and its format. A new file takes the place of an old one when it is whole."""
    if not isinstance(target, Path):
        yield target, "csv"
        return
    kind = file_kind(target)
    part = target.with_name(f".{target.name}.part")
    try:
        with _locked(part, target) as sink:
            try:
                yield sink, kind
                sink.flush()
                part.replace(target)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    except OSError as exc:
        raise BarFileError(f"{target} cannot be written: {exc.strerror}.") from exc


def _locked(part: Path, target: Path) -> BinaryIO:
    """The unfinished file, empty and ours alone; what a killed export left of it is taken over."""
    while True:
        sink = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o666), "w+b")
        try:
            fcntl.flock(sink, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_named(sink, part):
                sink.truncate(0)
                return sink
        except BlockingIOError as exc:
            sink.close()
            raise BarFileError(
                f"Another export is writing {target}. Wait for its end, or name another file."
            ) from exc
        except OSError:
            sink.close()
            raise
        # The export that had it ended meanwhile: this is its finished file, or none at all.
        sink.close()


def _is_named(sink: BinaryIO, part: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(sink.fileno()), part.stat())
    return False


def bars_import(source: Path | BufferedReader, *, now: dt.datetime | None = None) -> ImportReport:
    """Store the bars of a file as `bars_store` does those of a vendor: in one piece, or not at all. An open
    binary file is read as CSV.

    Rows that cannot be read are named, and kept apart where their symbol and session are known. Raises
    `BarFileError` for a file that cannot be read as a whole: then nothing has changed.
    """
    unread = Unread(timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        # The COPY is one statement for as long as the file is read, from a slow pipe longer than any other.
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        stored = bars_store(bars_read(source, unread), now=now, unread=unread.refused)
    lost = unread.count - len(unread.refused)
    return ImportReport(stored, tuple(unread.named), unread.count, lost)
