"""A board that stays open: its calendar follows the day and the runs, its headline the clock."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, WebSocketRoute, expect

from analysis.models import RunKind
from sectors.services import readings_record
from tests.analysis.page_cast import run_store
from tests.journeys.conftest import PASSWORD, Aside, Restartable, is_logged_in
from tests.sectors.cast import NOW, PASS, full_board, run_stamp
from tests.sectors.market import at
from universe import clock
from universe.models import EconomicEvent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def release(event: str, moment: dt.datetime) -> None:
    EconomicEvent.objects.create(at=moment, country="US", event=event, impact="High", source="fmp")


def without_words_of_the_server(page: Page) -> None:
    page.route("**/analysis/progress/", lambda route: route.fulfill(status=204))
    page.reload()
    page.locator('[data-slot="connection"]', has_text="Connected").wait_for()


def test_an_open_board_turns_its_calendar_with_the_day(board: Page) -> None:
    calendar = board.locator("#calendar")
    expect(calendar).to_contain_text("Job openings")
    board.evaluate("window.stayed = true")
    with clock.override(at(4, 0, day=11)):
        expect(calendar).to_have_attribute("data-day", "2026-03-11")
        expect(calendar).not_to_contain_text("Job openings")
        expect(calendar).to_contain_text("Consumer prices")
        expect(calendar).not_to_contain_text("Tomorrow")
    assert board.evaluate("window.stayed")


def test_a_run_that_is_published_brings_the_calendar_along(board: Page, aside: Aside) -> None:
    calendar = board.locator("#calendar")
    expect(calendar).not_to_contain_text("Factory orders")
    aside(lambda: release("Factory orders", at(14)))
    aside(lambda: readings_record(full_board(), run_stamp(2, NOW)))
    expect(calendar).to_contain_text("Factory orders")


def test_the_headline_ages_with_the_clock_in_the_servers_words(board: Page, aside: Aside) -> None:
    aside(lambda: run_store(PASS, kind=RunKind.ON_DEMAND))
    aside(lambda: run_store(at(11, 30)))
    without_words_of_the_server(board)
    headline = board.locator('#freshness [data-slot="headline"]')
    expect(headline).to_have_text("Full analysis as of 10:30, 12 min old.")
    for moment, words in (
        (at(11, 40), "Full analysis as of 10:30, 1 h 10 min old."),
        (
            at(15),
            "Pass overdue, 3 h 29 min since the last; full analysis as of 10:30: 4 h 30 min old.",
        ),
        (
            at(4, 30, day=11),
            "Pass overdue, 8 h 59 min since the last; full analysis as of Tuesday 10:30: "
            "10 h of session time, 18 h by the clock.",
        ),
    ):
        with clock.override(moment):
            expect(headline).to_have_text(words)


def test_a_pass_that_is_overdue_grows_later_with_the_clock(board: Page, aside: Aside) -> None:
    aside(lambda: run_store(PASS, kind=RunKind.ON_DEMAND))
    with clock.override(at(11, 40)):
        without_words_of_the_server(board)
        headline = board.locator('#freshness [data-slot="headline"]')
        expect(headline).to_have_text(
            "Pass overdue, 1 h 9 min since the last; full analysis as of 10:30, 1 h 10 min old."
        )
    with clock.override(at(11, 52)):
        words = "Pass overdue, 1 h 21 min since the last; full analysis as of 10:30, 1 h 22 min old."
        expect(headline).to_have_text(words)


def test_a_log_out_in_another_tab_takes_the_board_to_the_log_in(board: Page) -> None:
    other = board.context.new_page()
    other.goto(board.url.rstrip("/") + "/logout/")
    other.get_by_role("main").get_by_role("button", name="Log out").click()
    expect(board).to_have_url(re.compile(r"/login/\?next=%2F$"))


def test_a_log_out_on_another_machine_leaves_the_board_open(board: Page, server: Restartable) -> None:
    elsewhere = Client()
    elsewhere.login(username="mara", password=PASSWORD)
    board.evaluate("window.stayed = true")
    with board.expect_websocket():
        elsewhere.post("/logout/")
    board.locator('[data-slot="connection-note"]', has_text="message").wait_for()
    assert board.evaluate("window.stayed")


def test_a_page_of_another_market_is_read_anew(board: Page, settings: Any) -> None:
    """The product was ended and started again on another market while the page stayed open."""
    settings.MARKET_WORLD = "replay"
    expect(board.locator('.mode[data-kind="replay"]')).to_be_visible()
    expect(board.locator("#board")).to_have_attribute("data-version", "0")
    expect(board.get_by_text("SIMULATED MARKET")).to_be_hidden()


def test_a_stream_that_says_nothing_is_not_connected_however_often_it_is_opened(
    page: Page, server: Restartable
) -> None:
    talking = [True]

    def between(route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()
        upstream.on_message(lambda message: route.send(message) if talking else None)

    page.route_web_socket("**/ws/board/**", between)
    page.clock.install()
    is_logged_in(page.context, server)
    page.goto(server.url + "/")
    connection, note = (page.locator(f'[data-slot="{name}"]') for name in ("connection", "connection-note"))
    expect(connection).to_have_text("Connected")
    talking.clear()
    page.clock.fast_forward(27_000)
    expect(connection).to_have_text("Reconnecting")
    expect(note).not_to_contain_text("message")
    page.clock.fast_forward(32_000)
    expect(connection).to_have_text("Offline")
    talking.append(True)
    expect(connection).to_have_text("Connected")
    expect(note).to_contain_text("message")
