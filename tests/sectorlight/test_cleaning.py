"""`make clean-data` removes one checkout's data, and nothing while that checkout runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectorlight.embedded import home
from sectorlight.embedded.cleaning import data_remove
from sectorlight.embedded.processes import EmbeddedError
from sectorlight.management.commands import up


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of one market, whose servers have their files elsewhere, beside those of a stranger."""
    monkeypatch.setattr(home, "SHARED", tmp_path / "shared")
    folder = tmp_path / "var"
    (folder / "simulated").mkdir(parents=True)
    (home.shared_folder(folder / "simulated") / "postgresql").mkdir(parents=True)
    (tmp_path / "shared/another").mkdir()
    return folder


def test_the_data_goes_wherever_it_lies_and_that_of_others_stays(tmp_path: Path, data_dir: Path) -> None:
    assert len(data_remove(data_dir)) == 2
    assert not data_dir.exists()
    assert [path.name for path in (tmp_path / "shared").iterdir()] == ["another"]
    assert data_remove(data_dir) == []


def test_nothing_is_removed_while_the_family_runs(data_dir: Path) -> None:
    lock = up._lock(data_dir)
    with pytest.raises(EmbeddedError, match=r"runs from .*Stop it first"):
        data_remove(data_dir)
    lock.close()
    assert (data_dir / "simulated").is_dir()
