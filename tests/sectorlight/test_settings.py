"""The settings as a whole, loaded in a process of their own as every start does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sectorlight.embedded.state import State, state_read, state_write

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).resolve().parents[2]
SHOW = (
    "import json; from django.conf import settings as s; print(json.dumps([str(getattr(s, n)) for n in {}]))"
)


def _load(
    names: list[str], tmp_path: Path, *, module: str = "base", code: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG") if name in os.environ}
    kept |= {"SECTORLIGHT_DOTENV": "off", "DATA_DIR": str(tmp_path / "var")}
    kept["DJANGO_SETTINGS_MODULE"] = f"sectorlight.settings.{module}"
    command = [sys.executable, "-c", code or SHOW.format(names)]
    return subprocess.run(command, env={**kept, **environment}, cwd=ROOT, capture_output=True, text=True)


def _values(names: list[str], tmp_path: Path, **environment: str) -> list[str]:
    done = _load(names, tmp_path, **environment)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_a_simulated_market_is_the_same_client_with_another_address(tmp_path: Path) -> None:
    names = ["MARKET_WORLD", "POLYGON_BASE_URL", "POLYGON_WS_URL", "FMP_BASE_URL"]
    assert _values(names, tmp_path, SIMULATOR_URL="http://127.0.0.1:9") == [
        "simulated",
        "http://127.0.0.1:9",
        "ws://127.0.0.1:9/stocks",
        "http://127.0.0.1:9/stable",
    ]


def test_a_real_key_is_not_sent_to_a_simulated_market(tmp_path: Path) -> None:
    values = _values(["POLYGON_API_KEY"], tmp_path, POLYGON_API_KEY="real-key", MARKET="simulated")
    assert values == ["simulated"]


def test_a_key_makes_the_market_live(tmp_path: Path) -> None:
    names = ["MARKET_WORLD", "POLYGON_BASE_URL", "POLYGON_API_KEY"]
    values = _values(names, tmp_path, POLYGON_API_KEY="k", POLYGON_BASE_URL="https://other.example")
    assert values == ["live", "https://other.example", "k"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "http"),
        ("MARKET_SPEED", "61"),
        ("RUNS_PER_HOUR", "0"),
        ("RUNS_PER_HOUR", "601"),
        ("DEBUG", "ja"),
        ("OWNER_EMAIL", "owner"),
        ("LOG_FORMAT", "xml"),
        ("DATABASE_URL", "x"),
        # A simulated market needs none of these, but tomorrow's start may be live.
        ("POLYGON_BASE_URL", "zzz"),
        ("POLYGON_WS_URL", "https://h"),
        ("FMP_BASE_URL", "zzz"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_says_which(tmp_path: Path, variable: str, value: str) -> None:
    done = _load(["DEBUG"], tmp_path, **{variable: value})
    assert done.returncode != 0
    assert f"{variable} is '{value}', but must be" in done.stderr.splitlines()[-1]


def test_a_database_may_be_reached_by_its_socket_and_with_libpqs_options(tmp_path: Path) -> None:
    url = "postgres:///name?host=/run/pg&sslmode=disable&connect_timeout=9&tcp_user_timeout=7&options=-c%20jit%3Doff"
    code = (
        "from django.db import connection as c; p = c.get_connection_params();"
        "print(p['host'], p['dbname'], p['sslmode'], p['connect_timeout'], p['tcp_user_timeout'],"
        " p['keepalives_idle'], p['options'])"
    )
    done = _load([], tmp_path, code=code, DATABASE_URL=url)
    *rest, options = done.stdout.rstrip().split(" ", 6)
    assert rest == ["/run/pg", "name", "disable", "9", "7", "10"], done.stderr
    assert options.startswith("-c statement_timeout=60000 ")
    assert options.endswith(" -c jit=off")


def test_mail_may_go_to_the_console(tmp_path: Path) -> None:
    values = _values(["EMAIL_BACKEND"], tmp_path, EMAIL_URL="consolemail://")
    assert values == ["django.core.mail.backends.console.EmailBackend"]


def test_mail_comes_from_the_account_that_sends_it_else_from_the_owner(tmp_path: Path) -> None:
    names = ["OWNER_EMAIL", "DEFAULT_FROM_EMAIL", "EMAIL_TIMEOUT"]
    owner = {"OWNER_EMAIL": "owner@example.com"}
    assert _values(
        names, tmp_path, **owner, EMAIL_URL="smtp+tls://bot%40example.com:pw@mail.example.com:587"
    ) == [
        "owner@example.com",
        "bot@example.com",
        "10",
    ]
    assert _values(names, tmp_path, **owner, EMAIL_URL="smtp://localhost:25")[1] == "owner@example.com"


def test_the_secret_key_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first, second = (_values(["SECRET_KEY"], tmp_path) for _ in range(2))
    assert first == second
    assert len(first[0]) >= 50
    assert (tmp_path / "var/secrets/secret_key").stat().st_mode & 0o077 == 0


def test_a_second_terminal_finds_the_servers_of_the_running_family(tmp_path: Path) -> None:
    state_write(
        tmp_path / "var", State(database_url="postgres://u:p@127.0.0.1:77/d", redis_url="redis://:p@h:78/0")
    )
    names = ["DATABASE_URL", "REDIS_URL", "DATABASE_EMBEDDED"]
    assert _values(names, tmp_path) == ["postgres://u:p@127.0.0.1:77/d", "redis://:p@h:78/0", "True"]


def test_the_own_servers_of_the_user_win_over_the_family(tmp_path: Path) -> None:
    state_write(tmp_path / "var", State(database_url="postgres://u:p@127.0.0.1:77/d"))
    values = _values(["DATABASE_URL", "DATABASE_EMBEDDED"], tmp_path, DATABASE_URL="postgres://mine/d")
    assert values == ["postgres://mine/d", "False"]


def test_a_spoilt_state_file_counts_as_none(tmp_path: Path) -> None:
    state_write(tmp_path, State(web_url="x"))
    (tmp_path / "family.json").write_text("{")
    assert state_read(tmp_path) == {}


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_names_what_is_not_set(tmp_path: Path, missing: str) -> None:
    given = {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "board.example.com",
        "DATABASE_URL": "postgres://u:p@h/d",
        "REDIS_URL": "redis://h/0",
    }
    done = _load(["DEBUG"], tmp_path, module="production", **{k: v for k, v in given.items() if k != missing})
    assert done.returncode != 0
    assert f"{missing} is not set" in done.stderr.splitlines()[-1]


def test_a_file_for_what_is_no_secret_is_not_taken_for_a_value(tmp_path: Path) -> None:
    given = {"SECRET_KEY_FILE": str(tmp_path / "key"), "ALLOWED_HOSTS": "h", "REDIS_URL": "redis://h/0"}
    (tmp_path / "key").write_text("x" * 60)
    done = _load(["DEBUG"], tmp_path, module="production", DATABASE_URL_FILE="/run/secrets/db", **given)
    assert "DATABASE_URL is not set" in done.stderr
    done = _load(["DEBUG"], tmp_path, module="production", DATABASE_URL="postgres://u:p@h/d", **given)
    assert done.returncode == 0, done.stderr


def test_a_secure_production_passes_djangos_deploy_check(tmp_path: Path) -> None:
    environment = {
        **{name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")},
        "SECRET_KEY": "aB4!xyQ" * 10,
        "ALLOWED_HOSTS": "board.example.com",
        "SECURE_SSL": "true",
        "SECTORLIGHT_DOTENV": "off",
        "DATA_DIR": str(tmp_path),
        "HOST": "0.0.0.0",
        "DJANGO_SETTINGS_MODULE": "sectorlight.settings.production",
    }
    command = f"{sys.executable} manage.py check --deploy --fail-level WARNING --tag security".split()
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_redis_is_not_offered_by_a_socket_that_celery_cannot_use(tmp_path: Path) -> None:
    done = _load(["DEBUG"], tmp_path, REDIS_URL="unix:///run/redis.sock")
    assert done.stderr.splitlines()[-1].endswith("with redis:// or rediss:// in front.")


@pytest.mark.parametrize("module", ["base", "production"])
def test_errors_are_reported_wherever_an_address_is_set_for_them(tmp_path: Path, module: str) -> None:
    (tmp_path / "sentry_sdk.py").write_text("def init(dsn, **options): print('reports to', dsn)")
    needed = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "h", "DATABASE_URL": "postgres://h/d"}
    done = _load(
        ["DEBUG"],
        tmp_path,
        module=module,
        PYTHONPATH=str(tmp_path),
        SENTRY_DSN="https://key@sentry.example/42",
        REDIS_URL="redis://h/0",
        **needed,
    )
    assert done.stdout.splitlines()[0] == "reports to https://key@sentry.example/42", done.stderr
