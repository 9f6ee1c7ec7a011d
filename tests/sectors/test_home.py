"""Where "/" leads: the view that a user wants to begin with, without a loop; every view has its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client

from analysis.models import AnalysisRun, FreshnessPreference
from sectors import live
from sectors.services import readings_record
from tests.sectors.cast import NOW, PASS, full_board, run_stamp
from universe import clock

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"


@pytest.fixture
def trader(client: Client, eight_sectors: None) -> Iterator[Client]:
    client.force_login(get_user_model().objects.create_user("mara", password=PASSWORD))
    with clock.override(NOW):
        readings_record(full_board(), run_stamp(1, PASS))
        yield client


def prefer(view: str, **values: Any) -> None:
    FreshnessPreference.objects.create(user=get_user_model().objects.get(), default_view=view, **values)


def page(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def view_of(html: str) -> str:
    return re.findall(r'id="board"[^>]* data-view="(\w+)"', html)[0]


@pytest.mark.parametrize(
    ("wanted", "address"),
    [
        ("compact", "/?view=compact"),
        ("alerts", "/alerts/"),
        ("technology", "/sectors/technology/"),
        ("utilities", "/sectors/utilities/"),
    ],
)
def test_the_front_door_leads_to_the_wanted_view_and_stops_there(
    trader: Client, wanted: str, address: str
) -> None:
    prefer(wanted)
    answer = trader.get("/", follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert answer.status_code == 200


@pytest.mark.parametrize("wanted", ["board", "", "crypto", "sectors/technology", "//elsewhere.example"])
def test_the_board_and_a_stored_word_that_means_nothing_are_the_board_itself(
    trader: Client, wanted: str
) -> None:
    prefer(wanted)
    assert view_of(page(trader, "/")) == "board"


def test_the_log_in_lands_on_the_wanted_view(trader: Client) -> None:
    prefer("compact")
    trader.post("/logout/")
    given = {"username": "mara", "password": PASSWORD, "next": "/"}
    answer = trader.post("/login/", given, follow=True)
    assert [address for address, _ in answer.redirect_chain] == ["/", "/?view=compact"]


@pytest.mark.parametrize("wanted", ["board", "compact", "alerts", "energy"])
def test_every_view_has_an_address_that_no_preference_changes(trader: Client, wanted: str) -> None:
    prefer(wanted)
    assert view_of(page(trader, "/?view=board")) == "board"
    assert view_of(page(trader, "/?view=compact")) == "compact"
    assert view_of(page(trader, "/?view=cinema")) == "board"
    assert trader.get("/sectors/")["Location"] == "/?view=board"
    assert "STORED BOARD" in page(trader, f"/?at={NOW:%Y-%m-%dT%H:%M:%S}")


def test_an_open_board_gets_its_parts_whatever_was_preferred_meanwhile(trader: Client) -> None:
    prefer("alerts")
    assert view_of(page(trader, "/", **{"HX-Request": "true"})) == "board"
    assert view_of(page(trader, "/?view=compact", **{"HX-Request": "true"})) == "compact"
    assert 'id="calendar"' in page(trader, "/?part=calendar", **{"HX-Request": "true"})


def test_the_mark_leads_to_the_front_door_and_the_menu_to_the_board(trader: Client) -> None:
    prefer("alerts")
    html = page(trader, "/alerts/")
    assert '<a class="brand" href="/">' in html
    assert '<a href="/?view=board">Board</a>' in html


def test_while_preferences_cannot_be_read_the_board_opens(
    trader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        @property
        def freshness(self) -> Any:
            raise OperationalError("the server closed the connection")

    assert live.viewer_home(Away()) == "board"


def test_the_compact_board_says_each_sector_in_one_line(trader: Client) -> None:
    html = page(trader, "/?view=compact")
    lines = re.findall(r'<article class="card line".*?</article>', html, re.S)
    assert len(lines) == 8
    for words in ("Prime shorting", "−0.77", "−0.9%", "−2.1%", "−1.7%", "−1.1%", "KLYX", "−12.1%", "12 m"):
        assert words in lines[0]
    assert "None in a bearish sector: wait for a reversal." in lines[0], "withheld, as on the card"
    assert "SOUN" not in lines[0], "only the first of each list"
    assert [re.findall(r'data-state="(\w+)"', line)[0] for line in lines] == ["normal"] * 7 + ["noise"]


def test_the_compact_board_puts_a_light_out_at_the_users_limit(trader: Client) -> None:
    prefer("compact", fresh_minutes=5, stale_minutes=10)
    html = page(trader, "/?view=compact")
    assert html.count("Past your limit of 10 min; data of 10:30") == 8
    assert "−0.77" in html


def test_the_compact_board_of_a_stored_moment_is_marked_and_leads_back_to_itself(trader: Client) -> None:
    html = page(trader, f"/?view=compact&at={NOW:%Y-%m-%dT%H:%M:%S}")
    assert view_of(html) == "compact"
    assert '<a href="/?view=compact">Back to now</a>' in html


def test_before_the_first_run_the_lines_wait_in_words_and_then_as_bones(
    client: Client, eight_sectors: None
) -> None:
    client.force_login(get_user_model().objects.create_user("noor", password=PASSWORD))
    with clock.override(NOW):
        empty = page(client, "/?view=compact")
        AnalysisRun.objects.create(kind="on_demand", scheduled_for=NOW, status="running")
        loading = page(client, "/?view=compact")
    assert empty.count("No reading yet") == 8
    assert empty.count("The light comes on by itself with the next run.") == 8
    assert re.findall(r'class="card line"[^>]* data-state="(\w+)"', loading) == ["loading"] * 8
