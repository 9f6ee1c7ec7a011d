"""What the tests of the embedded servers and of the family share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that every account on the machine may pass, as most checkouts are."""
    folder = Path(tempfile.mkdtemp(prefix="sectorlight-open-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
