"""`manage.py` with a wrong setting: one sentence that names the variable, its value and what it may be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
