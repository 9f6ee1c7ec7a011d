"""The project speaks of itself alone, leaves nothing half said, and prints no inline script or style."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, sources

LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|breakpoint\(\)")
TEXT = {".py", ".md", ".txt", ".html", ".css", ".js", ".toml", ".yml", ".yaml", ""}
NO_TOOLBOX = {"utils", "helpers", "common", "manager", "misc", "util", "helper"}


def _files() -> list[Path]:
    """What belongs to the project: what git knows, or without git everything outside hidden folders."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [
            path for top in ROOT.iterdir() if top.name[0] != "." and top.name != "var" for path in _below(top)
        ]
    return [path for path in paths if path.is_file() and path.suffix in TEXT and "vendor" not in path.parts]


def _below(top: Path) -> list[Path]:
    return [top] if top.is_file() else list(top.rglob("*"))


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    own = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _files()
        if path != own
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if LEFTOVERS.search(line)
    ]
    assert found == []


def test_no_module_is_a_toolbox() -> None:
    boxes = [str(source.path) for source in sources() if NO_TOOLBOX & set(source.module.split("."))]
    assert boxes == []


def test_no_path_of_one_machine_is_written_down() -> None:
    machine = re.compile(r"(?<![\w.])/(home|root|Users|work)/\w")
    own = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _files()
        if path != own
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if machine.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("inline style", re.compile(r"<[^>]*\sstyle\s*=", re.I)),
        ("style element", re.compile(r"<style\b", re.I)),
        ("inline handler", re.compile(r"<[^>]*\son[a-z]+\s*=", re.I)),
        (
            "inline script",
            re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.I),
        ),
        ("foreign address", re.compile(r"<(script|link|img)\b[^>]*(src|href)=\"(https?:)?//", re.I)),
    ],
)
def test_templates_need_no_exception_from_the_content_security_policy(
    what: str, pattern: re.Pattern[str]
) -> None:
    folders = (
        ROOT / "templates",
        *(ROOT / app / "templates" for app in ("sectorlight", "sectors", "analysis")),
    )
    found = [
        f"{path.relative_to(ROOT)}: {what}"
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*.html"))
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
