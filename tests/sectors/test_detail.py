from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from analysis.models import FreshnessPreference
from sectors.models import SentimentReading
from sectors.pages.rank_lists import rank_lists
from sectors.services import readings_record, weight_revise
from tests.analysis.page_cast import AS_OF, NOW, board_publish, reader
from tests.sectors.market import ranked, reading, stamp
from universe.clock import override

pytestmark = pytest.mark.django_db


@pytest.fixture
def trader(client: Client, eight_sectors: None) -> Iterator[Client]:
    client.force_login(reader())
    with override(NOW):
        yield client


@pytest.fixture(scope="module")
def most_queries() -> int:
    """Session, user and preferences, readings, history, weights, and what the frame of every page asks."""
    return 12


def body(client: Client, path: str = "/sectors/technology/", status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_page_asks_for_a_login(client: Client) -> None:
    assert client.get("/sectors/technology/").headers["Location"] == "/login/?next=/sectors/technology/"


def test_an_unknown_sector_is_a_404_that_names_the_eight(trader: Client) -> None:
    page = body(trader, "/sectors/crypto/", 404)
    assert "There is no sector “crypto”" in page
    assert 'href="/sectors/consumer_discretionary/"' in page


def test_a_sector_without_a_reading_says_what_comes_next(trader: Client) -> None:
    page = text_of(body(trader))
    assert "No reading yet" in page
    assert "comes on by itself" in page
    assert "Why " not in page


def test_a_run_of_the_engine_is_explained_to_its_stored_number(trader: Client) -> None:
    board_publish(2118)
    stored = SentimentReading.objects.get(sector="technology")
    page = body(trader)
    assert "The stored parts do not make" not in page
    sign = "−" if stored.sentiment_score < 0 else "+"
    assert f"{sign}{abs(stored.sentiment_score)}" in text_of(page)
    assert page.count("<summary>Base</summary>") == page.count("<summary>Score</summary>") == 1


def test_every_sector_of_a_run_reconciles(trader: Client) -> None:
    board_publish(2118)
    for slug in SentimentReading.objects.values_list("sector", flat=True):
        assert "The stored parts do not make" not in body(trader, f"/sectors/{slug}/")


def test_a_tampered_score_is_said_on_the_page(trader: Client) -> None:
    board_publish(2118)
    SentimentReading.objects.filter(sector="technology").update(sentiment_score=Decimal("0.999"))
    assert "The stored parts do not make the stored score" in body(trader)


def test_the_head_shows_four_frames_and_three_clocks(trader: Client) -> None:
    board_publish(2118)
    page = text_of(body(trader))
    for label in ("30 minutes", "1 day", "3 days", "1 week", "Against IWM", "Confidence", "Breadth"):
        assert label in page
    assert "12:00:02" in page
    assert "run 2,118" in page


def test_the_legs_of_the_day_stand_apart(trader: Client) -> None:
    board_publish(2118)
    page = text_of(body(trader))
    stored = SentimentReading.objects.get(sector="technology").waterfall
    assert re.search(r"Pre-market [+−]?\d+\.\d\d% \d+ members", page)
    assert "After hours – not begun" in page
    assert f"20-session highs, lows {stored['new_highs']} new, {stored['new_lows']} new" in page
    assert f"spread {stored['dispersion']:.1f} pts" in page


def test_what_contradicts_the_move_is_said_under_the_light(trader: Client) -> None:
    board_publish(2118)
    reading = SentimentReading.objects.filter(sector="technology")
    waterfall = reading.get().waterfall | {"divergences": ["up on few names: 31% of members move that way"]}
    reading.update(waterfall=waterfall)
    assert "up on few names: 31% of members move that way" in body(trader)


def test_a_reading_from_before_the_legs_shows_none(trader: Client) -> None:
    board_publish(2118)
    reading = SentimentReading.objects.filter(sector="technology")
    old = {name: value for name, value in reading.get().waterfall.items() if name != "phases"}
    reading.update(waterfall=old)
    assert "After hours" not in text_of(body(trader))


def test_the_history_is_drawn_on_the_server(trader: Client) -> None:
    for number, hour in enumerate((9, 10, 11), start=1):
        board_publish(number, AS_OF.replace(hour=hour), count=300)
    page = body(trader)
    assert len(re.search(r'class="line" points="([^"]+)"', page)[1].split()) == 3
    assert "3 readings" in page


def test_twenty_sessions_are_one_click_away(trader: Client) -> None:
    board_publish(1, count=300)
    page = body(trader, "/sectors/technology/?sessions=20")
    # Five of them are named, with a line at each but the first.
    assert page.count('class="grid"') == 4
    assert '<a href="?sessions=20#history" aria-current="true">' in page


@pytest.mark.parametrize("wanted", ["7", "-1", "many", "²"])
def test_any_other_span_is_the_short_one(trader: Client, wanted: str) -> None:
    board_publish(1, count=300)
    assert body(trader, f"/sectors/technology/?sessions={wanted}").count('class="grid"') == 4


def test_withheld_verdicts_show_figures_without_a_colour(trader: Client) -> None:
    few = reading("technology", 0.5, state="insufficient", valid=4, advancing=1, members=6)
    readings_record([few], stamp(7, AS_OF, world="simulated"))
    page = text_of(body(trader))
    assert "No verdict" in page
    assert "4 members trade, 5 are needed" in page
    assert "−1.4%" in page


def test_a_light_past_the_readers_limit_is_out_and_says_why(trader: Client) -> None:
    board_publish(1, AS_OF.replace(hour=9), count=300)
    assert 'data-state="stale"' not in body(trader)
    user = reader("nina")
    FreshnessPreference.objects.create(user=user, fresh_minutes=30, stale_minutes=60)
    trader.force_login(user)
    page = body(trader)
    assert 'data-state="stale"' in page
    assert "Past your limit of 1 h; data of 9:00" in page
    assert page.count('data-age="stale"') == 9, "the light, and the eight small ones above it"


def test_the_three_clocks_go_on_in_the_page(trader: Client) -> None:
    board_publish(1, count=300)
    page = body(trader)
    for label in ("Data as of", "Computed", "Last confirmed"):
        assert re.search(rf"<dt>{label}</dt><dd>[^<]*<span class=\"own\" data-own=\"\d+\">", page), label
    assert re.search(r'data-age-of="\d+">10 m old in session time<', page)


def test_the_weight_of_the_reading_and_the_one_in_force_are_told_apart(trader: Client) -> None:
    board_publish(1, count=300)
    weight_revise("technology", Decimal("1.45"), reason="Wider gaps since the split.", author=None)
    page = text_of(body(trader))
    assert "This reading used 1.30; 1.45 is in force: the light takes it over in moments" in page
    assert "Wider gaps since the split." in page
    assert "Saved, wall clock" in page


def test_the_page_costs_a_fixed_number_of_queries(
    trader: Client, django_assert_max_num_queries: DjangoAssertNumQueries, most_queries: int
) -> None:
    for number, hour in enumerate((9, 10, 11), start=1):
        board_publish(number, AS_OF.replace(hour=hour), count=300)
    body(trader)  # what is measured once a session lies in the cache from here on
    with django_assert_max_num_queries(most_queries):
        body(trader)


def lists(score: str, **tops: Any) -> dict[str, Any]:
    rows = {"bearish": [ranked("SOUN", -8.2)], "bullish": [ranked("KOSS", 6.0)], "halted": []} | tops
    return {one.side: one for one in rank_lists(rows, Decimal(score))}


@pytest.mark.parametrize(
    ("score", "withheld"),
    [("-0.5", "bullish"), ("0.5", "bearish"), ("-0.499", ""), ("0.499", "")],
)
def test_the_list_against_a_strong_light_is_withheld(score: str, withheld: str) -> None:
    assert [side for side, one in lists(score).items() if one.withheld] == ([withheld] if withheld else [])


def test_the_side_that_the_light_speaks_for_comes_first() -> None:
    assert next(iter(lists("-0.3"))) == "bearish"
    assert next(iter(lists("0.3"))) == "bullish"


def test_halted_names_stand_apart_and_only_when_there_are_any() -> None:
    assert "halted" not in lists("0.1")
    halted = lists("0.1", halted=[ranked("RLDA", 11.4) | {"halted": True}])["halted"]
    assert [flag.text for flag in halted.rows[0].flags] == ["HALT"]


def test_an_empty_side_says_that_nobody_moved_that_way() -> None:
    assert lists("0.1", bearish=[])["bearish"].empty == "No core stock fell in this reading."


def test_a_withheld_list_stays_one_click_away(trader: Client) -> None:
    strong = reading("technology", -0.77)
    readings_record([replace(strong, colour="dark_red")], stamp(7, AS_OF))
    page = body(trader)
    assert "None in a bearish sector: wait for a reversal." in page
    assert re.search(r"<details class=\"withheld\">.*BBAI.*</details>", page, re.S)
