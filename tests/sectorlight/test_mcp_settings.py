from __future__ import annotations

import pytest

from sectorlight.addresses import env_mcp
from sectorlight.env import SettingError


@pytest.mark.parametrize(
    "value",
    [
        "",
        "sh",
        "sh -c 'exec a server'",
        "http://127.0.0.1:8000/mcp",
        "https://vendor.example/mcp?apikey=abcd",
    ],
)
def test_a_command_an_address_or_nothing_is_an_mcp_server(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FMP_MCP", value)
    assert env_mcp("FMP_MCP") == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("no-such-program --key abcd", "FMP_MCP is 'no-such-program', but must be an http:// or https://"),
        ("ftp://host/mcp", "FMP_MCP is 'ftp://host/mcp', but must be an address"),
        ("http:///mcp", "must be an address"),
        ("http://host:99999/mcp?apikey=abcd", "must be an address"),
        ("http://host/mcp more", "FMP_MCP is an address with a space in it"),
        ("sh -c 'open", "FMP_MCP is a command that cannot be read"),
    ],
)
def test_anything_else_is_refused_by_name_and_without_a_key(
    monkeypatch: pytest.MonkeyPatch, value: str, words: str
) -> None:
    monkeypatch.setenv("FMP_MCP", value)
    with pytest.raises(SettingError, match=words.replace("?", ".")) as caught:
        env_mcp("FMP_MCP")
    assert "abcd" not in str(caught.value)


def test_the_setting_does_not_show_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FMP_MCP", "https://vendor.example/mcp?apikey=abcd")
    assert "abcd" not in repr(env_mcp("FMP_MCP"))
