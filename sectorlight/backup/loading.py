"""A dump into a database, all of it or nothing: pg_restore makes a script, psql runs it in one transaction.

Two programs instead of one, because statements of our own belong into the same transaction, and because a
script of a newer pg_restore sets what an older server does not know.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from sectorlight.backup.address import Address
from sectorlight.backup.archive import CHUNK, dump_open
from sectorlight.backup.errors import BackupError
from sectorlight.backup.processes import child, last_words
from sectorlight.backup.programs import Programs
from sectorlight.backup.telling import Telling, size_words

#: Within so many lines a script sets its session up; rows come later.
HEAD_LINES = 40
#: Settings of scripts, and the first major version that knows them.
YOUNG_SETTINGS = {b"SET transaction_timeout = 0;": 17}


def dump_load(
    path: Path,
    address: Address,
    programs: Programs,
    *,
    server_major: int,
    before: Sequence[str],
    committing: Callable[[], None],
    telling: Telling,
) -> None:
    """Run the statements ``before`` and the dump of ``path`` at ``address`` in one transaction, and call
    ``committing`` before its end.

    Owners, grants and comments stay behind. Raises `BackupError` with PostgreSQL's reason; then, and when
    this process is killed, nothing was changed, since only the last line of the script commits.
    """
    # What is written after a failed statement would run without its transaction.
    psql = (
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--no-password",
        "--set=ON_ERROR_STOP=1",
        "--set=VERBOSITY=terse",
    )
    read = ("pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file=-")
    with (
        tempfile.TemporaryFile() as psql_words,
        tempfile.TemporaryFile() as read_words,
        child(
            (programs.path(psql[0]), *psql[1:], f"--dbname={address.argument()}"),
            address,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=psql_words,
        ) as writer,
        child(
            (programs.path(read[0]), *read[1:]),
            address,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=read_words,
        ) as reader,
    ):
        assert writer.stdin
        assert reader.stdin
        assert reader.stdout
        feeder = threading.Thread(target=_feed, args=(path, reader.stdin), daemon=True)
        feeder.start()
        is_taken = _hand_over(reader.stdout, writer.stdin, before, server_major, telling)
        if is_taken and reader.wait():
            raise BackupError(f"pg_restore failed: {last_words(read_words)}")
        if is_taken:
            committing()
        if not (is_taken and _commit(writer)):
            writer.wait()
            raise BackupError(f"PostgreSQL refused the backup: {last_words(psql_words)}")


def _feed(path: Path, sink: IO[bytes]) -> None:
    """The dump into pg_restore, which stops reading when it fails and then says why."""
    with suppress(OSError, ValueError), sink, dump_open(path) as dump:
        while chunk := dump.read(CHUNK):
            sink.write(chunk)


def _hand_over(
    script: IO[bytes], sink: IO[bytes], before: Sequence[str], server_major: int, telling: Telling
) -> bool:
    """The whole script to psql, without its commit; False: psql ended before."""
    size = 0
    try:
        sink.write("".join(f"{line}\n" for line in ("BEGIN;", *before)).encode())
        for _ in range(HEAD_LINES):
            line = script.readline()
            if YOUNG_SETTINGS.get(line.strip(), 0) <= server_major:
                sink.write(line)
        while chunk := script.read(CHUNK):
            sink.write(chunk)
            size += len(chunk)
            telling.progress(f"{size_words(size)} of statements and rows so far")
    except BrokenPipeError:
        return False
    return True


def _commit(writer: subprocess.Popen[bytes]) -> bool:
    assert writer.stdin
    try:
        writer.stdin.write(b"\nCOMMIT;\n")
        writer.stdin.close()
    except BrokenPipeError:
        return False
    return writer.wait() == 0
