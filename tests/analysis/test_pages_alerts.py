from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.db import DatabaseError
from django.template import Context, Template
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.analysis.page_cast import AS_OF, NOW, colour_change, mover, reader
from universe.clock import override

pytestmark = pytest.mark.django_db


@pytest.fixture
def trader(client: Client) -> Iterator[Client]:
    client.force_login(reader())
    with override(NOW):
        yield client


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def page(client: Client, path: str = "/alerts/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return words(answer.content.decode())


def test_the_page_asks_for_a_login(client: Client) -> None:
    assert client.get("/alerts/").status_code == 302
    assert client.get("/alerts/rail/").status_code == 302


def test_a_mover_is_said_with_its_level_and_its_sector(trader: Client) -> None:
    mover()
    assert "OCUL +45.3% passed +45%. Healthcare recalculated." in page(trader)


def test_a_fall_keeps_its_sign(trader: Client) -> None:
    mover("KLYX", level=-15, change_pct=-15.6, sector="")
    shown = page(trader)
    assert "KLYX −15.6% passed −15%." in shown
    assert "recalculated" not in shown


def test_a_colour_change_says_from_what_to_what(trader: Client) -> None:
    colour_change()
    assert "Technology turned prime shorting −0.58 → −0.77 , was light red" in page(trader)


def test_the_list_is_parted_by_session_newest_first(trader: Client) -> None:
    mover("OLD", AS_OF - dt.timedelta(days=1))
    mover("NEW")
    assert re.search(r"Latest session .* NEW .* Tue 10 Mar .* OLD ", page(trader))


def test_the_kinds_can_be_shown_apart(trader: Client) -> None:
    mover()
    colour_change()
    assert "turned" not in page(trader, "/alerts/?kind=mover")
    assert "OCUL" not in page(trader, "/alerts/?kind=colour")
    assert "OCUL" in page(trader, "/alerts/?kind=nonsense")


@pytest.mark.parametrize(
    ("kind", "lead"),
    [
        ("", "No alerts yet"),
        ("mover", "No stock has moved 15% yet"),
        ("colour", "No light has changed its colour yet"),
    ],
)
def test_an_empty_list_says_what_would_stand_there(trader: Client, kind: str, lead: str) -> None:
    shown = page(trader, f"/alerts/?kind={kind}")
    assert lead in shown
    assert "one alert when it first moves 15%" in shown


def test_paging_keeps_the_kind(trader: Client) -> None:
    for number in range(51):
        mover(f"S{number}")
    html = trader.get("/alerts/?kind=mover").content.decode()
    assert 'href="?kind=mover&amp;page=2"' in html


def test_an_alert_is_new_for_ninety_seconds(trader: Client) -> None:
    mover("EARLY", NOW - dt.timedelta(seconds=90))
    assert " NEW " not in page(trader)
    mover("LATE", NOW - dt.timedelta(seconds=89))
    assert " NEW " in page(trader)


def test_the_rail_holds_the_ten_newest_of_this_session(trader: Client) -> None:
    mover("OLD", AS_OF - dt.timedelta(days=1))
    for minute in range(12):
        mover(f"S{minute:02d}", AS_OF - dt.timedelta(minutes=minute))
    shown = words(trader.get("/alerts/rail/").content.decode())
    assert re.findall(r"S\d\d", shown) == [f"S{minute:02d}" for minute in range(10)]
    assert "OLD" not in shown
    assert "12 movers, 0 changes of colour" in shown


def test_an_empty_rail_says_so(trader: Client) -> None:
    assert "No alerts yet today" in words(trader.get("/alerts/rail/").content.decode())


def test_the_rail_outlives_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> None:
        raise DatabaseError("the server closed the connection")

    monkeypatch.setattr("analysis.templatetags.alerts.alerts_latest", away)
    with override(NOW):
        rail = Template("{% load alerts %}{% alerts_rail %}").render(Context())
    assert "Alerts cannot be read right now" in rail


def test_the_page_costs_a_fixed_number_of_queries(
    trader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        mover(f"S{number}")
    with django_assert_max_num_queries(10):
        trader.get("/alerts/")
