"""Which addresses of servers are taken, and what is said about the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectorlight import env
from sectorlight.addresses import env_database_url, env_hosts, env_prefix, env_redis_url
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


@pytest.mark.parametrize("url", ["redis://h", "redis://h/", "rediss://:p@h:6379/15", "redis://h/1?health=1"])
def test_a_redis_may_have_the_number_of_a_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", url)
    assert env_redis_url("THING", "") == url


@pytest.mark.parametrize("path", ["/notanumber", "/0/", "/-1", "/1/2", "/0?db=3"])
def test_a_redis_with_anything_else_for_a_database_is_refused(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THING", f"redis://:hunter2@h:6379{path}")
    with pytest.raises(SettingError, match=r"THING is .*path is empty or the number of a data") as caught:
        env_redis_url("THING", "")
    assert "hunter2" not in str(caught.value)


def test_hosts_are_names_patterns_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = ["localhost", "Board.example.com", ".example.com", "192.0.2.7", "[::1]", "*"]
    monkeypatch.setenv("THING", ", ".join(hosts))
    assert env_hosts("THING", ["localhost"]) == hosts


@pytest.mark.parametrize(
    "host",
    ["http://foo bar", "foo bar", "https://h", "h:8000", "h/", "*.example.com", "a_b", "a..b", "h.", "::1",
     "[::1", "[::g]", "[1:2]", "bücher.example"],
)  # fmt: skip
def test_what_no_browser_can_ask_for_is_no_host(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", f"localhost,{host}")
    with pytest.raises(SettingError) as caught:
        env_hosts("THING", ["localhost"])
    assert f"THING is {f'localhost,{host}'!r}, but must be host names" in str(caught.value)
    assert str(caught.value).endswith(f"{host!r} is none.")


@pytest.mark.parametrize("prefix", ["", "board:", "test-gw0:", "büro/1."])
def test_keys_may_have_a_plain_text_in_front(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", prefix)
    assert env_prefix("THING") == prefix


@pytest.mark.parametrize("prefix", ["a b", "a\tb", "a\x07", "a*", "a?", "[a]", "{a}", "a\\"])
def test_what_means_something_in_a_pattern_is_not_put_in_front_of_keys(
    prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THING", prefix)
    with pytest.raises(SettingError) as caught:
        env_prefix("THING")
    assert str(caught.value).startswith(
        f"THING is {prefix!r}, but must be a text without spaces and without *"
    )
