"""axe-core on the pages of the board, in every look."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys.axe import violations, violations_of_looks
from tests.journeys.conftest import Restartable

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (390, 1440)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "path", ["/", "/?view=compact", "/analysis/preferences/", "/?at=2026-03-10T10:31:00-04:00"]
)
def test_axe_finds_nothing_in_any_look(board: Page, server: Restartable, path: str, width: int) -> None:
    board.emulate_media(reduced_motion="reduce")
    board.set_viewport_size({"width": width, "height": 900})
    board.goto(server.url + path)
    assert violations_of_looks(board, first=WIDTHS.index(width)) == {}, f"{path} at {width} px"


def test_axe_finds_nothing_on_the_log_in_page(page: Page, server: Restartable) -> None:
    page.goto(server.url + "/login/")
    assert violations(page) == []
    page.get_by_label("User name").fill("mara")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
