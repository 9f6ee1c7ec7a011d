"""The archive_command that docs/backup.md gives."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.architecture.source import ROOT


def _archive(wal: Path, segment: Path) -> int:
    """What the archive_command of docs/backup.md answers for a segment."""
    text = (ROOT / "docs" / "backup.md").read_text()
    told = re.search(r"archive_command = '(.*)';", text)
    assert told is not None
    command = told[1].replace("/mnt/wal", str(wal)).replace("%p", str(segment)).replace("%f", segment.name)
    return subprocess.run(("sh", "-c", command)).returncode


def test_the_archive_takes_a_segment_again_and_never_another_one_in_its_place(tmp_path: Path) -> None:
    wal, segment = tmp_path / "wal", tmp_path / "000000010000000000000001"
    wal.mkdir()
    segment.write_bytes(b"first")

    assert _archive(wal, segment) == 0
    assert _archive(wal, segment) == 0
    segment.write_bytes(b"other")
    assert _archive(wal, segment) != 0
    assert (wal / segment.name).read_bytes() == b"first"
    assert os.listdir(wal) == [segment.name]
