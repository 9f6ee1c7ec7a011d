"""`make clean-data`: remove what the embedded servers of one checkout have stored. Needs no settings."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sectorlight.embedded import home
from sectorlight.embedded.processes import EmbeddedError
from sectorlight.embedded.state import family_lock


def data_folders(data_dir: Path) -> list[Path]:
    """The data folder itself, and root's folders elsewhere for each market in it."""
    inside = [data_dir, *(path for path in data_dir.glob("*") if path.is_dir())]
    elsewhere = [home.shared_folder(path) for path in inside]
    return [path for path in (*elsewhere, data_dir) if path.is_dir()]


def data_remove(data_dir: Path) -> list[Path]:
    """Remove them all and say which. Raises `EmbeddedError` while a family holds the folder's lock."""
    if not data_dir.is_dir():
        return []
    lock = family_lock(data_dir)
    if lock is None:
        raise EmbeddedError(f"SectorLight runs from {data_dir}. Stop it first; nothing was removed.")
    with lock:
        folders = data_folders(data_dir)
        for folder in folders:
            shutil.rmtree(folder)
    return folders


def main() -> None:
    data_dir = Path(__file__).resolve().parents[2] / "var"
    try:
        removed = data_remove(data_dir)
    except (EmbeddedError, OSError) as exc:
        sys.exit(str(exc))
    sys.stdout.write("".join(f"Removed {path}\n" for path in removed) or f"There is no data in {data_dir}.\n")


if __name__ == "__main__":
    main()
