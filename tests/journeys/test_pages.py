"""The pages behind the board in an open browser: the list of runs follows, nothing scrolls sideways."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from analysis.models import AnalysisRun, RunKind, RunStatus
from tests.analysis.page_cast import AS_OF, TODAY, listing, mover, run_store, universe_build
from tests.journeys.axe import violations
from tests.journeys.conftest import Aside, Restartable, is_logged_in
from universe.models import RefusedRow, SnapshotMember
from universe.sessions import session_offset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = (
    "/sectors/technology/",
    "/stocks/SOUN/",
    "/stocks/SUON/",
    "/analysis/",
    "/alerts/",
    "/universe/",
    "/universe/listings/",
    "/universe/quarantine/",
    "/logout/",
    "/nowhere/",
)
WIDTHS = (360, 390, 599, 600, 768, 1024, 1199, 1200, 1280, 1440, 1920, 2560)


@pytest.fixture
def at_work(aside: Aside, server: Restartable) -> int:
    """Mara's run at work beside a finished and a failed one, an alert, and a universe with SOUN in it."""

    def build() -> int:
        run_store()
        run_store(AS_OF.replace(minute=1), status=RunStatus.FAILED, message="The vendor does not answer.")
        mover(at=AS_OF)
        before, universe = universe_build(session_offset(TODAY, -1)), universe_build()
        listing("SOUN", universe)
        # The board of the journeys stands in the session before, whose universe is in force there.
        judged = SnapshotMember.objects.get(symbol="SOUN")
        judged.pk, judged.snapshot = None, before
        judged.save()
        listing("PATH", before)
        refused = {"symbol": "SOUN", "session": TODAY, "kind": "daily_bar", "reason": "told_twice"}
        refused |= {"field": "close", "value": "1234567.1234 and 1234567.1235", "source": "polygon"}
        RefusedRow.objects.create(**refused, first_at=AS_OF, last_at=AS_OF)
        listing("FAY", universe, verdict={"tier": "", "reasons": ["price_below"], "price": 1.94})
        words = {"percent": 12, "stage": "fetching the prices", "finished_wall": None}
        words |= {"kind": RunKind.ON_DEMAND, "requested_by": get_user_model().objects.get(username="mara")}
        return run_store(AS_OF.replace(minute=5), status=RunStatus.RUNNING, **words).pk

    return aside(build)


def opened(browser: Browser, server: Restartable, *, script: bool = True) -> Page:
    return is_logged_in(browser.new_context(java_script_enabled=script), server).new_page()


def leave(page: Page) -> None:
    """Close the page when nothing is under way: a request cut off would keep its database connection."""
    page.wait_for_load_state("networkidle")
    page.context.close()


def change(aside: Aside, pk: int, **values: Any) -> None:
    aside(lambda: AnalysisRun.objects.filter(pk=pk).update(**values))


def test_an_open_list_follows_the_run_to_its_end(
    browser: Browser, server: Restartable, aside: Aside, at_work: int
) -> None:
    page = opened(browser, server)
    page.goto(f"{server.url}/analysis/")
    bar = page.get_by_label("The run at work")
    expect(bar).to_contain_text("RUNNING 12%")
    change(aside, at_work, percent=64, stage="scoring 1,504 stocks")
    expect(bar).to_contain_text("RUNNING 64%", timeout=8_000)
    change(aside, at_work, percent=100, status=RunStatus.COMPLETE)
    expect(page.locator(f"#run-{at_work}")).to_contain_text("complete", timeout=8_000)
    expect(bar).to_have_count(0)
    leave(page)


def test_without_script_the_list_is_whole(
    browser: Browser, server: Restartable, aside: Aside, at_work: int
) -> None:
    page = opened(browser, server, script=False)
    page.goto(f"{server.url}/analysis/")
    expect(page.locator(f"#run-{at_work}")).to_contain_text("running 12%")
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    leave(page)


def test_a_reader_goes_from_a_light_to_its_stock_by_the_keyboard(
    browser: Browser, server: Restartable, aside: Aside, at_work: int
) -> None:
    page = opened(browser, server)
    page.goto(f"{server.url}/sectors/technology/")
    page.get_by_role("link", name="SOUN", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("SOUN")
    leave(page)


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_on_the_pages_behind_the_board(
    browser: Browser, server: Restartable, aside: Aside, at_work: int, width: int
) -> None:
    page = opened(browser, server)
    page.set_viewport_size({"width": width, "height": 900})
    for path in (*PATHS, "/?at=nonsense"):
        page.goto(f"{server.url}{path}")
        assert violations(page) == [], path
    leave(page)


def test_on_a_phone_a_stock_shows_the_result_of_each_criterion(
    browser: Browser, server: Restartable, aside: Aside, at_work: int
) -> None:
    page = opened(browser, server)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/stocks/SOUN/")
    results = page.locator(".crit .pass, .crit .fail")
    ends = results.evaluate_all("all => all.map(e => e.getBoundingClientRect().right)")
    assert max(ends) <= 390
    leave(page)


def test_no_page_scrolls_sideways_or_complains(
    browser: Browser, server: Restartable, aside: Aside, at_work: int
) -> None:
    page = opened(browser, server)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    for path in PATHS:
        page.goto(f"{server.url}{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    assert [text for text in complaints if "404" not in text] == []
    leave(page)
