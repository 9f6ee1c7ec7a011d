"""The supervisor: prefixes lines, restarts what dies, gives up with a sentence, leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Timer

import pytest

from sectorlight.embedded.processes import Program, is_running, wait_gone
from sectorlight.embedded.supervisor import (
    ECHO_SECONDS,
    GRACE_CLIENTS,
    GRACE_SERVERS,
    LAST_LINES_SECONDS,
    Family,
    FamilyEnded,
)
from tests.sectorlight import hangups

pytestmark = pytest.mark.family

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120.0


class Supervised:
    """A small family in a process of its own, and the lines that it says."""

    def __init__(self, kind: str, *, under: tuple[str, ...] = ()) -> None:
        command = [*under, sys.executable, "-m", "tests.sectorlight.small_family", kind]
        with hangups.heard():
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
            )
        self.lines: list[str] = []
        # A family that never ends fails its test, not the suite.
        self.patience = Timer(PATIENCE_SECONDS, self.process.kill)
        self.patience.start()

    def until(self, pattern: str) -> re.Match[str]:
        """Read lines up to the first that matches."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"no line matched {pattern}: {self.lines}")

    def all_of(self, *patterns: str) -> list[re.Match[str]]:
        """Read lines up to where every pattern has matched one, in whatever order; the first matches."""
        missing, found = set(patterns), dict[str, re.Match[str] | None]()
        while missing:
            match = self.until("|".join(missing))
            for pattern in {one for one in missing if re.search(one, match.string)}:
                found[pattern] = re.search(pattern, match.string)
                missing.discard(pattern)
        return [match for pattern in patterns if (match := found[pattern])]

    def rest(self) -> str:
        assert self.process.stdout is not None
        self.lines += [line.rstrip() for line in self.process.stdout]
        self.process.wait(15)
        return "\n".join(self.lines)


Starter = Callable[..., Supervised]


@pytest.fixture
def supervised() -> Iterator[Starter]:
    started: list[Supervised] = []

    def start(kind: str, *, under: tuple[str, ...] = ()) -> Supervised:
        started.append(Supervised(kind, under=under))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(15)
        one.patience.cancel()
        assert one.process.stdout is not None
        one.process.stdout.close()


def test_every_line_carries_the_name_of_its_child(supervised: Starter) -> None:
    assert supervised("tied").until(r"^child0 +\| tied \d+$")


def test_a_killed_child_starts_again_and_the_others_stay(supervised: Starter) -> None:
    family = supervised("tied")
    pids = {family.until(r"(child[01]) +\| tied (\d+)").groups() for _ in range(2)}
    first = int(dict(pids)["child0"])
    os.kill(first, signal.SIGKILL)
    assert "SIGKILL; it starts again in 0.05 s" in family.until(r"child0 was ended by.*").group()
    second = int(family.until(r"child0 +\| tied (\d+)")[1])
    assert second != first
    assert is_running(int(dict(pids)["child1"]), having="sleep")


def test_a_child_that_keeps_dying_ends_the_family_with_a_sentence(
    supervised: Starter,
) -> None:
    family = supervised("hopeless")
    sibling = int(family.until(r"tied (\d+)")[1])
    said = family.rest()
    assert family.process.returncode == 1
    assert "ended: child1 ended with exit code 3, 3 times within 30 s, so everything stops" in said
    assert not is_running(sibling, having="sleep")


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everybody_and_the_server_last(supervised: Starter, wish: signal.Signals) -> None:
    family = supervised("calm")
    served, calmed = family.all_of(r"server (\d+)", r"calm (\d+) (\d+)")
    pids = [int(pid) for pid in (*served.groups(), *calmed.groups())]
    family.process.send_signal(wish)
    said = family.rest()
    assert family.process.returncode == 0
    assert "server   | goodbye" in said
    assert not any(is_running(pid, having="s") for pid in pids)


def test_under_nohup_a_family_goes_on_after_sighup(supervised: Starter) -> None:
    family = supervised("tied", under=("nohup",))
    pids = dict(family.until(r"(child[01]) +\| tied (\d+)").groups() for _ in range(2))
    family.process.send_signal(signal.SIGHUP)
    os.kill(int(pids["child0"]), signal.SIGKILL)
    assert family.until(r"child0 +\| tied (\d+)")
    family.process.terminate()
    assert "stopped" in family.rest()


def test_a_child_that_will_not_end_is_killed(supervised: Starter) -> None:
    family = supervised("stubborn")
    stubborn = int(family.until(r"stubborn (\d+)")[1])
    family.process.terminate()
    assert "child1 did not end by itself and was killed" in family.rest()
    assert not is_running(stubborn, having="sh")


def test_a_second_signal_does_not_wait_for_the_stubborn(supervised: Starter) -> None:
    family = supervised("waited for")
    family.until(r"stubborn (\d+)")
    began = time.monotonic()
    family.process.terminate()
    family.until("Stopping")
    while family.process.poll() is None:
        family.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            family.process.wait(0.2)
    assert "was killed" in family.rest()
    assert time.monotonic() - began > ECHO_SECONDS


def test_the_whole_family_is_waited_for_less_than_ten_seconds() -> None:
    assert GRACE_CLIENTS + GRACE_SERVERS + LAST_LINES_SECONDS < 10


def test_a_supervisor_killed_with_kill_9_takes_its_children_with_it(
    supervised: Starter,
) -> None:
    family = supervised("tied")
    pids = [int(family.until(r"tied (\d+)")[1]) for _ in range(2)]
    family.process.kill()
    assert all(wait_gone(pid, having="sleep", within=5) for pid in pids)


def test_a_step_that_fails_ends_the_start_with_its_name() -> None:
    said: list[str] = []
    family = Family(said.append)
    with pytest.raises(FamilyEnded, match="prepare ended with exit code 4"):
        family.run_once(Program("prepare", ("/bin/sh", "-c", "echo trouble; exit 4")), on_line=said.append)
    family.stop()
    assert said == ["trouble"]


def test_a_program_that_does_not_exist_is_named() -> None:
    said: list[str] = []
    family = Family(said.append)
    with pytest.raises(FamilyEnded):
        family.run_once(Program("ghost", ("/nonexistent/ghost",)))
    family.stop()
    assert any("/nonexistent/ghost cannot be started: No such file" in line for line in said)


def test_a_program_that_cannot_be_started_ends_the_family_with_its_name(tmp_path: Path) -> None:
    family = Family(lambda line: None)
    gone = Program("postgres", (sys.executable, "-c", "pass"), {}, folder=tmp_path / "gone")
    with pytest.raises(FamilyEnded, match=r"postgres cannot be started, .*gone"):
        family.start(gone)
    family.stop()
