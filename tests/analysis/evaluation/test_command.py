"""The command on a small made-up folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analysis.management.commands import evaluate
from tests.analysis.evaluation.small import day
from tests.universe.simulator import recording as made


def test_the_page_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "page.md"
    call_command("evaluate", str(made.write(tmp_path)), "--until", "2025-10-31", "--out", str(target))
    assert "is written" in capsys.readouterr().out
    assert "**2025-09-23 to 2025-10-31: 29 sessions, 232 sector-days.**" in target.read_text()


def test_without_a_file_the_page_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate", str(made.write(tmp_path)), "--from", "2025-12-09")
    assert capsys.readouterr().out.startswith("# The lights on real days")


def test_a_wrong_folder_ends_with_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is missing"):
        call_command("evaluate", str(tmp_path))


def test_a_broken_limit_ends_with_an_error_after_the_page_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def still(*args: Any) -> list[Any]:
        return [day(0, "0.1"), day(1, "0.1")]

    monkeypatch.setattr(evaluate, "days", still)
    target = tmp_path / "page.md"
    with pytest.raises(CommandError, match=r"Above 55 %: Technology, neutral, 100\.0 % with the factors"):
        call_command("evaluate", str(made.write(tmp_path)), "--out", str(target))
    assert "**Above 55 %" in target.read_text()
