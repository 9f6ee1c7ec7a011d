"""PostgreSQL's programs as our children: the password in their environment only, their words in a line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from sectorlight.backup.address import Address


@contextmanager
def child(command: Sequence[str], address: Address, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that speaks to ``address``; killed if it still runs at the end of the block.

    It has a session of its own: Ctrl-C comes to us alone, who know what to undo.
    """
    process = subprocess.Popen(
        command,
        # Messages in English and of the terse kind, so that a line of them can be told.
        env={**os.environ, **address.environment(), "LC_ALL": "C"},
        start_new_session=True,
        **streams,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stdin):
            if stream is not None and not stream.closed:
                _close(stream)


def last_words(words: IO[bytes]) -> str:
    """The last complaint of a program as a part of a sentence; statements and details are left out."""
    words.seek(0)
    lines = words.read().decode(errors="replace").splitlines()
    complaints = [line for line in lines if "ERROR:" in line or "error:" in line or "FATAL:" in line]
    line = (complaints or lines or ["it said nothing"])[0 if complaints else -1]
    for sign in ("FATAL:", "ERROR:", "error:"):
        line = line.rpartition(sign)[2]
    return line.strip().rstrip(".")


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return
