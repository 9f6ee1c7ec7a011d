"""Whether a backup may be restored by this code onto this server: all refusals that need no dump."""

from __future__ import annotations

import re

from django.db.migrations.loader import MigrationLoader

from sectorlight import __version__
from sectorlight.backup.address import Session
from sectorlight.backup.errors import BackupError
from sectorlight.backup.manifest import Manifest, Timescale


def code_fits(manifest: Manifest, world: str) -> None:
    """Raises `BackupError` for a backup of a newer SectorLight, or of another market than ``world``."""
    if _parts(manifest.product_version) > _parts(__version__):
        raise BackupError(
            f"The backup was made by SectorLight {manifest.product_version}, this is {__version__}. "
            f"Update SectorLight to {manifest.product_version} or newer, then restore."
        )
    unknown = _unknown_migrations(manifest)
    if unknown:
        raise BackupError(
            f"The backup holds migrations that this code does not know: {', '.join(unknown[:5])}. "
            "It was made by "
            "a newer SectorLight. Update the code, then restore."
        )
    if manifest.world != world:
        raise BackupError(
            f"The backup is of a {manifest.world} market, and MARKET asks for a {world} one. "
            "Each market has a database of its own: change MARKET and DATABASE_URL, or take another backup."
        )


def server_fits(manifest: Manifest, session: Session) -> None:
    """Raises `BackupError` unless the server has the very TimescaleDB that the backup was made with, and lets
    this user open its tables."""
    wanted = manifest.facts.timescale
    if wanted is None:
        return
    rows = session.execute("SELECT version FROM pg_available_extension_versions WHERE name = 'timescaledb'")
    offered = [version for (version,) in rows]
    if not offered:
        raise BackupError(
            f"The backup holds tables of {wanted}, and this server has no TimescaleDB. Install version "
            f"{wanted.version} on it and put timescaledb into shared_preload_libraries, or restore "
            "it where it "
            "came from. docs/backup.md says how data moves to a server without."
        )
    if wanted.version not in offered:
        raise BackupError(
            f"The backup was made with TimescaleDB {wanted.version}, this server offers "
            f"{', '.join(sorted(offered)[-5:])}. Its tables fit one version only: install "
            f"{wanted.version}, "
            "restore, and update the extension afterwards."
        )
    row = session.execute("SELECT rolsuper, rolname FROM pg_roles WHERE rolname = current_user").fetchone()
    if row is not None and not row[0]:
        raise BackupError(
            f"The backup holds tables of {wanted}, which only a superuser may restore, and {row[1]} "
            "is none. Name "
            "a superuser in DATABASE_URL for this command; everything will belong to the owner of "
            "the database."
        )


def edition_fits(wanted: Timescale, found: Timescale | None) -> None:
    """Raises `BackupError` when the community edition's tables would be read by the Apache edition."""
    if wanted.edition == "community" and found is not None and found.edition != "community":
        raise BackupError(
            f"The backup was made with {wanted}, this server runs {found}, which cannot read "
            "compressed chunks "
            "and knows no policies. Use a server with the community edition."
        )


def pending(applied: dict[str, list[str]]) -> list[str]:
    """The migrations of this code that ``applied`` lacks."""
    disk = MigrationLoader(None).disk_migrations
    have = {(app, name) for app, names in applied.items() for name in names}
    return sorted(f"{app}.{name}" for app, name in set(disk) - have)


def _unknown_migrations(manifest: Manifest) -> list[str]:
    loader = MigrationLoader(None)
    known = {tuple(key) for key in loader.disk_migrations}
    for migration in loader.disk_migrations.values():
        known.update(tuple(replaced) for replaced in migration.replaces)
    return sorted(
        f"{app}.{name}"
        for app, names in manifest.facts.migrations.items()
        # An app that was taken out since leaves tables that harm nobody.
        if app in loader.migrated_apps
        for name in names
        if (app, name) not in known
    )


def _parts(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]
