"""What a backup says of itself, and how it is written down."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Any

from sectorlight.backup.errors import BackupError

PRODUCT = "SectorLight"
#: Changes when an older product could not read what a newer one writes.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Timescale:
    """TimescaleDB as a database uses it; ``edition`` is "Apache" or "community"."""

    version: str
    edition: str

    def __str__(self) -> str:
        return f"TimescaleDB {self.version}, {self.edition} edition"


@dataclass(frozen=True, slots=True)
class BoardMark:
    """The newest board of one world: its run, the hash stored with it, and the hash of what is stored."""

    world: str
    run_id: int
    sha256: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a database holds. ``migrations``: app to the names of all that are applied; ``rows``: table to
    its number of rows."""

    server_version: str
    server_major: int
    timescale: Timescale | None
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    boards: list[BoardMark]

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """Beside the dump in each backup. ``made_at`` is UTC; ``tool_major`` is the version of the pg_dump;
    ``cluster`` is the server's system identifier, empty when it is not known."""

    made_at: dt.datetime
    product_version: str
    database: str
    world: str
    tool_major: int
    dump_sha256: str
    dump_bytes: int
    facts: Facts
    cluster: str = ""

    def is_of(self, other: Manifest) -> bool:
        """Whether both are backups of one database: its server, its name and its market."""
        return (self.cluster, self.database, self.world) == (other.cluster, other.database, other.world)

    @property
    def newest_migrations(self) -> dict[str, str]:
        return {app: names[-1] for app, names in self.facts.migrations.items()}


def manifest_text(manifest: Manifest) -> str:
    told = asdict(manifest)
    told["made_at"] = manifest.made_at.isoformat()
    told = {"product": PRODUCT, "format": FORMAT, "newest_migrations": manifest.newest_migrations, **told}
    return json.dumps(told, indent=1)


def manifest_parse(text: str | bytes) -> Manifest:
    """Raises `BackupError` for what is no manifest of ours, or one of a newer product."""
    try:
        told = json.loads(text)
        if told["product"] != PRODUCT:
            raise ValueError(told["product"])
        newer = int(told["format"]) > FORMAT
        if not newer:
            return _manifest(told)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise BackupError(f"Its manifest cannot be read ({exc!r}).") from exc
    raise BackupError(
        f"It is in format {told['format']}, of SectorLight {told.get('product_version')}; this one "
        "reads format "
        f"{FORMAT}. Update SectorLight first."
    )


def _manifest(told: dict[str, Any]) -> Manifest:
    facts, scale = told["facts"], told["facts"]["timescale"]
    return Manifest(
        made_at=dt.datetime.fromisoformat(told["made_at"]),
        product_version=str(told["product_version"]),
        database=str(told["database"]),
        world=str(told["world"]),
        tool_major=int(told["tool_major"]),
        dump_sha256=str(told["dump_sha256"]),
        dump_bytes=int(told["dump_bytes"]),
        facts=Facts(
            server_version=str(facts["server_version"]),
            server_major=int(facts["server_major"]),
            timescale=Timescale(**scale) if scale else None,
            migrations={app: list(names) for app, names in facts["migrations"].items()},
            rows={table: int(count) for table, count in facts["rows"].items()},
            boards=[BoardMark(**board) for board in facts["boards"]],
        ),
        cluster=str(told.get("cluster", "")),
    )
