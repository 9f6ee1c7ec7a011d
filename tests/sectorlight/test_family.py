"""In which order the family comes up, with children that are only noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from sectorlight import family as family_module
from sectorlight.embedded.processes import Program
from sectorlight.embedded.supervisor import FamilyEnded
from sectorlight.family import Address, Start

MADE = "log-in trader  hush   (made now and shown only this once)"


class Noted:
    """A family that starts nothing: it notes names, and says what a program that is run once would say."""

    def __init__(self, words: dict[str, str] | None = None) -> None:
        self.names: list[str] = []
        self.looks = 0
        self._words = words or {}

    def is_stopping(self) -> bool:
        return False

    def start(self, program: Program, *, is_server: bool = False) -> None:
        self.names.append(program.name)

    def run_once(self, program: Program, *, on_line: Callable[[str], None]) -> None:
        self.names.append(program.name)
        if program.name == "prepare":
            on_line(MADE)
        elif words := self._words.get(program.command[2]):
            on_line(words)
            raise FamilyEnded("ended with exit code 1")

    def watch(self) -> None:
        self.looks += 1

    def run(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _foreign_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(family_module, "LOOK_EVERY", 0.0)
    own = {"REDIS_EMBEDDED": False, "DATABASE_EMBEDDED": False}
    with override_settings(DATA_DIR=tmp_path, MARKET_DIR=tmp_path / "simulated", **own):
        yield


def _started(family: Any, said: list[str]) -> None:
    Start(family, Address("127.0.0.1", 8000), said.append).run()


def test_the_address_is_told_only_once_the_market_answers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    family, said = Noted(), list[str]()
    greeted_at: list[int] = []

    def answers(url: str, **_: Any) -> bool:
        if any("SectorLight is at" in line for line in said):
            greeted_at.append(family.looks)
        return not url.endswith("/simulator/health") or family.looks >= 3

    monkeypatch.setattr(family_module, "answers", answers)
    _started(family, said)
    assert greeted_at == []
    assert family.names == ["market", "prepare", "web", "worker", "beat", "stream"]
    assert [line for line in said if line.strip()][-2:] == [
        f"  {MADE}",
        "  Ctrl-C stops it; the data is kept.",
    ]


def test_log_ins_that_were_made_are_told_even_if_the_start_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(family_module, "answers", lambda url, **_: not url.endswith("/simulator/health"))
    monkeypatch.setattr(family_module, "MARKET_PATIENCE", -1.0)
    with pytest.raises(FamilyEnded, match="did not answer within"):
        _started(Noted(), said)
    assert said == [f"  {MADE}"]


def test_a_replay_is_opened_once_before_anything_is_started() -> None:
    family = Noted({"open_market": "MARKET_FROM is 1999-01-04, but must be a day from ..."})
    with (
        override_settings(MARKET_WORLD="replay", MARKET="/days", MARKET_FROM="1999-01-04"),
        pytest.raises(FamilyEnded, match=r"^MARKET_FROM is 1999-01-04, but must be a day from \.\.\.$"),
    ):
        _started(family, [])
    assert family.names == ["market"]


@pytest.mark.parametrize(
    ("host", "allowed", "name"),
    [
        ("127.0.0.1", ["localhost", "127.0.0.1"], "127.0.0.1"),
        ("0.0.0.0", ["board.example.com", "localhost"], "localhost"),
        ("::", ["localhost", "[::1]"], "[::1]"),
        ("127.0.0.1", ["board.example.com"], "board.example.com"),
        ("127.0.0.1", [".example.com"], "example.com"),
        ("192.0.2.7", ["*"], "192.0.2.7"),
        ("192.0.2.7", ["localhost", "board.example.com"], "board.example.com"),
        ("192.0.2.7", ["localhost", "127.0.0.1", "[::1]"], ""),
        ("127.0.0.1", ["[::1]"], ""),
    ],
)
def test_the_address_that_is_told_is_one_that_is_answered(host: str, allowed: list[str], name: str) -> None:
    assert Address(host, 8000).name(allowed) == name


@pytest.mark.parametrize(
    ("host", "url"), [("0.0.0.0", "http://127.0.0.1:80"), ("::1", "http://[::1]:80"), ("h", "http://h:80")]
)
def test_the_server_is_asked_where_it_listens(host: str, url: str) -> None:
    assert Address(host, 80).url == url


def test_the_web_server_is_asked_for_the_host_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    said: list[str] = []

    def answers(url: str, **more: Any) -> bool:
        asked[url] = more
        return True

    monkeypatch.setattr(family_module, "answers", answers)
    with override_settings(ALLOWED_HOSTS=["board.example.com"]):
        _started(Noted(), said)
    assert asked["http://127.0.0.1:8000/health/live"] == {"host": "board.example.com:8000"}
    assert "  SectorLight is at http://board.example.com:8000 and shows a simulated market." in said
    assert (
        "  It listens at http://127.0.0.1:8000, but answers to ALLOWED_HOSTS only: board.example.com." in said
    )
