"""The sector page of a stored moment: the reading that stood then, its waterfall and its lineage."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
import redis
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sectors.models import SentimentReading
from sectors.services import weight_revise
from tests.analysis.conftest import KeptScene, kept_scene
from tests.analysis.page_cast import reader
from tests.analysis.small_market import et
from universe.clock import override

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def two_runs(django_db_setup: None, django_db_blocker: Any, redis_server: redis.Redis) -> Iterator[KeptScene]:
    """A falling reading of energy at 10:15, a rising one at 10:45; the market is at 10:50."""
    with kept_scene(django_db_blocker, redis_server) as shared:
        scene = shared.scene
        scene.prices({"Energy": -2.0})
        scene.run()
        scene.later(30)
        scene.prices({"Energy": 3.0})
        scene.run()
        scene.later(5)
        shared.kept.keep()
        yield shared


@pytest.fixture
def two(two_runs: KeptScene, db: None) -> Iterator[list[SentimentReading]]:
    with two_runs.again():
        yield list(SentimentReading.objects.filter(sector="energy").order_by("timestamp"))


@pytest.fixture
def trader(two: list[SentimentReading], client: Client) -> Client:
    client.force_login(reader())
    return client


def body(client: Client, at: str, status: int = 200, slug: str = "energy") -> str:
    with override(et(10, 50)):
        answer = client.get(f"/sectors/{slug}/?at={quote(at)}")
    assert answer.status_code == status
    return str(answer.content.decode())


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_newest_reading_published_at_or_before_the_moment_stands(
    two: list[SentimentReading], trader: Client
) -> None:
    first, second = two
    assert first.sentiment_score < 0 < second.sentiment_score
    second_before = (second.timestamp - dt.timedelta(microseconds=1)).isoformat()
    for at, shown in (
        (first.timestamp.isoformat(), first),
        (second_before, first),
        (second.timestamp.isoformat(), second),
        ("2026-03-10T10:50:00", second),
    ):
        page = text_of(body(trader, at))
        assert f"run {shown.run_id:,}" in page
        assert f"{abs(shown.sentiment_score)}" in page


def test_it_is_plainly_marked_and_leads_back_to_now(two: list[SentimentReading], trader: Client) -> None:
    html = body(trader, two[0].timestamp.isoformat())
    page = text_of(html)
    assert "STORED READING This is how Energy stood on Tue 10 Mar, 10:15. It is not the present." in page
    assert "Energy as it stood on Tue 10 Mar, 10:15." in page
    assert html.count('href="/sectors/energy/">Back to now') == 2
    assert "socket.js" not in html
    assert "<title>Energy" in html
    assert " on Tue 10 Mar, 10:15 – SectorLight</title>" in html


def test_its_waterfall_and_its_lineage_are_of_its_own_run(
    two: list[SentimentReading], trader: Client
) -> None:
    html = body(trader, two[0].timestamp.isoformat())
    assert f'href="/sectors/energy/inputs/?run={two[0].run_id}&amp;sort=1d"' in html
    assert "request" in html
    assert "The stored parts do not make" not in html
    moved = f"{two[0].returns['1d']:.2f}".replace("-", "−")
    assert f"return {moved}%" in text_of(html)


def test_the_history_ends_at_the_moment(two: list[SentimentReading], trader: Client) -> None:
    assert "1 reading" in text_of(body(trader, two[0].timestamp.isoformat()))
    assert "2 readings" in text_of(body(trader, two[1].timestamp.isoformat()))


def test_links_to_other_sectors_and_spans_keep_the_moment(
    two: list[SentimentReading], trader: Client
) -> None:
    html = body(trader, "2026-03-10T10:20:00-04:00")
    asked = quote("2026-03-10T10:20:00-04:00")
    assert f'href="/sectors/materials/?at={asked}"' in html
    assert f'href="?at={asked}&amp;sessions=20#history"' in html


def test_each_of_the_latest_readings_opens_as_it_stood(two: list[SentimentReading], trader: Client) -> None:
    with override(et(10, 50)):
        html = trader.get("/sectors/energy/").content.decode()
        links = re.findall(r'<th scope="row"><a href="(\?at=[^"]+)">', html)
        assert len(links) == 2
        pages = [text_of(trader.get(f"/sectors/energy/{link}").content.decode()) for link in links]
    assert [f"run {one.run_id:,}" in page for one, page in zip(reversed(two), pages, strict=True)] == [
        True,
        True,
    ]


def test_before_the_first_reading_it_says_so(two: list[SentimentReading], trader: Client) -> None:
    page = text_of(body(trader, "2026-03-10T04:00:00-04:00"))
    assert "No reading of Energy had been published until Tue 10 Mar, 4:00." in page
    assert "Why " not in page


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("yesterday", "is not a moment"),
        ("", "is not a moment"),
        ("1999-01-01", "The calendar knows"),
        ("2026-03-10T10:51:00-04:00", "has not come yet"),
    ],
)
def test_a_moment_that_cannot_be_shown_is_said(
    two: list[SentimentReading], trader: Client, at: str, words: str
) -> None:
    html = body(trader, at, 400)
    assert words in text_of(html)
    assert 'href="/sectors/energy/?at=2026-03-10T04%3A00%3A00-04%3A00"' in html


def test_a_revision_of_later_is_not_told_as_the_next_runs(
    two: list[SentimentReading], trader: Client
) -> None:
    weight_revise("energy", Decimal("1.45"), reason="Wider gaps.", author=None)
    page = body(trader, two[0].timestamp.isoformat())
    assert "This reading used 1.20; 1.45 is in force now." in page
    assert "the light takes it over" not in page


def test_a_stored_page_stays_cheap(
    two: list[SentimentReading], trader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        body(trader, two[0].timestamp.isoformat())
