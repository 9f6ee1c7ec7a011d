"""The terminal of a family: closing it ends everybody calmly, and a line that nobody reads stops nobody."""

from __future__ import annotations

import errno
import io
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sectorlight.embedded.processes import is_running, wait_gone
from sectorlight.embedded.terminal import Output
from tests.sectorlight import hangups

ROOT = Path(__file__).resolve().parents[2]
#: Make the terminal $0 the session's own by opening it, then become the command.
ADOPT = 'exec "$@" <"$0" >"$0" 2>&1'
#: The same for a shell that starts the command in the background and waits; its output goes to a pipe.
ADOPT_BEHIND = 'exec <"$0" 2>&1; set -m; "$@" & wait'


class OnTerminal:
    """A command on a terminal of its own, as first process of the terminal's session."""

    def __init__(self, *command: str, adopt: str = ADOPT, stdout: int | None = None) -> None:
        self._screen, slave = pty.openpty()
        self._is_open = True
        self._shown = b""
        with hangups.heard():
            self.process = subprocess.Popen(
                ("/bin/sh", "-c", adopt, os.ttyname(slave), *command),
                cwd=ROOT,
                stdin=slave,
                stdout=stdout,
                start_new_session=True,
            )
        # From here on the screen ends with the last process that has it open.
        os.close(slave)

    def until(self, *patterns: str) -> list[re.Match[str]]:
        """Read the screen up to where every pattern has matched."""
        while True:
            text = self._shown.decode(errors="replace")
            found = [match for pattern in patterns if (match := re.search(pattern, text))]
            if len(found) == len(patterns):
                return found
            try:
                self._shown += os.read(self._screen, 4096)
            except OSError as exc:
                raise AssertionError(f"not all of {patterns} were shown:\n{text}") from exc

    def close(self) -> None:
        if self._is_open:
            os.close(self._screen)
            self._is_open = False


Starter = Callable[..., OnTerminal]


@pytest.fixture
def on_terminal() -> Iterator[Starter]:
    started: list[OnTerminal] = []

    def start(*command: str, **more: object) -> OnTerminal:
        started.append(OnTerminal(*command, **more))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        one.close()
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(30)


def small_family(kind: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "tests.sectorlight.small_family", kind)


def pids_of_the_calm(terminal: OnTerminal) -> list[int]:
    found = terminal.until(r"server (\d+)\r", r"calm (\d+) (\d+)\r")
    return [int(pid) for match in found for pid in match.groups()]


@pytest.mark.family
def test_a_family_ends_calmly_when_its_terminal_is_closed(on_terminal: Starter) -> None:
    terminal = on_terminal(*small_family("calm"))
    pids = pids_of_the_calm(terminal)
    terminal.close()
    assert terminal.process.wait(30) == 0
    assert not any(is_running(pid, having="s") for pid in pids)


@pytest.mark.family
def test_a_terminal_that_is_closed_over_make_ends_the_family_calmly(
    on_terminal: Starter, tmp_path: Path
) -> None:
    code = tmp_path / "code"
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@{' '.join(small_family('calm'))}; echo $$? > {code}\n")
    terminal = on_terminal("make", "-f", str(makefile), "run")
    pids = pids_of_the_calm(terminal)
    terminal.close()
    terminal.process.wait(30)
    assert code.read_text() == "0\n"
    assert not any(is_running(pid, having="s") for pid in pids)


@pytest.mark.family
def test_a_family_in_the_background_outlives_its_terminal(on_terminal: Starter) -> None:
    terminal = on_terminal(*small_family("tied"), adopt=ADOPT_BEHIND, stdout=subprocess.PIPE)
    said = terminal.process.stdout
    assert said is not None
    pids = {}
    with said:
        while len(pids) < 2:
            name, pid = re.search(rb"(child[01]) +\| tied (\d+)", said.readline()).groups()  # type: ignore[union-attr]
            pids[name] = int(pid)
        terminal.close()
        terminal.process.wait(30)
        os.kill(pids[b"child0"], signal.SIGKILL)
        assert any(b"child0 starts again" in line for line in said)
        again = re.search(rb"tied (\d+)", said.readline())
        assert again
        supervisor = int(Path(f"/proc/{int(again[1])}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(supervisor, signal.SIGTERM)
        assert b"stopped" in said.read()
    assert wait_gone(pids[b"child1"], having="sleep", within=30)


class Lost(io.StringIO):
    """A stream whose other end says ``number`` when it is written to."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def flush(self) -> None:
        raise OSError(self._number, os.strerror(self._number))


@pytest.mark.parametrize("number", [errno.EIO, errno.EPIPE, errno.ENOSPC])
def test_a_line_that_cannot_be_written_raises_nothing(number: int) -> None:
    Output(Lost(number))("nobody reads this")


def test_what_comes_after_a_lost_reader_goes_nowhere_and_python_ends_well() -> None:
    code = (
        "import sys; from sectorlight.embedded.terminal import Output; "
        "sys.stdin.read(); say = Output(sys.stdout); say('one'); say('two')"
    )
    speaker = subprocess.Popen(
        (sys.executable, "-c", code), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert speaker.stdin is not None
    assert speaker.stdout is not None
    speaker.stdout.close()
    speaker.stdin.close()
    assert speaker.wait(30) == 0
