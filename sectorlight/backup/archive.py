"""One backup file: a zip with the dump and its manifest, named so that names sort by time.

The dump is stored as pg_dump compressed it; ``unzip`` gives it to anybody with pg_restore.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sectorlight.backup.errors import BackupError
from sectorlight.backup.manifest import Manifest, manifest_parse, manifest_text

DUMP, MANIFEST = "database.dump", "manifest.json"
CHUNK = 1 << 20
#: What zipfile says of a file cut short or altered; one wrong bit may call it compressed or encrypted.
BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, RuntimeError)
_OWN = re.compile(r"sectorlight-(\w+)-\d{8}T\d{6}Z\.zip")


def backup_name(world: str, made_at: dt.datetime) -> str:
    return f"sectorlight-{world}-{made_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.zip"


@contextmanager
def archive_write(*names: Path) -> Iterator[Archive]:
    """A file in the making, readable by its owner only; it has its name when all is written, or is gone.

    The first of ``names``, all of one folder, that no file has and no other backup is writing.
    """
    _sweep(names[0].parent)
    path, fresh, file = _claim(names)
    with file:
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
                yield Archive(path, packed)
            file.flush()
            os.fsync(file.fileno())
            os.replace(fresh, path)
        except BaseException:
            # Before it is unlocked: the name may be another backup's then.
            fresh.unlink(missing_ok=True)
            raise
    try:
        _keep_folder(path.parent)
    except OSError:
        path.unlink()
        raise


class Archive:
    """The zip file while it is written: first the dump, then the manifest."""

    def __init__(self, path: Path, packed: zipfile.ZipFile) -> None:
        self.path = path
        self._packed = packed

    def dump(self, source: IO[bytes], tell: Callable[[int], None]) -> tuple[str, int]:
        """Take all of ``source``; its SHA-256 and length. ``tell`` hears how many bytes there are so far."""
        digest, size = hashlib.sha256(), 0
        with self._packed.open(DUMP, "w", force_zip64=True) as member:
            while chunk := source.read(CHUNK):
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                tell(size)
        return digest.hexdigest(), size

    def manifest(self, manifest: Manifest) -> None:
        self._packed.writestr(MANIFEST, manifest_text(manifest))


def manifest_read(path: Path) -> Manifest:
    """Raises `BackupError` naming the file and what is wrong with it."""
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    try:
        with zipfile.ZipFile(path) as packed:
            return manifest_parse(packed.read(MANIFEST))
    except BackupError as exc:
        raise BackupError(f"{path} cannot be restored. {exc}") from exc
    except BROKEN as exc:
        raise BackupError(
            f"{path} is no whole backup of SectorLight: {_words(exc)}. It was cut short, damaged, "
            "or is something else. Take another one; nothing was changed."
        ) from exc


def dump_check(path: Path, manifest: Manifest) -> None:
    """Read the whole dump once. Raises `BackupError` unless it is the one that the manifest tells of."""
    digest, size = hashlib.sha256(), 0
    try:
        with dump_open(path) as dump:
            while chunk := dump.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except BROKEN as exc:
        raise _damaged(path, _words(exc)) from exc
    if (digest.hexdigest(), size) != (manifest.dump_sha256, manifest.dump_bytes):
        raise _damaged(
            path,
            f"its dump has {size} bytes and SHA-256 {digest.hexdigest()[:12]}..., its manifest tells "
            f"{manifest.dump_bytes} bytes and {manifest.dump_sha256[:12]}...",
        )


@contextmanager
def dump_open(path: Path) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as packed, packed.open(DUMP) as dump:
        yield dump


def backups_of(folder: Path, world: str) -> list[tuple[Path, Manifest]]:
    """Our own whole backups of one world in ``folder``, oldest first. Anything else there is passed over."""
    found = []
    for path in sorted(folder.glob("sectorlight-*.zip")):
        matched = _OWN.fullmatch(path.name)
        if matched is None or matched[1] != world:
            continue
        with suppress(BackupError):
            found.append((path, manifest_read(path)))
    return found


def backups_thin(fresh: Path, kept: int, like: Manifest) -> list[Path]:
    """Remove all but the newest ``kept`` backups of the database of ``fresh`` in its folder; which ones went.

    Never ``fresh`` itself, which is not the newest by name when the clock was set back.
    """
    own = [path for path, manifest in backups_of(fresh.parent, like.world) if manifest.is_of(like)]
    old = [path for path in own[:-kept] if path != fresh]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _damaged(path: Path, why: str) -> BackupError:
    return BackupError(f"{path} is damaged: {why}. Take another one; nothing was changed.")


def _words(exc: Exception) -> str:
    return str(exc).strip("'\"").rstrip(".") or type(exc).__name__


def _claim(names: Sequence[Path]) -> tuple[Path, Path, IO[bytes]]:
    """The first name that is free, and its unfinished file, which keeps it free for us."""
    for path in names:
        fresh = path.with_name(f".sectorlight-{path.name}.part")
        file = _locked(fresh)
        if file is None:
            continue
        if not path.exists():
            return path, fresh, file
        fresh.unlink()
        file.close()
    if names[0].exists():
        raise BackupError(f"{names[0]} exists already and is left alone. Name another file, or a folder.")
    raise BackupError(f"Another backup is writing {names[0]}. Wait for its end, or name another file.")


def _locked(fresh: Path) -> IO[bytes] | None:
    """A new file, readable by its owner only: whoever finds it unlocked knows that its maker is gone. None:
    another backup has it."""
    while True:
        try:
            file = os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        except FileExistsError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                return file
        except OSError:
            fresh.unlink(missing_ok=True)
            file.close()
            raise
        # Another backup into this folder swept it away before it was locked.
        file.close()


def _sweep(folder: Path) -> None:
    """Remove what killed backups left here."""
    for path in folder.glob(".sectorlight-*.part"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # One that ended just now has its own name, and this one may be the next backup's.
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                path.unlink()


def _keep_folder(folder: Path) -> None:
    """Have the new name on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as exc:
        # Some network file systems keep names by themselves and cannot be asked.
        if exc.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)
