"""Addresses of servers and names of hosts as settings: what each kind must be to be of use."""

from __future__ import annotations

import ipaddress
import re
import shlex
import shutil
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from sectorlight.env import Secret, SettingError, env_list, env_text, env_url, refuse, without_password

DATABASE = "postgres://user:password@host:5432/name, or postgres:///name?host=/folder/of/its/socket"
_DATABASE_NUMBER = re.compile(r"(/[0-9]{0,9})?")
#: They mean something in a pattern of Redis, or to a cluster.
_PATTERN_SIGNS = "*?[]{}\\"
#: What Django can match a Host header with: a name, or one with its subdomains, or an address of version 4.
_HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)
_HOST_V6 = re.compile(r"\[([0-9a-f:.]+)\]", re.IGNORECASE)


def env_database_url(name: str, default: str) -> str:
    """A PostgreSQL with a database's name, by host or by socket; what follows the ``?`` is libpq's."""
    schemes = ("postgres", "postgresql")
    value = env_url(name, default, schemes, hostless=schemes)
    parts = urlsplit(value)
    further = {key: values[0] for key, values in parse_qs(parts.query).items()}
    if not parts.path.strip("/") or not (parts.hostname or further.get("host")):
        raise refuse(name, without_password(value), f"an address such as {DATABASE}")
    try:
        make_conninfo("", **further)
    except psycopg.ProgrammingError as exc:
        raise refuse(
            name, without_password(value), f"an address that PostgreSQL's library understands ({exc})"
        ) from None
    return value


def env_redis_url(name: str, default: str) -> str:
    """A Redis by host, whose path is at most the number of a database: Celery reads it nowhere else."""
    value = env_url(name, default, ("redis", "rediss"))
    parts = urlsplit(value)
    if not _DATABASE_NUMBER.fullmatch(parts.path) or "db" in parse_qs(parts.query, keep_blank_values=True):
        raise refuse(
            name,
            without_password(value),
            "an address such as redis://host:6379/0, whose path is empty or the number of a database, "
            "which stands nowhere else",
        )
    return value


def env_hosts(name: str, default: Sequence[str]) -> list[str]:
    """Host names as Django's ALLOWED_HOSTS takes them. Anything else would match nothing and lock all out."""
    hosts = env_list(name, default)
    for host in hosts:
        if not _is_host(host):
            raise refuse(
                name,
                ",".join(hosts),
                "host names with commas between, without http:// and port, such as board.example.com, "
                f".example.com (all its subdomains too), 192.0.2.7 or [2001:db8::7]; {host!r} is none",
            )
    return hosts


def _is_host(text: str) -> bool:
    if found := _HOST_V6.fullmatch(text):
        try:
            ipaddress.IPv6Address(found[1])
        except ValueError:
            return False
        return True
    return text == "*" or _HOST.fullmatch(text) is not None


def env_prefix(name: str) -> str:
    """A text in front of keys. They are looked for by pattern, and a cluster hashes what is in braces."""
    value = env_text(name)
    if any(sign in _PATTERN_SIGNS or sign.isspace() or not sign.isprintable() for sign in value):
        raise refuse(
            name, value, f"a text without spaces and without {' '.join(_PATTERN_SIGNS)}, such as board:"
        )
    return value


def env_mcp(name: str) -> Secret:
    """An MCP server: the command that starts one, or its address; empty for none. Hidden in a repr, since
    FMP's own address carries the key; a refusal repeats no more than the program's name."""
    value = env_text(name)
    if "://" in value.split(" ")[0]:
        if " " in value:
            raise SettingError(f"{name} is an address with a space in it; an address has none.")
        return Secret(env_url(name, "", ("http", "https")))
    try:
        command = shlex.split(value)
    except ValueError as exc:
        raise SettingError(f"{name} is a command that cannot be read: {exc}. Close its quotes.") from None
    if value and (not command or shutil.which(command[0]) is None):
        raise refuse(
            name,
            command[0] if command else value,
            "an http:// or https:// address of an MCP server, or a command whose program is on this machine, "
            "such as mcp_massive, or uvx with its arguments",
        )
    return Secret(value)
