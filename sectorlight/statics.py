"""Static files, collected under hashed names only when one of them changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def statics_collect() -> bool:
    """Collect into STATIC_ROOT; False when what lies there is still true."""
    root = Path(settings.STATIC_ROOT)
    stamp, mark = root / ".stamp", _mark()
    if stamp.is_file() and stamp.read_text() == mark:
        return False
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(mark)
    return True


def _mark() -> str:
    """Names, sizes and times of every source file, as one hash."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
