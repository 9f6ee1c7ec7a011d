"""Where an MCP server is: a command to start, or an address. What of it may be shown."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

#: What a program may need to reach the world, whoever starts it.
_COMMON = (
    *("LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    *("NODE_EXTRA_CA_CERTS", "VIRTUAL_ENV", "XDG_CACHE_HOME", "XDG_DATA_HOME"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
_COMMON_PREFIXES = ("UV_", "PIP_", "NPM_CONFIG_", "npm_config_")


@dataclass(frozen=True, slots=True)
class Child:
    """What a vendor's server reads from its environment: the key and the address under these names, and the
    user's own settings with these prefixes."""

    key_names: tuple[str, ...]
    base_name: str
    prefixes: tuple[str, ...] = ()

    def environment(self, key: str, base_url: str | None) -> dict[str, str]:
        """``base_url`` None is the server's own default."""
        handed = {
            name: value
            for name, value in os.environ.items()
            if name in _COMMON or name.startswith((*_COMMON_PREFIXES, *self.prefixes))
        }
        handed |= dict.fromkeys(self.key_names, key) if key else {}
        return handed | ({self.base_name: base_url} if base_url else {})


@dataclass(frozen=True, slots=True)
class Target:
    """``url`` or ``command``, the other is empty. The repr shows neither query nor arguments' secrets."""

    url: str = field(default="", repr=False)
    command: tuple[str, ...] = field(default=(), repr=False)

    @property
    def shown(self) -> str:
        """For logs and pages: an address without user part and query; a command without its arguments."""
        if self.url:
            parts = urlsplit(self.url)
            port = f":{parts.port}" if parts.port else ""
            return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
        return self.command[0] if self.command else ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Parts that must never be repeated: values of the query, and the user part."""
        parts = urlsplit(self.url)
        values = [value for _, value in parse_qsl(parts.query)]
        return tuple(text for text in (*values, parts.password, parts.username) if text and len(text) >= 4)


def target_read(text: str, environment: Mapping[str, str] | None = None) -> Target:
    """The target of a setting. Raises `ValueError` with what is wrong, never repeating a query."""
    if "://" in text.split(" ")[0]:
        return _address(text)
    try:
        command = tuple(shlex.split(text))
    except ValueError as exc:
        raise ValueError(f"a command whose quotes are closed ({exc})") from None
    if not command or shutil.which(command[0], path=(environment or os.environ).get("PATH")) is None:
        raise ValueError("a command whose program is on this machine, or an http:// or https:// address")
    return Target(command=command)


def _address(text: str) -> Target:
    wanted = "an http:// or https:// address of an MCP server, such as http://127.0.0.1:8000/mcp"
    try:
        parts = urlsplit(text)
        sound = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(wanted) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not sound or " " in text:
        raise ValueError(wanted)
    return Target(url=text)
