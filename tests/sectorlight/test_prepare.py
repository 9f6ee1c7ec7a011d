"""`manage.py prepare`, `doctor` and the system checks."""

from __future__ import annotations

import os
import re
import socket
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from analysis.models import AnalysisRun
from sectorlight.accounts import first_login_ensure, roles_ensure
from sectorlight.embedded.ports import free_port
from sectorlight.embedded.state import State, state_write
from sectorlight.statics import statics_collect
from tests.universe.simulator import recording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_static_root(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"  # type: ignore[attr-defined]


def _run(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


@override_settings(FIRST_ADMIN_PASSWORD="admin-pw")
def test_the_first_start_makes_both_log_ins_and_the_second_keeps_them() -> None:
    first = _run("prepare")
    assert "log-in admin   the password in FIRST_ADMIN_PASSWORD" in first
    generated = first.split("log-in trader  ")[1].split()[0]
    assert authenticate(username="trader", password=generated) is not None
    assert authenticate(username="admin", password="admin-pw") is not None
    second = _run("prepare")
    assert second.count("its password as set before") == 2
    assert "Static files collected" in first
    assert "Static files collected" not in second


def test_an_admin_may_edit_weights_and_is_no_superuser() -> None:
    roles_ensure()
    first_login_ensure("admin", "admin", "pw")
    admin = get_user_model().objects.get(username="admin")
    assert (admin.is_staff, admin.is_superuser) == (True, False)
    assert admin.has_perm("sectors.add_volatilityweight")
    assert set(admin.groups.values_list("name", flat=True)) == {"admin", "trader"}


def test_a_trader_sees_no_admin() -> None:
    roles_ensure()
    first_login_ensure("trader", "trader", "pw")
    trader = get_user_model().objects.get(username="trader")
    assert not trader.is_staff
    assert Group.objects.get(name="trader").permissions.count() == 0


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (
            {"HOST": "127.0.0.1", "PORT": "1", "PASSWORD": "hunter2"},
            r"port 1 failed: Connection refused\. Start",
        ),
        (
            {"USER": "nobody_here", "PASSWORD": "hunter2"},
            '(password authentication failed for user|role) "nobody_here"',
        ),
        ({"NAME": "nodb"}, r'database "nodb" does not exist\. Start it, make the database'),
    ],
)
def test_a_database_that_lets_nobody_in_is_named_with_its_own_reason(
    monkeypatch: pytest.MonkeyPatch, parts: dict[str, str], reason: str
) -> None:
    for name, value in parts.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    with (
        override_settings(DATABASE_URL="postgres://me:hunter2@db.example/x"),
        pytest.raises(CommandError) as caught,
    ):
        _run("prepare")
    said = str(caught.value)
    assert "DATABASE_URL (postgres://***@db.example/x): " in said
    assert re.search(reason, said)
    assert "unset DATABASE_URL" in said
    assert "\n" not in said
    assert "hunter2" not in said


def test_a_redis_that_does_not_answer_is_named() -> None:
    url = f"redis://:hunter2@127.0.0.1:{free_port()}/0"
    with override_settings(REDIS_URL=url), pytest.raises(CommandError, match="REDIS_URL") as caught:
        _run("prepare")
    assert "hunter2" not in str(caught.value)


def test_a_database_of_another_market_is_refused_and_kept() -> None:
    run = AnalysisRun.objects.create(kind="pass", scheduled_for=timezone.now(), world="replay")
    with (
        override_settings(MARKET_WORLD="simulated"),
        pytest.raises(CommandError, match=r"runs of a replay market.*asks for a simulated one"),
    ):
        _run("prepare")
    assert AnalysisRun.objects.filter(pk=run.pk).exists()


def test_static_files_are_collected_again_only_when_one_changed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    with override_settings(STATICFILES_DIRS=[source]):
        assert statics_collect() is True
        assert statics_collect() is False
        (source / "a.css").write_text("a { color: red }")
        assert statics_collect() is True


def test_the_doctor_tells_what_is_set_and_never_a_key() -> None:
    roles_ensure()
    first_login_ensure("trader", "trader", "pw")
    canary = "canary-key-0123456789"
    keys = {"POLYGON_API_KEY": canary, "FMP_API_KEY": canary}
    with override_settings(MARKET_WORLD="live", MARKET="live", PORT=free_port(), **keys):
        report = _run("doctor")
    assert "MARKET is live" in report
    assert "1 people can log in" in report
    assert "Nothing to mend" in report
    assert canary not in report


def test_the_doctor_tells_that_a_replay_cannot_begin_where_it_shall(tmp_path: Path) -> None:
    out = StringIO()
    folder = str(recording.write(tmp_path))
    wrong = {"MARKET": folder, "MARKET_WORLD": "replay", "MARKET_FROM": "1999-01-04"}
    with override_settings(**wrong), pytest.raises(SystemExit):
        call_command("doctor", stdout=out)
    assert "BAD   MARKET_FROM is 1999-01-04, but must be a day from 2025-09-03" in out.getvalue()


def test_the_doctor_tells_how_to_mend_a_redis_that_is_away() -> None:
    out = StringIO()
    dead = f"redis://127.0.0.1:{free_port()}/0"
    with override_settings(REDIS_URL=dead, REDIS_EMBEDDED=False), pytest.raises(SystemExit):
        call_command("doctor", stdout=out)
    assert "BAD   Redis does not answer" in out.getvalue()
    assert "-> Start it, mend or unset REDIS_URL." in out.getvalue()


def test_the_doctor_tells_why_a_database_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "nodb")
    out = StringIO()
    with (
        mock.patch("sectorlight.management.commands.doctor.database_check", return_value={"status": "down"}),
        override_settings(DATABASE_EMBEDDED=False),
        pytest.raises(SystemExit),
    ):
        call_command("doctor", stdout=out)
    assert "BAD   PostgreSQL does not let us in (DATABASE_URL: " in out.getvalue()
    assert 'database "nodb" does not exist.\n      -> Start it, make the database' in out.getvalue()


def test_the_doctor_does_not_take_a_stranger_for_a_web_server_that_was_stopped(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        state_write(tmp_path, State(web_url=f"http://127.0.0.1:{port}", supervisor_pid=os.getpid()))
        out = StringIO()
        with (
            mock.patch("sectorlight.management.commands.doctor.answers", return_value=True),
            override_settings(DATA_DIR=tmp_path, PORT=port),
            pytest.raises(SystemExit),
        ):
            call_command("doctor", stdout=out)
    assert f"BAD   Port {port} on 127.0.0.1 is taken." in out.getvalue()


@pytest.mark.parametrize(
    ("settings_now", "expected"),
    [
        ({"HOST": "0.0.0.0"}, {"sectorlight.W001"}),
        ({"HOST": "0.0.0.0", "SECURE_SSL": True}, set()),
        ({"HOST": "0.0.0.0", "DEBUG": True, "SECURE_SSL": True}, {"sectorlight.E001"}),
        ({"ALLOWED_HOSTS": ["*"]}, {"sectorlight.W002"}),
        ({"MARKET_WORLD": "live", "FMP_API_KEY": ""}, {"sectorlight.W003"}),
        ({"MARKET_FROM": "2026-03-31", "MARKET_WORLD": "live", "FMP_API_KEY": "key"}, {"sectorlight.W004"}),
        ({}, set()),
    ],
)
def test_a_mistake_of_the_operator_has_an_id(settings_now: dict[str, object], expected: set[str]) -> None:
    with override_settings(**settings_now):
        found = {message.id for message in run_checks() if (message.id or "").startswith("sectorlight.")}
    assert found == expected
