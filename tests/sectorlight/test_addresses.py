"""Which addresses of servers are taken, and what is said about the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectorlight import env
from sectorlight.addresses import env_database_url
from sectorlight.env import SettingError


@pytest.fixture(autouse=True)
def _no_file() -> None:
    env.env_file(Path("/nonexistent"))


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@host:5432/name",
        "postgresql://host/name?sslmode=require",
        "postgres:///name?host=/run/postgresql",
        "postgres://u:p@/name?host=/tmp",
    ],
)
def test_a_database_is_reached_by_host_or_by_socket(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", url)
    assert env_database_url("THING", "") == url


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("mysql://host/name", "postgres:// or postgresql:// in front"),
        ("postgres:name", "postgres:// or postgresql:// in front"),
        ("postgres://u:hunter2@host", "postgres://user:password@host:5432/name"),
        ("postgres:///name", "postgres:///name?host=/folder/of/its/socket"),
        ("postgres:///?host=/tmp", "postgres:///name?host=/folder/of/its/socket"),
        ("postgres://u:hunter2@host/name?colour=red", 'invalid connection option "colour"'),
    ],
)
def test_a_database_without_a_name_or_a_place_is_refused(
    url: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THING", url)
    with pytest.raises(SettingError, match="THING is ") as caught:
        env_database_url("THING", "")
    assert allowed in str(caught.value)
    assert "hunter2" not in str(caught.value)
