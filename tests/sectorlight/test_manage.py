"""`manage.py` with a wrong setting: one sentence that names the variable, its value and what it may be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sectorlight.embedded.ports import free_port
from tests.universe.simulator import recording

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).resolve().parents[2]


def _manage(command: str, *more: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG") if name in os.environ}
    own = {"SECTORLIGHT_DOTENV": "off", "DATA_DIR": str(folder / "var")}
    return subprocess.run(
        [sys.executable, "manage.py", command, *more],
        env={**kept, **own, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("PORT", "abc", "a whole number from 1 to 65535"),
        ("MARKET", "foo", "'live', 'simulated' or an existing folder"),
        ("MARKET_SPEED", "nan", "a number from 1 to 60"),
        ("DATABASE_URL", "mysql://x", "postgres:// or postgresql://"),
        ("EMAIL_URL", "foo", "smtp://"),
        ("DEBUG", "ja", "one of 1, true, yes, on"),
        ("LOG_FORMAT", "xml", "one of text, json"),
        ("ALLOWED_HOSTS", ",", "one name or several"),
        ("ALLOWED_HOSTS", "http://foo bar", "host names with commas between"),
        ("DATA_DIR", "/proc/x", "a folder that can be made and written to"),
        ("DATA_DIR", "/dev/null", "a folder that can be made and written to"),
        ("HOST", "bogus.invalid", "an address of this machine"),
    ],
)
def test_a_wrong_setting_is_answered_with_one_sentence(
    tmp_path: Path, variable: str, value: str, allowed: str
) -> None:
    done = _manage("up", folder=tmp_path, **{variable: value})
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) <= 3
    assert done.stderr.removeprefix("CommandError: ").startswith(f"{variable} is '{value}', but must be ")
    assert allowed in done.stderr


@pytest.mark.parametrize(
    ("is_sound", "start", "words"),
    [
        (True, "1999-01-04", "MARKET_FROM is 1999-01-04, but must be a day from 2025-09-03 to 2025-12-10"),
        (True, "2027-01-01", "MARKET_FROM is 2027-01-01, but must be a day from 2025-09-03 to 2025-12-10"),
        (False, "", "MARKET is {days}, but market_daily.parquet cannot be read"),
    ],
)
def test_a_replay_that_cannot_begin_stops_the_start_before_any_server_runs(
    tmp_path: Path, is_sound: bool, start: str, words: str
) -> None:
    days = tmp_path / "days"
    days.mkdir()
    if is_sound:
        recording.write(days)
    else:
        (days / "market_daily.parquet").write_bytes(b"nonsense")
    done = _manage("up", folder=tmp_path, MARKET=str(days), MARKET_FROM=start, PORT=str(free_port()))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: " + words.format(days=days))
    assert len(done.stderr.splitlines()) == 1
    assert not list((tmp_path / "var").glob("replay-*"))


@pytest.mark.parametrize(
    ("variable", "shortest"), [("SECRET_KEY", 32), ("FIRST_ADMIN_PASSWORD", 8), ("FIRST_TRADER_PASSWORD", 8)]
)
def test_a_short_secret_is_refused_and_not_repeated(tmp_path: Path, variable: str, shortest: int) -> None:
    done = _manage("up", folder=tmp_path, **{variable: "hush"})
    assert done.returncode == 1
    assert done.stderr == f"{variable} has 4 characters, but must have {shortest} or more.\n"


@pytest.mark.parametrize("command", ["up", "doctor", "check"])
def test_every_command_answers_a_wrong_setting_alike(tmp_path: Path, command: str) -> None:
    done = _manage(command, folder=tmp_path, PORT="abc")
    assert (done.returncode, done.stderr) == (
        1,
        "PORT is 'abc', but must be a whole number from 1 to 65535.\n",
    )


def test_the_whole_traceback_is_there_for_who_asks(tmp_path: Path) -> None:
    done = _manage("check", "--traceback", folder=tmp_path, PORT="abc")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
