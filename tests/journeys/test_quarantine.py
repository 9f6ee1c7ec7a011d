"""The list of what was kept apart in a browser: however long a told value is, the whole row is in view."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Browser

from tests.analysis.page_cast import AS_OF, TODAY
from tests.journeys.conftest import Aside, Restartable, is_logged_in
from universe.models import QuarantinedPrice, RefusedRow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VALUE = "9" * 60


@pytest.fixture
def kept_apart(aside: Aside, server: Restartable) -> None:
    times = {"first_at": AS_OF, "last_at": AS_OF}

    def build() -> None:
        row = {"session": TODAY, "kind": "minute_bar", "reason": "unreadable", "field": "close", **times}
        row |= {"symbol": "SOUN", "value": VALUE, "source": "s" * 20, "seen": 1234}
        RefusedRow.objects.create(**row)
        row |= {"value": "1990-01-02", "field": "session", "kind": "daily_bar", "source": "file"}
        RefusedRow.objects.create(**row | {"session": dt.date(1990, 1, 2), "reason": "no_session"})
        late = dt.datetime(2031, 3, 3, 20, tzinfo=dt.UTC)
        row |= {"symbol": "W" * 16, "kind": "quote", "reason": "from_the_future", "field": "as_of"}
        RefusedRow.objects.create(**row | {"value": late.isoformat(), "at": late, "released_at": AS_OF})
        held = {"symbol": "PATH", "session": TODAY, "reason": "implausible", "source": "polygon", **times}
        QuarantinedPrice.objects.create(**held, price=1234567.12, reference=1.23)

    aside(build)


@pytest.mark.parametrize("width", [768, 1280])
def test_a_long_value_leaves_the_rest_of_its_row_in_view(
    browser: Browser, server: Restartable, aside: Aside, kept_apart: None, width: int
) -> None:
    page = is_logged_in(browser.new_context(viewport={"width": width, "height": 900}), server).new_page()
    page.goto(f"{server.url}/universe/quarantine/")
    table = page.get_by_role("region", name="Quarantine, table")
    hidden = table.evaluate("table => table.scrollWidth - table.clientWidth")
    page.wait_for_load_state("networkidle")
    page.context.close()
    assert hidden == 0
