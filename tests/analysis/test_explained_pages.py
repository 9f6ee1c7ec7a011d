"""The sector page explains a run: parts that make the number exactly, inputs that name their calls."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from analysis.models import RunInput
from sectors.models import SentimentReading
from sectors.pages.waterfall import ScoreParts, score_moves
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.page_cast import AS_OF, board_publish, reader
from tests.universe.vendor import Answer

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]


@pytest.fixture
def trader(scene: Scene, client: Client) -> Client:
    client.force_login(reader())
    return client


def body(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def opened(html: str, name: str) -> str:
    """The words of what one row of the waterfall opens to."""
    row = html.split(f'id="part-{name}"')[1].split('<tr class="opened">')[1]
    return text_of(row.split('<tr class="part')[0])


def test_the_parts_of_every_stored_reading_make_its_number_to_the_last_bit(scene: Scene) -> None:
    scene.run()
    scene.later(30)
    scene.prices({"Technology": -24.0, "Healthcare": 19.0, "Energy": -0.01, "Utilities": 7.0})
    scene.run()
    for seed in range(6):
        board_publish(900 + seed, AS_OF.replace(hour=10 + seed), seed=seed, count=300)
    checked = 0
    for reading in SentimentReading.objects.all():
        parts = ScoreParts(reading.sentiment_score, reading.waterfall, reading.returns, reading.frame_notes)
        *moves, score = score_moves(parts)
        product = moves[-1].running
        assert product == reading.waterfall["unclamped"]
        clamped = max(Decimal(-1), min(Decimal(1), Decimal(repr(product))))
        assert clamped.quantize(Decimal("0.001"), ROUND_HALF_EVEN) == reading.sentiment_score
        assert score.running == float(reading.sentiment_score)
        checked += 1
    assert checked == 8 * 8


def test_the_last_prices_open_to_the_call_and_its_request(scene: Scene, trader: Client) -> None:
    quotes = small_market.snapshot(small_market.all_at({"Energy": 2.0}), scene.now())
    scene.vendor.on(SNAPSHOT, Answer(quotes | {"request_id": "snap-77"}))
    run = scene.run()
    page = body(trader, "/sectors/energy/")
    for name in ("30min", "1d", "technical"):
        assert f"{SNAPSHOT}?include_otc=false Polygon over REST, request snap-77, 25 rows" in opened(
            page, name
        )
    assert f'href="/sectors/energy/inputs/?run={run.pk}&amp;sort=-1d"' in page
    assert trader.get(f"/sectors/energy/inputs/?run={run.pk}&sort=-1d").status_code == 200


def test_every_row_opens_by_a_disclosure_that_needs_no_script(scene: Scene, trader: Client) -> None:
    scene.run()
    page = body(trader, "/sectors/energy/")
    rows = re.findall(r'<tr class="part[^"]*" id="part-(\w+)"><th scope="row"><details><summary>', page)
    assert rows == [
        "30min",
        "1d",
        "3d",
        "1w",
        "base",
        "volatility",
        "volume",
        "catalyst",
        "technical",
        "score",
    ]
    assert page.count('<tr class="opened">') == len(rows)


def test_the_weight_opens_to_its_revision_author_reason_and_moment(scene: Scene, trader: Client) -> None:
    scene.run()
    words = opened(body(trader, "/sectors/energy/"), "volatility")
    assert re.search(r"weight revision \d+: 1\.20", words)
    assert "the product’s default" in words
    assert re.search(r"\w{3} \d+ \w{3}, \d+:\d\d:\d\d", words)


def test_the_closes_of_the_frames_are_of_different_sessions(scene: Scene, trader: Client) -> None:
    scene.run()
    page = body(trader, "/sectors/energy/")
    for name, words in (
        ("1d", "Close of Mon 9 Mar"),
        ("3d", "Close of Thu 5 Mar"),
        ("1w", "Close of Tue 3 Mar"),
    ):
        assert words in opened(page, name)
        assert "split-adjusted to 2026-03-10" in opened(page, name)


def test_a_reading_of_before_says_that_its_lineage_is_not_stored(scene: Scene, trader: Client) -> None:
    scene.run()
    RunInput.objects.update(lineage={})
    page = body(trader, "/sectors/energy/")
    assert "is not stored with this reading" in opened(page, "1d")
    assert "R, weighted return" in opened(page, "1d")
    assert "weight revision" in opened(page, "volatility")
    assert "The stored parts do not make" not in page


def test_a_run_whose_frame_is_gone_still_explains_its_score(scene: Scene, trader: Client) -> None:
    scene.run()
    RunInput.objects.all().delete()
    assert "is not stored with this reading" in opened(body(trader, "/sectors/energy/"), "3d")


def test_the_page_stays_cheap(
    scene: Scene, trader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    scene.run()
    with django_assert_max_num_queries(12):
        body(trader, "/sectors/energy/")
