"""axe-core on the pages of the board: WCAG 2.0 to 2.2, A and AA, and its best practices; target size on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Restartable

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    # What passes is named for nobody, and it is most of a long answer.
    "resultTypes": ["violations"],
}
LOOKS = (("dark", "trader"), ("light", "trader"), ("contrast", "safe"), ("light", "safe"))


def violations(page: Page) -> list[str]:
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "async rules => (await axe.run(document, rules)).violations", RULES
    )
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"][:3]
    ]


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "path", ["/", "/?view=compact", "/analysis/preferences/", "/?at=2026-03-10T10:31:00-04:00"]
)
def test_axe_finds_nothing_in_any_look(board: Page, server: Restartable, path: str, width: int) -> None:
    board.emulate_media(reduced_motion="reduce")
    board.set_viewport_size({"width": width, "height": 900})
    board.goto(server.url + path)
    for theme, palette in LOOKS:
        board.evaluate(
            "([t, p]) => Object.assign(document.documentElement.dataset, { theme: t, palette: p })",
            [theme, palette],
        )
        assert violations(board) == [], f"{path} at {width} px, {theme}, {palette}"


def test_axe_finds_nothing_on_the_log_in_page(page: Page, server: Restartable) -> None:
    page.goto(server.url + "/login/")
    assert violations(page) == []
    page.get_by_label("User name").fill("mara")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
