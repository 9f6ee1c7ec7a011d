"""What `make test-timescale` says where it cannot install."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import timescale


def test_without_debootstrap_and_a_way_to_get_it_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(timescale, "FOLDER", tmp_path / "debian")
    assert not timescale._install()
    assert "On Debian: apt-get install debootstrap" in capsys.readouterr().out
