from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.market import ROOT
from tests.universe.simulator import recording
from universe.simulator.start import StartError, check_market, open_market

SUNDAY = dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC)


def opened(place: str = "simulated", **options: Any) -> dt.datetime:
    """The market time that a market opens at."""
    asked: dict[str, Any] = {"first": None, "speed": 1.0, "seed": None, "state_path": None, "environment": {},
                             "today": SUNDAY}  # fmt: skip
    market, _ = open_market(place, **(asked | options))
    return market.now()


@pytest.mark.parametrize(
    ("first", "begins"),
    [
        (None, "2026-11-20T10:00"),
        ("2026-11-18", "2026-11-18T10:00"),
        ("2026-11-21", "2026-11-23T10:00"),
        ("2026-11-18T15:30", "2026-11-18T15:30"),
        ("2026-11-18T15:30:00+00:00", "2026-11-18T10:30"),
        ("2026-11-18T02:00", "2026-11-18T04:00"),
    ],
)
def test_a_market_opens_at_ten_or_at_the_time_that_was_asked_for(first: str | None, begins: str) -> None:
    assert opened(first=first).isoformat().startswith(begins)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"speed": 0.5}, "--speed is 0.5, but must be a number from 1 to 60"),
        ({"speed": 61}, "--speed is 61"),
        ({"state_path": Path("/dev/null/market.json")}, "--state is /dev/null/market.json"),
        ({"first": "soon"}, "--from is 'soon', but must be a date or time"),
        ({"first": "2018-01-02"}, "--from is 2018-01-02, but must be a day from 2018-01-03 to 2035-12-"),
        ({"first": "1999-01-04"}, "--from is 1999-01-04, but must be a day from 2018-01-03 to 2035-12-"),
        ({"first": "2036-01-02"}, "--from is 2036-01-02, but must be a day from 2018-01-03 to 2035-12-"),
        ({"listings": 999}, "--listings is 999, but must be from 1,000 to 8,000"),
        ({"listings": 8001}, "--listings is 8001, but must be from 1,000 to 8,000"),
        ({"place": "/nowhere"}, "--market is /nowhere, but market_daily.parquet is missing"),
    ],
)
def test_a_market_that_cannot_be_opened_says_which_option_is_wrong(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(StartError, match=re.escape(words)):
        opened(**options)


@pytest.mark.parametrize("first", ["1999-01-04", "2025-09-02", "2025-12-11", "2025-12-13", "2036-01-01"])
def test_a_recording_is_begun_only_where_it_holds_the_day_and_the_close_before(
    first: str, tmp_path: Path
) -> None:
    place = str(recording.write(tmp_path))
    words = f"--from is {first}, but must be a day from 2025-09-03 to 2025-12-10: {place} begins with"
    with pytest.raises(StartError, match=re.escape(words)):
        opened(place, first=first)
    with pytest.raises(StartError, match=re.escape(words)):
        check_market(place, first)


def test_a_market_that_can_be_opened_passes_the_check(tmp_path: Path) -> None:
    place = str(recording.write(tmp_path))
    for first in (None, "2025-09-03", "2025-12-10", "2025-12-06"):
        check_market(place, first)


def test_the_command_turns_a_wrong_option_into_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--speed is 99"):
        call_command("simulate_market", speed=99, stdout=io.StringIO())


def test_without_django_a_wrong_option_ends_with_one_sentence() -> None:
    command = [sys.executable, "-m", "universe.simulator", "--speed", "99"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "--speed is 99, but must be a number from 1 to 60\n")


def test_the_simulator_does_not_need_django() -> None:
    code = "import sys, universe.simulator.commandline; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
