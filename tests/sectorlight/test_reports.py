"""Error reports go where SENTRY_DSN says, from every process, or the start says what is missing."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sectorlight import env
from sectorlight.env import SettingError
from sectorlight.reports import env_dsn, reports_start

DSN = "https://0123456789abcdef@sentry.example/42"


@pytest.fixture(autouse=True)
def _no_file() -> None:
    env.env_file(Path("/nonexistent"))


@pytest.mark.parametrize("dsn", ["", DSN, "http://key@host:9000/behind/a/prefix/7"])
def test_a_projects_address_is_taken(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", dsn)
    assert env_dsn("THING") == dsn


@pytest.mark.parametrize(
    ("dsn", "allowed"),
    [
        ("zzz", "https:// or http:// in front"),
        ("https://sentry.example/42", "https://key@host/number"),
        ("https://hush@sentry.example", "https://key@host/number"),
        ("https://hush@sentry.example/project", "https://key@host/number"),
    ],
)
def test_what_is_no_projects_address_is_refused_without_its_key(
    dsn: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THING", dsn)
    with pytest.raises(SettingError, match="THING is '") as caught:
        env_dsn("THING")
    assert allowed in str(caught.value)
    assert "hush" not in str(caught.value)


def test_without_the_client_the_start_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(SettingError, match=r"SENTRY_DSN is set, .* requirements/production\.txt, or unset"):
        reports_start(DSN, "1")


def test_reports_hold_no_persons_and_no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[str, dict[str, Any]]] = []
    client = ModuleType("sentry_sdk")
    client.init = lambda dsn, **options: begun.append((dsn, options))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentry_sdk", client)
    reports_start(DSN, "1")
    (dsn, options), *more = begun
    assert (dsn, more) == (DSN, [])
    assert options["send_default_pii"] is options["include_local_variables"] is False
    assert options["trace_propagation_targets"] == []


def test_a_report_holds_no_key_and_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[dict[str, Any]] = []
    client = ModuleType("sentry_sdk")
    client.init = lambda dsn, **options: begun.append(options)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentry_sdk", client)
    reports_start(DSN, "1")
    event = {
        "message": "postgres://me:hunter2@host/name is away",
        "breadcrumbs": {"values": [{"data": {"http.query": "apikey=hunter2", "status": 200}}]},
        "params": ("token=hunter2",),
    }
    assert begun[0]["before_send"](event, {}) == {
        "message": "postgres://me:***@host/name is away",
        "breadcrumbs": {"values": [{"data": {"http.query": "apikey=***", "status": 200}}]},
        "params": ["token=***"],
    }
