"""Bringing a database that is not Django's own to the newest migrations."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

from sectorlight.backup.address import Address
from sectorlight.backup.errors import BackupError


def database_migrate(address: Address) -> None:
    """`manage.py migrate` on the database at ``address``, in a process of its own, whose settings name that
    one: data migrations know one database only. Raises `BackupError` with its last line."""
    done = subprocess.run(
        (sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--no-input", "--verbosity=0"),
        env={**os.environ, "DATABASE_URL": address.url},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        # Ctrl-C comes to us alone.
        start_new_session=True,
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise BackupError(f"The restored tables could not be migrated: {words[-1]}")
