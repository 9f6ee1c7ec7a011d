"""A part of a score is opened by keyboard, with and without script; axe finds nothing in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from analysis.engine.frames import digest, pack
from analysis.inputs import Findings
from analysis.lineage import lineage_build
from analysis.models import RunInput
from tests.analysis.page_cast import board_publish, run_store, scored_frame
from tests.journeys.axe import violations, violations_of_looks
from tests.journeys.conftest import Restartable
from tests.sectors.cast import NOW
from universe.models import VendorCall
from universe.services import QuotesReport

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AS_OF = NOW - dt.timedelta(minutes=5)
PAGE = "/sectors/technology/"
WIDTHS = (390, 1280)


@pytest.fixture
def explained(server: Restartable, aside: Callable[[Callable[[], Any]], Any]) -> int:
    """A run with its frame and lineage; gives its number."""

    def build() -> int:
        run = run_store(AS_OF, pk=2118)  # the board's own run is number 1
        board_publish(run.pk, AS_OF, count=300)
        call = VendorCall.objects.create(
            purpose="quotes",
            subject=str(AS_OF.date()),
            kept_at=timezone.now(),
            vendor="polygon",
            transport="rest",
            path="/v2/snapshot/locale/us/markets/stocks/tickers?include_otc=false",
            request_id="7313a0a9",
            received_at=timezone.now(),
            rows=8000,
        )
        frame = scored_frame(AS_OF, count=300)
        report = QuotesReport(AS_OF.date(), 300, 300, calls=(call.pk,))
        packed = pack(frame)
        RunInput.objects.create(
            run=run,
            frame=packed,
            sha256=digest(packed),
            lineage=lineage_build(frame, Findings(report=report)),
        )
        return int(run.pk)

    return int(aside(build))


def opened(page: Page, part: str) -> Any:
    return page.locator(f"#part-{part} + tr.opened")


def test_a_part_opens_and_closes_by_keyboard(board: Page, server: Restartable, explained: int) -> None:
    board.goto(server.url + PAGE)
    expect(opened(board, "1d")).to_be_hidden()
    board.locator("#part-1d summary").focus()
    board.keyboard.press("Enter")
    expect(opened(board, "1d")).to_be_visible()
    expect(opened(board, "1d").get_by_text("request 7313a0a9").first).to_be_visible()
    expect(opened(board, "3d")).to_be_hidden()
    board.keyboard.press("Space")
    expect(opened(board, "1d")).to_be_hidden()


def test_a_part_opens_without_script_and_leads_to_its_members(
    browser: Browser, board: Page, server: Restartable, explained: int
) -> None:
    state = board.context.storage_state()
    with browser.new_context(java_script_enabled=False, storage_state=state) as context:
        page = context.new_page()
        page.goto(server.url + PAGE)
        page.locator("#part-1d summary").click()
        expect(opened(page, "1d")).to_be_visible()
        opened(page, "1d").get_by_role("link", name="what each adds").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("what each member adds")
        page.get_by_role("columnheader", name="Symbol").get_by_role("link").click()
        expect(page.get_by_role("columnheader", name="Symbol")).to_have_attribute("aria-sort", "ascending")


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_opened_parts_and_on_the_members(
    board: Page, server: Restartable, explained: int, width: int
) -> None:
    board.emulate_media(reduced_motion="reduce")
    board.set_viewport_size({"width": width, "height": 900})
    stored = f"{PAGE}?at={AS_OF:%Y-%m-%dT10:40:00}"
    for path in (PAGE, stored, f"{PAGE}inputs/?run={explained}"):
        board.goto(server.url + path)
        if "inputs" not in path:
            for part in ("1d", "volatility", "technical", "score"):
                board.locator(f"#part-{part} summary").click()
        # The stored page has the other's parts, and the board's own line above them.
        found = violations(board) if path == stored else violations_of_looks(board, first=WIDTHS.index(width))
        assert not found, f"{path} at {width} px"
