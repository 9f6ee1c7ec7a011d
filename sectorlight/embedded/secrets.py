"""Passwords and tokens that the product makes for itself, once, and keeps in the data folder."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def kept_secret(data_dir: Path, name: str) -> str:
    """The text in ``data_dir/secrets/name``, made at the first call, readable by its owner only.

    Two processes that make it at once end up with the same one: a finished file is linked into place.
    """
    path = data_dir / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.is_file() or not path.stat().st_size:
        path.unlink(missing_ok=True)
        fresh = path.with_name(f".{name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
