"""One database as libpq knows it, for our own sessions and for PostgreSQL's programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sectorlight.backup.errors import BackupError
from sectorlight.env import without_password

Session = psycopg.Connection[Any]

#: By which our own sessions are known in pg_stat_activity.
OWN_NAME = "sectorlight backup"
#: Seconds until a server that does not answer is given up.
PATIENCE = "10"
#: What else ends a session of ours that counts a large table, or waits while a program of PostgreSQL's works.
TIME_OUTS = [
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
]


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where one database is and how it lets us in; ``shown`` is what may be said of it."""

    parameters: dict[str, str]
    shown: str
    url: str

    @property
    def name(self) -> str:
        return str(self.parameters["dbname"])

    def of(self, name: str) -> Address:
        """Another database of the same server."""
        parts = urlsplit(self.url)
        # Not geturl(): without a host, as of a socket, it leaves out the slashes, which libpq asks for.
        query = f"?{parts.query}" if parts.query else ""
        url = f"{parts.scheme}://{parts.netloc}/{quote(name, safe='')}{query}"
        return replace(self, parameters=self.parameters | {"dbname": name}, url=url)

    def open(self) -> Session:
        """A session that commits each statement. Raises `BackupError` with the server's own reason."""
        wanted = {"connect_timeout": PATIENCE, **self.parameters, "application_name": OWN_NAME}
        try:
            session = psycopg.connect(make_conninfo("", **wanted), autocommit=True)
            # Of the settings, since not every version of PostgreSQL has each.
            session.execute(
                "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = ANY(%s)", (TIME_OUTS,)
            )
        except psycopg.Error as exc:
            raise BackupError(
                f"PostgreSQL does not let us in at {self.shown}, database {self.name!r}: {reason(exc)}. "
                "Start it, or mend DATABASE_URL or its password."
            ) from exc
        return session

    def environment(self) -> dict[str, str]:
        """Everything that libpq reads from variables: nobody else sees it, as they would an argument."""
        return {
            option: self.parameters[keyword] for keyword, option in _variables().items() if self._has(keyword)
        } | {"PGAPPNAME": OWN_NAME, "PGCONNECT_TIMEOUT": self.parameters.get("connect_timeout", PATIENCE)}

    def argument(self) -> str:
        """The rest as a connection string: what libpq knows no variable for, and nothing secret."""
        variables = _variables()
        rest = {key: value for key, value in self.parameters.items() if key not in variables}
        if "sslpassword" in rest:
            raise BackupError(
                "DATABASE_URL has sslpassword, which PostgreSQL's programs take only where others "
                "can read it. "
                "Use a key file without a passphrase, readable by its owner alone."
            )
        return make_conninfo("", **rest, dbname=self.name)

    def _has(self, keyword: str) -> bool:
        return self.parameters.get(keyword) is not None


def address_of(url: str) -> Address:
    """The database of a URL such as DATABASE_URL, options of libpq and sockets included."""
    parameters = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    return Address({key: str(value) for key, value in parameters.items()}, without_password(url), url)


def _variables() -> dict[str, str]:
    """libpq's keywords that have an environment variable."""
    return {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }


@contextmanager
def refusal_told(state: str) -> Iterator[None]:
    """An error of PostgreSQL's inside becomes a `BackupError` that ends with ``state``: what was changed."""
    try:
        yield
    except psycopg.Error as exc:
        raise BackupError(f"PostgreSQL refused: {reason(exc)}. {state}") from exc


def reason(exc: psycopg.Error | BackupError) -> str:
    """PostgreSQL's own words without the statement, or ours; without a full stop at the end."""
    if isinstance(exc, BackupError):
        return str(exc).removesuffix(".")
    told = exc.diag.message_primary or str(exc)
    words = " ".join(line.strip() for line in told.splitlines() if not line.startswith("\t"))
    return words.rpartition("FATAL: ")[2].removeprefix("connection failed: ").strip().rstrip(".")
