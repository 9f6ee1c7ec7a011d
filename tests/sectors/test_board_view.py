from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client

from analysis.models import AnalysisRun, FreshnessPreference
from sectors import selectors
from sectors.models import SentimentReading
from sectors.services import readings_record
from tests.sectors.cast import NOW, PASS, full_board, run_stamp, surroundings
from tests.sectors.market import at
from universe import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def trader(client: Client, eight_sectors: None) -> Client:
    client.force_login(get_user_model().objects.create_user("mara", password="a long password"))
    return client


@pytest.fixture
def _noon() -> Any:
    with clock.override(NOW):
        yield


def record(run_id: int = 1, **stamp: Any) -> None:
    readings_record(full_board(), run_stamp(run_id, PASS, **stamp))


def page(client: Client, path: str = "/", **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def states(html: str) -> list[str]:
    return re.findall(r'<article class="card"[^>]* data-state="(\w+)"', html)


def test_the_board_needs_a_log_in(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/")


def test_a_fragment_asked_for_without_a_session_leads_the_whole_page_to_the_log_in(client: Client) -> None:
    answer = client.get(
        "/login/?next=/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/login/?next=%2F")


@pytest.mark.usefixtures("_noon")
def test_the_eight_cards_stand_in_their_places(trader: Client) -> None:
    record()
    html = page(trader)
    assert re.findall(r'id="card-(\w+)"', html) == [
        "technology", "healthcare", "energy", "financial",
        "consumer_discretionary", "industrials", "materials", "utilities",
    ]  # fmt: skip
    assert states(html) == ["normal"] * 7 + ["noise"]


@pytest.mark.usefixtures("_noon")
def test_a_card_says_its_light_in_glyph_word_and_sign(trader: Client) -> None:
    record()
    card = page(trader).split('id="card-technology"')[1].split("</article>")[0]
    for words in ('href="#g-dd"', "Prime shorting", "−0.77", "Bearish · all frames down", "−12.1%", "3.2×"):
        assert words in card


@pytest.mark.usefixtures("_noon")
def test_before_the_first_run_the_cards_wait_in_words(trader: Client) -> None:
    html = page(trader)
    assert states(html) == ["empty"] * 8
    assert "No reading yet" in html
    assert "No sector has a light yet" in html


@pytest.mark.usefixtures("_noon")
def test_while_the_first_run_works_the_cards_are_skeletons_and_the_bar_counts(trader: Client) -> None:
    AnalysisRun.objects.create(
        world="simulated", kind="on_demand", scheduled_for=NOW, status="running", percent=64, stage="scoring"
    )
    html = page(trader)
    assert states(html) == ["loading"] * 8
    assert "RUNNING 64%" in html


@pytest.mark.usefixtures("_noon")
def test_too_few_members_show_no_verdict(trader: Client) -> None:
    record()
    SentimentReading.objects.all().delete()
    thin = [r for r in full_board() if r.sector != "utilities"]

    readings_record(
        [*thin, replace(full_board()[7], state="insufficient", valid=4)], run_stamp(2, at(10, 41))
    )
    html = page(trader)
    assert states(html)[7] == "unlit"
    assert "4 members trade, 5 are needed" in html


@pytest.mark.usefixtures("_noon")
def test_past_the_users_own_limit_the_light_is_out_and_the_figures_stay(trader: Client) -> None:
    record()
    user = get_user_model().objects.get()
    FreshnessPreference.objects.create(user=user, fresh_minutes=5, stale_minutes=10)
    html = page(trader)
    assert states(html) == ["stale"] * 8
    assert html.count("Past your limit of 10 min; data of 10:30") == 8
    assert "−0.77" in html
    assert "No light is within your limit" in html
    assert re.findall(r'<a href="#card-technology"[^>]* data-age="(\w+)"', html) == ["stale"]


@pytest.mark.usefixtures("_noon")
def test_the_strip_and_the_rail_tell_what_stands_around(trader: Client) -> None:
    record()
    surroundings()
    html = page(trader)
    for words in (
        "3 of 8 sectors favour shorts",
        "206.41",
        "−0.64%",
        "711 of 1,504",
        "13:00 3-year note auction",
    ):
        assert words in html
    assert "Consumer prices" in html


@pytest.mark.usefixtures("_noon")
def test_a_request_of_htmx_gets_the_part_below_the_banners_alone(trader: Client) -> None:
    record()
    html = page(trader, **{"HX-Request": "true"})
    assert "<html" not in html
    assert states(html) == states(page(trader))


@pytest.mark.usefixtures("_noon")
def test_the_two_kinds_of_answer_are_not_mixed_up_by_a_cache(trader: Client) -> None:
    answer = trader.get("/")
    assert "HX-Request" in answer["Vary"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("_noon")
def test_a_stored_moment_shows_its_board_plainly_marked(trader: Client) -> None:
    readings_record(full_board(), run_stamp(1, at(4)))

    readings_record([replace(r, score=-r.score) for r in full_board()], run_stamp(2, PASS))
    html = page(trader, "/?at=2026-03-10T04:00:10-04:00")
    assert "STORED BOARD" in html
    assert '<span class="score">−0.77</span>' in html
    assert "socket.js" not in html
    assert '<span class="score">+0.77</span>' in page(trader)


@pytest.mark.usefixtures("_noon")
def test_a_moment_before_the_first_run_says_that_nothing_was_published(trader: Client) -> None:
    record()
    html = page(trader, "/?at=2026-03-09T04:00")
    assert "No board had been published until Mon 9 Mar, 4:00" in html


@pytest.mark.usefixtures("_noon")
@pytest.mark.parametrize(
    "asked", ["", "yesterday", "2026-13-01T04:00", "9999-12-31T23:59", "<script>", "0001-01-01T00:00"]
)
def test_a_moment_that_is_none_is_refused_in_words(trader: Client, asked: str) -> None:
    answer = trader.get("/", {"at": asked})
    assert answer.status_code == 400
    assert "is not a moment" in answer.content.decode()
    assert "<script>" not in answer.content.decode()


@pytest.mark.usefixtures("_noon")
def test_the_calendar_can_be_asked_for_alone(trader: Client) -> None:
    surroundings()
    part = page(trader, "/?part=calendar", **{"HX-Request": "true"})
    assert part.startswith('<section class="panel" id="calendar"')
    assert 'data-day="2026-03-10"' in part
    assert "Job openings" in part
    assert 'id="board"' not in part
    assert 'id="board"' in page(trader, "/?part=calendar")


@pytest.mark.usefixtures("_noon")
def test_the_calendar_of_a_stored_board_asks_for_no_newer_one(trader: Client) -> None:
    record()
    assert "data-day" not in page(trader, f"/?at={NOW:%Y-%m-%dT%H:%M:%S}")


@pytest.mark.usefixtures("_noon")
@pytest.mark.parametrize("asked", ["2030-01-01T10:00", "2026-03-10T10:43-04:00", "2026-03-10T14:43Z"])
def test_a_moment_that_has_not_come_is_refused_in_words(trader: Client, asked: str) -> None:
    record()
    answer = trader.get("/", {"at": asked})
    html = answer.content.decode()
    assert answer.status_code == 400
    assert f"“{asked}” has not come yet" in html
    assert "The market is at Tue 10 Mar, 10:42; what comes later is not stored yet." in html
    assert "STORED BOARD" not in html


@pytest.mark.usefixtures("_noon")
def test_the_market_s_own_moment_is_history_already(trader: Client) -> None:
    record()
    assert "STORED BOARD" in page(trader, f"/?at={NOW:%Y-%m-%dT%H:%M:%S}")


@pytest.mark.usefixtures("_noon")
def test_a_moment_of_another_year_is_told_with_its_year(trader: Client) -> None:
    assert "No board had been published until Mon 10 Mar 2025, 4:00." in page(trader, "/?at=2025-03-10T04:00")


@pytest.mark.usefixtures("_noon")
def test_a_plus_sign_that_was_not_encoded_is_still_an_offset(trader: Client) -> None:
    record()
    assert "STORED BOARD" in page(trader, "/?at=2026-03-10T14:42:00+00:00")


@pytest.mark.usefixtures("_noon", "dead_redis")
def test_without_redis_the_last_known_board_stands_with_a_banner(trader: Client) -> None:
    record()
    html = page(trader)
    assert states(html)[0] == "normal"
    assert "Redis does not answer" in html


@pytest.mark.usefixtures("_noon")
def test_without_the_tables_the_board_of_redis_stands(
    trader: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        record()

    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("the server closed the connection")

    for name in ("benchmarks", "releases_between"):
        monkeypatch.setattr(f"sectors.surroundings.{name}", away)
    for name in ("board_freshness", "board_runs"):
        monkeypatch.setattr(f"analysis.templatetags.freshness.{name}", away)
    monkeypatch.setattr(selectors, "_snapshots", away)
    html = page(trader)
    assert states(html)[0] == "normal"
    assert "RUNS NOT KNOWN" in html


@pytest.mark.usefixtures("_noon")
def test_the_page_has_no_inline_script_or_style(trader: Client) -> None:
    record()
    html = page(trader)
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert not re.search(r"<style| style=| on\w+=", html)


@pytest.mark.usefixtures("_noon")
def test_theme_and_palette_come_with_the_page(trader: Client) -> None:
    user = get_user_model().objects.get()
    FreshnessPreference.objects.create(user=user, theme="light", palette="safe")
    assert '<html lang="en" data-theme="light" data-palette="safe">' in page(trader)


@pytest.mark.usefixtures("_noon")
def test_run_and_log_out_are_forms_that_need_no_script(trader: Client) -> None:
    record()
    html = page(trader)
    assert re.search(
        r'<form method="post" action="/analysis/run/"[^>]*><input type="hidden" name="csrf', html
    )
    assert re.search(r'<form method="post" action="/logout/"><input type="hidden" name="csrf', html)


@pytest.mark.usefixtures("_noon")
def test_whoever_types_the_address_of_the_log_out_is_asked_first(trader: Client) -> None:
    assert re.search(
        r'<h1>Log out</h1>.*<form[^>]* method="post" action="/logout/">', page(trader, "/logout/"), re.S
    )
    assert trader.get("/").status_code == 200
    assert trader.post("/logout/").status_code == 302
    assert trader.get("/")["Location"] == "/login/?next=/"
