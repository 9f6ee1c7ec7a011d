"""The page of a run's stored frame, and its CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from analysis.models import AnalysisRun, RunInput, RunStatus
from analysis.pages.members import text_cell
from sectors.models import SentimentReading
from tests.analysis.conftest import KeptScene, Scene, kept_scene
from tests.analysis.page_cast import reader
from universe import clock

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]


@pytest.fixture(scope="module")
def first_run(
    django_db_setup: None, django_db_blocker: Any, redis_server: redis.Redis
) -> Iterator[tuple[KeptScene, AnalysisRun]]:
    with kept_scene(django_db_blocker, redis_server) as shared:
        run = shared.scene.run()
        shared.kept.keep()
        yield shared, run


@pytest.fixture
def run(first_run: tuple[KeptScene, AnalysisRun], db: None) -> Iterator[AnalysisRun]:
    shared, run = first_run
    with shared.again():
        yield run


@pytest.fixture
def trader(run: AnalysisRun, client: Client) -> Client:
    client.force_login(reader())
    return client


def body(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return str(answer.content.decode())


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def symbols(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/stocks/([A-Z]+)/">', html)


def rows_of(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_before_the_first_reading_it_says_so(scene: Scene, client: Client) -> None:
    client.force_login(reader())
    assert "No run has read this sector yet." in body(client, "/sectors/energy/inputs/", 404)


def test_the_page_asks_for_a_login(client: Client) -> None:
    assert client.get("/sectors/energy/inputs/?run=1").status_code == 302


def test_each_member_stands_with_its_price_its_returns_and_what_it_adds(
    trader: Client, run: AnalysisRun
) -> None:
    page = body(trader, f"/sectors/technology/inputs/?run={run.pk}")
    assert sorted(symbols(page)) == ["ALPHA", "BRAVO", "KILO", "LIMA", "MIKE", "SLEEPY"]
    words = text_of(page)
    stored = SentimentReading.objects.get(run_id=run.pk, sector="technology").returns["1d"]
    assert f"−{abs(stored):.5f}" in words
    assert "On demand run" in words
    assert RunInput.objects.get(run=run).sha256 in words
    assert "9.60" in words


def test_by_default_those_that_made_the_day_most_come_first(trader: Client, run: AnalysisRun) -> None:
    falling = symbols(body(trader, f"/sectors/technology/inputs/?run={run.pk}"))
    rising = symbols(body(trader, f"/sectors/healthcare/inputs/?run={run.pk}"))
    assert falling[0] in ("ALPHA", "SLEEPY")
    by_day = {
        row["symbol"]: Decimal(row["adds_1d_points"])
        for slug in ("technology", "healthcare")
        for row in rows_of(trader, f"/sectors/{slug}/inputs/?run={run.pk}&format=csv")
    }
    assert falling == sorted(falling, key=lambda name: by_day[name])
    assert rising == sorted(rising, key=lambda name: -by_day[name])


@pytest.mark.parametrize(("sort", "first"), [("symbol", "ALPHA"), ("-symbol", "SLEEPY")])
def test_the_server_sorts(trader: Client, run: AnalysisRun, sort: str, first: str) -> None:
    page = body(trader, f"/sectors/technology/inputs/?run={run.pk}&sort={sort}")
    assert symbols(page)[0] == first
    order = "descending" if sort.startswith("-") else "ascending"
    assert f'aria-sort="{order}"><a href="?run={run.pk}&amp;sort=' in page


def test_a_sort_that_is_none_is_the_default(trader: Client, run: AnalysisRun) -> None:
    path = f"/sectors/technology/inputs/?run={run.pk}"
    assert symbols(body(trader, f"{path}&sort=price")) == symbols(body(trader, path))


@pytest.mark.parametrize("frame", ["1d", "3d", "1w"])
def test_the_csv_sums_to_the_stored_return(trader: Client, run: AnalysisRun, frame: str) -> None:
    rows = rows_of(trader, f"/sectors/energy/inputs/?run={run.pk}&format=csv")
    stored = SentimentReading.objects.get(run_id=run.pk, sector="energy").returns[frame]
    added = sum(Decimal(row[f"adds_{frame}_points"]) for row in rows)
    assert added == Decimal(repr(stored)).quantize(Decimal("0.00001"))
    assert {row["tier"] for row in rows} == {"core"}


def test_the_csv_is_a_file_and_leaves_empty_what_is_not_known(trader: Client, run: AnalysisRun) -> None:
    path = f"/sectors/energy/inputs/?run={run.pk}&format=csv"
    answer = trader.get(path)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="energy-run-{run.pk}.csv"'
    assert {row["adds_30min_points"] for row in rows_of(trader, path)} == {""}


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("@SUM", "'@SUM"), ("+A", "'+A"), ("-A", "'-A"), ("\tA", "'\tA"), ("BRK.B", "BRK.B")],
)
def test_no_text_of_the_csv_is_a_formula(text: str, cell: str) -> None:
    assert text_cell(text) == cell


def test_without_a_run_the_newest_reading_of_the_sector_is_meant(trader: Client, run: AnalysisRun) -> None:
    answer = trader.get("/sectors/energy/inputs/")
    assert answer.headers["Location"] == f"/sectors/energy/inputs/?run={run.pk}"


@pytest.mark.parametrize("asked", ["0", "999999", "-1", "x", "", "9" * 40, "1e3", "%00"])
def test_an_unknown_run_is_a_404_in_words(trader: Client, run: AnalysisRun, asked: str) -> None:
    page = text_of(body(trader, f"/sectors/energy/inputs/?run={asked}", 404))
    assert "There is no run “" in page


def test_a_run_of_another_world_is_unknown(trader: Client, run: AnalysisRun) -> None:
    AnalysisRun.objects.filter(pk=run.pk).update(world="live" if run.world != "live" else "replay")
    body(trader, f"/sectors/energy/inputs/?run={run.pk}", 404)


def test_an_unknown_sector_names_the_eight(trader: Client, run: AnalysisRun) -> None:
    assert "There is no sector “crypto”" in body(trader, f"/sectors/crypto/inputs/?run={run.pk}", 404)


def test_a_frame_that_is_gone_says_so(trader: Client, run: AnalysisRun) -> None:
    RunInput.objects.all().delete()
    page = text_of(body(trader, f"/sectors/energy/inputs/?run={run.pk}", 410))
    assert "is gone: they are kept for 90 days" in page


def test_a_run_that_published_nothing_has_no_frame(trader: Client) -> None:
    failed = AnalysisRun.objects.create(
        kind="pass", scheduled_for=clock.market_now(), status=RunStatus.FAILED, message="no prices"
    )
    page = text_of(body(trader, f"/sectors/energy/inputs/?run={failed.pk}", 404))
    assert "published nothing" in page


def test_a_frame_of_another_version_says_that_it_cannot_be_read(trader: Client, run: AnalysisRun) -> None:
    RunInput.objects.update(frame=b"no frame")
    page = text_of(body(trader, f"/sectors/energy/inputs/?run={run.pk}", 410))
    assert "cannot be read by this version" in page


def test_a_sector_without_members_says_so(trader: Client, run: AnalysisRun) -> None:
    assert "had no stock of this sector" in body(trader, f"/sectors/materials/inputs/?run={run.pk}")


def test_the_page_costs_a_fixed_number_of_queries(
    trader: Client, run: AnalysisRun, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        body(trader, f"/sectors/technology/inputs/?run={run.pk}")
