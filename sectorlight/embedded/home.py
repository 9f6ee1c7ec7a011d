"""Whose the embedded servers are and where their files lie.

An ordinary user runs them as itself, with data in the data folder. PostgreSQL refuses root, so root runs
them as an account without rights; where that account cannot reach the data folder or the wheel (a checkout
below /root, say), data and a copy of the binaries lie under /var/lib/sectorlight.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from sectorlight.embedded.processes import Account, EmbeddedError

SHARED = Path("/var/lib/sectorlight")
ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Home:
    """``data`` holds one folder per server; ``account`` is None when we run them as ourselves."""

    data: Path
    account: Account | None

    def folder(self, name: str) -> Path:
        """A folder of one server, made on first use, closed to everybody else."""
        path = self.data / name
        path.mkdir(parents=True, exist_ok=True)
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        path.chmod(0o700)
        return path

    def write(self, path: Path, text: str) -> None:
        """A file that only the servers' account can read."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def home_choose(data_dir: Path) -> Home:
    """The home of this checkout's servers."""
    if os.geteuid() != 0:
        return Home(data_dir, None)
    account = _unprivileged_account()
    data_dir.mkdir(parents=True, exist_ok=True)
    if others_reach(data_dir):
        return Home(data_dir, account)
    data = shared_folder(data_dir)
    _make_open(data)
    return Home(data, account)


def shared_folder(data_dir: Path) -> Path:
    """Where root's servers of ``data_dir`` have their data when they cannot reach it; it may not exist."""
    mark = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    return SHARED / mark


def _make_open(folder: Path) -> None:
    """Make a folder right in `SHARED` that every account may pass, whatever our umask is."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (SHARED, folder):
        path.chmod(0o755)


def _unprivileged_account() -> Account:
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        f"PostgreSQL does not run as root and there is no account {' or '.join(ACCOUNTS)} to run it as. "
        "Start as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."
    )


def others_reach(path: Path) -> bool:
    """Whether an account without rights may pass every folder on the way to ``path``, and ``path`` itself."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def reachable_copy(source: Path, home: Home, *, beside: tuple[Path, ...] = ()) -> Path:
    """``source`` itself, or a copy of it that the servers' account can read.

    ``beside`` are folders that the programs look up relative to ``source``; all must have the same root
    folder, two levels up at the most. The copy is keyed by the wheel's place and time, and made once.
    Links on the way are followed first: the account may not be able to pass them.
    """
    source, beside = source.resolve(), tuple(folder.resolve() for folder in beside)
    if home.account is None or others_reach(source):
        return source
    root = Path(os.path.commonpath([source.parent, *(folder.parent for folder in beside)]))
    mark = hashlib.sha256(f"{source} {source.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = SHARED / "programs" / mark
    if not target.is_dir():
        _make_open(target.parent)
        fresh = target.with_name(f"{mark}.{os.getpid()}")
        for folder in (source, *beside):
            shutil.copytree(folder, fresh / folder.relative_to(root), dirs_exist_ok=True)
        for path, _, files in os.walk(fresh):
            _open_to_all(Path(path), files)
        try:
            fresh.rename(target)
        except OSError:
            # Another start was faster; its copy is as good.
            shutil.rmtree(fresh)
    return target / source.relative_to(root)


def _open_to_all(folder: Path, files: list[str]) -> None:
    folder.chmod(0o755)
    for file in files:
        path = folder / file
        path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
