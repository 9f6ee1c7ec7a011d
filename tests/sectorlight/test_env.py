"""Settings are read from the environment, and nonsense is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sectorlight import env
from sectorlight.env import SettingError


@pytest.fixture(autouse=True)
def _no_file() -> None:
    env.env_file(Path("/nonexistent"))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def give(value: str) -> None:
        monkeypatch.setenv("THING", value)

    return give


@pytest.mark.parametrize(
    ("read", "value", "allowed"),
    [
        (lambda: env.env_bool("THING", False), "perhaps", "one of 1, true, yes, on"),
        (lambda: env.env_int("THING", 1, low=1, high=65535), "80a", "a whole number from 1 to 65535"),
        (lambda: env.env_int("THING", 1, low=1, high=65535), "70000", "a whole number from 1 to 65535"),
        (lambda: env.env_float("THING", 1, low=1, high=60), "fast", "a number from 1 to 60"),
        (lambda: env.env_float("THING", 1, low=1, high=60), "0.5", "a number from 1 to 60"),
        (lambda: env.env_float("THING", 1, low=1, high=60), "nan", "a number from 1 to 60"),
        (lambda: env.env_choice("THING", "text", ("text", "json")), "xml", "one of text, json"),
        (lambda: env.env_url("THING", "", ("redis", "rediss")), "localhost:6379", "redis://"),
        (lambda: env.env_url("THING", "", ("redis",)), "redis://host:99999/0", "redis://"),
        (lambda: env.env_url("THING", "", ("a", "b"), hostless=("b",)), "a://", "a:// or b://"),
        (lambda: env.env_url("THING", "", ("a", "b"), hostless=("b",)), "b:", "a:// or b://"),
    ],
)
def test_a_wrong_value_is_refused_with_variable_value_and_what_is_allowed(
    given: Callable[[str], None], read: Callable[[], Any], value: str, allowed: str
) -> None:
    given(value)
    with pytest.raises(SettingError) as caught:
        read()
    assert "THING" in str(caught.value)
    assert value in str(caught.value)
    assert allowed in str(caught.value)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda: env.env_bool("THING", False), "YES", True),
        (lambda: env.env_bool("THING", True), "0", False),
        (lambda: env.env_bool("THING", True), "", True),
        (lambda: env.env_int("THING", 8000, low=1, high=65535), " 8001 ", 8001),
        (lambda: env.env_int("THING", 8000, low=1, high=65535), "", 8000),
        (lambda: env.env_float("THING", 1.0, low=1, high=60), "60", 60.0),
        (lambda: env.env_choice("THING", "INFO", ("DEBUG", "INFO")), "debug", "DEBUG"),
        (lambda: env.env_choice("THING", "text", ("text", "json")), "JSON", "json"),
        (lambda: env.env_list("THING", ["a"]), "b, c,", ["b", "c"]),
        (lambda: env.env_list("THING", ["a"]), "", ["a"]),
        (lambda: env.env_text("THING", "x"), "", "x"),
        (lambda: env.env_url("THING", "", ("redis",)), "", ""),
        (lambda: env.env_url("THING", "", ("redis",)), "redis://h:1/2", "redis://h:1/2"),
        (lambda: env.env_url("THING", "", ("a", "b"), hostless=("b",)), "b://", "b://"),
    ],
)
def test_a_sound_value_is_taken_and_an_empty_one_means_the_default(
    given: Callable[[str], None], read: Callable[[], Any], value: str, expected: object
) -> None:
    given(value)
    assert read() == expected


def test_a_refused_address_does_not_repeat_its_password(given: Callable[[str], None]) -> None:
    given("http://me:hunter2@host/0")
    with pytest.raises(SettingError) as caught:
        env.env_url("THING", "", ("redis",))
    assert "hunter2" not in str(caught.value)


def test_a_secret_does_not_show_in_its_repr(given: Callable[[str], None]) -> None:
    given("hunter2")
    secret = env.env_secret("THING")
    assert secret == "hunter2"
    assert "hunter2" not in repr({"key": secret})


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2\n")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "key"))
    assert env.env_secret("THING") == "hunter2"


def test_a_secret_file_that_cannot_be_read_is_refused_with_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING_FILE", "/nonexistent/key")
    with pytest.raises(SettingError, match=r"THING_FILE is '/nonexistent/key'.*readable.*FileNotFoundError"):
        env.env_secret("THING")


def test_an_empty_secret_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingError, match="not empty"):
        env.env_secret("THING")


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "a")
    monkeypatch.setenv("THING_FILE", "b")
    with pytest.raises(SettingError, match="THING and THING_FILE are both set"):
        env.env_secret("THING")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nTHING=file\nOTHER='from file'\nEMPTY\n")
    env.env_file(tmp_path / ".env")
    monkeypatch.setenv("THING", "environment")
    assert env.env_text("THING") == "environment"
    assert env.env_text("OTHER") == "from file"
    assert env.env_text("EMPTY", "default") == "default"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:pw@host:1/0", "redis://***@host:1/0"),
        ("postgres://u:p@ss@host/db?sslmode=on", "postgres://***@host/db"),
        ("redis://host:1/0", "redis://host:1/0"),
        ("u:p@host", "***@host"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert env.without_password(url) == shown
