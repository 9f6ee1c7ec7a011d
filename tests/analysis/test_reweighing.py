"""A new weight: previewed from stored inputs, and on the board at once, exactly as previewed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis.engine.frames import pack, unpack
from analysis.models import Alert, AnalysisRun, RunInput, RunKind, RunStatus
from analysis.recomputation import runs_recompute
from analysis.services import run_execute
from analysis.whatif import weight_whatif
from sectors.models import BoardSnapshot, SentimentReading, VolatilityWeight
from sectors.selectors import board_current, reading_newest
from sectors.services import weight_revise, weight_undo
from sectors.types import WeightSetting
from tests.analysis.conftest import KeptScene, Scene, kept_scene
from universe import clock, keys
from universe.redis import client

LOUD = WeightSetting(Decimal("3.00"))


@pytest.fixture(scope="module")
def first_board(
    django_db_setup: None, django_db_blocker: Any, redis_server: redis.Redis
) -> Iterator[KeptScene]:
    with kept_scene(django_db_blocker, redis_server) as shared:
        assert shared.scene.run().status in (RunStatus.COMPLETE, RunStatus.PARTIAL)
        shared.kept.keep()
        yield shared


@pytest.fixture
def board(first_board: KeptScene, db: None) -> Iterator[Scene]:
    """A published board of 10:15; healthcare rises by 4 %, technology falls by 4 %."""
    with first_board.again() as scene:
        yield scene


def revise(scene: Scene, slug: str, setting: WeightSetting, capture: Any) -> AnalysisRun:
    """Put a weight in force as an admin's save does, and do the run that it asks for."""
    with clock.override(scene.now()), capture(execute=True):
        weight_revise(slug, setting, reason="a try", author=None)
    run = AnalysisRun.objects.get(kind=RunKind.REWEIGHT, status=RunStatus.QUEUED)
    with clock.override(scene.now()):
        run_execute(run.pk)
    run.refresh_from_db()
    return run


def board_published() -> dict[str, Any] | None:
    """The newest board, read anew: a run within a test's transaction tells Redis nothing."""
    client().delete(keys.board())
    return board_current()


def lights() -> dict[str, tuple[Decimal, str]]:
    found = board_published()
    assert found is not None
    return {
        slug: (Decimal(entry["score"]), "none" if entry["state"] == "insufficient" else entry["colour"])
        for slug, entry in found["sectors"].items()
    }


def test_without_a_board_a_new_weight_asks_for_no_run(scene: Scene) -> None:
    weight_revise("healthcare", LOUD, reason="early", author=None)
    assert not AnalysisRun.objects.filter(kind=RunKind.REWEIGHT).exists()


@pytest.mark.parametrize("weight", ["0.10", "0.85", "3.00"])
def test_saving_gives_exactly_the_lights_that_were_previewed(
    board: Scene, weight: str, django_capture_on_commit_callbacks: Any
) -> None:
    found = weight_whatif("healthcare", WeightSetting(Decimal(weight)))
    previewed = {one.sector: (one.after.score, one.after.band) for one in found.now if one.after is not None}
    board.later(1)
    run = revise(board, "healthcare", WeightSetting(Decimal(weight)), django_capture_on_commit_callbacks)

    assert run.status == RunStatus.COMPLETE
    assert lights() == previewed
    assert len(previewed) == 8


def test_the_new_light_keeps_the_age_of_its_prices_and_names_its_weight(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    before = reading_newest("healthcare")
    assert before is not None
    board.later(40)
    run = revise(board, "healthcare", LOUD, django_capture_on_commit_callbacks)
    after = reading_newest("healthcare")
    assert after is not None

    assert (after.as_of, after.oldest_input_at, after.source) == (
        before.as_of,
        before.oldest_input_at,
        before.source,
    )
    assert after.timestamp > before.timestamp
    in_force = VolatilityWeight.objects.get(sector_id="healthcare", active=True)
    assert after.weight_revision_id == in_force.pk
    assert (
        SentimentReading.objects.get(sector="healthcare", timestamp=before.timestamp).weight_revision_id
        != in_force.pk
    )
    found = board_published()
    assert found is not None
    assert found["sectors"]["technology"]["run_id"] == before.run_id
    assert found["sectors"]["healthcare"]["run_id"] == run.pk


def test_a_measured_weight_previews_and_saves_alike(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    newest = reading_newest("healthcare")
    assert newest is not None
    stored = RunInput.objects.get(run_id=newest.run_id)
    frame = unpack(bytes(stored.frame))
    measured = [replace(one, realised=2.71) if one.slug == "healthcare" else one for one in frame.sectors]
    stored.frame = pack(replace(frame, sectors=tuple(measured)))
    stored.save()
    wanted = WeightSetting(Decimal("1.00"), "hybrid", Decimal("0.40"))
    own = next(one for one in weight_whatif("healthcare", wanted).now if one.sector == "healthcare")
    assert own.after is not None

    revise(board, "healthcare", wanted, django_capture_on_commit_callbacks)
    after = reading_newest("healthcare")
    assert after is not None
    assert (after.sentiment_score, own.after.weight) == (own.after.score, 1.40)
    factor = after.waterfall["factors"][0]
    assert factor["inputs"] == {
        "weight": 1.4,
        "set": 1.0,
        "measured_share": 0.4,
        "realised": 2.71,
        "counted": 2.0,
    }
    run_input = RunInput.objects.get(run_id=after.run_id)
    rules = [one["rule"] for one in run_input.lineage["inputs"] if one["name"] == "weight_healthcare"]
    assert rules == [f"weight revision {after.weight_revision_id}: 1.00 with 40% measured"]


def test_what_the_board_says_of_a_sector_that_failed_stands_after_a_new_weight(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    told = {"at": "2026-03-10T10:15:00-04:00", "reason": "70% of prices missing"}
    snapshot = BoardSnapshot.objects.latest("timestamp")
    for slug in ("energy", "healthcare"):
        snapshot.board["sectors"][slug]["carried"] = told
    snapshot.save()
    revise(board, "healthcare", LOUD, django_capture_on_commit_callbacks)
    entries = BoardSnapshot.objects.latest("timestamp").board["sectors"]
    assert (entries["energy"]["carried"], entries["healthcare"]["carried"]) == (told, told)
    assert entries["technology"]["carried"] is None


def test_the_board_says_of_its_run_what_it_said_before(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    before = board_published()
    revise(board, "energy", LOUD, django_capture_on_commit_callbacks)
    after = board_published()
    assert before is not None
    assert after is not None
    assert after["context"] == before["context"]


def test_a_new_weight_raises_no_alert_and_asks_no_vendor(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    alerts, asked = Alert.objects.count(), len(board.vendor.asked)
    revise(board, "healthcare", WeightSetting(Decimal("0.10")), django_capture_on_commit_callbacks)
    assert Alert.objects.count() == alerts
    assert len(board.vendor.asked) == asked


def test_a_pass_that_takes_the_new_weight_over_raises_no_alert_for_it(board: Scene) -> None:
    with clock.override(board.now()):
        weight_revise("healthcare", "0.10", reason="a try", author=None)
    board.later(5)
    board.run(RunKind.PASS)
    newest = reading_newest("healthcare")
    assert newest is not None
    assert newest.color_classification == "blue_neutral"
    assert not Alert.objects.filter(kind=Alert.Kind.COLOUR).exists()


def test_the_boards_moment_never_falls_by_a_new_weight(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    board.later(5)
    board.prices({"Technology": -5.0, "Healthcare": 4.0, "Energy": 2.0, "Utilities": 0.0})
    board.run(RunKind.MOVER, sector="technology")
    before = board_published()
    revise(board, "healthcare", LOUD, django_capture_on_commit_callbacks)
    after = board_published()
    assert before is not None
    assert after is not None
    assert after["as_of"] == before["as_of"]
    assert after["sectors"]["healthcare"]["as_of"] < before["as_of"]


def test_the_reweighed_light_can_be_recomputed_from_its_own_frame(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    run = revise(board, "healthcare", LOUD, django_capture_on_commit_callbacks)
    found = runs_recompute([run.pk])
    assert (found.readings, found.differences) == (1, ())


def test_undo_brings_the_former_light_back(board: Scene, django_capture_on_commit_callbacks: Any) -> None:
    before = lights()
    revise(board, "healthcare", WeightSetting(Decimal("0.10")), django_capture_on_commit_callbacks)
    assert lights() != before
    board.later(1)
    with clock.override(board.now()), django_capture_on_commit_callbacks(execute=True):
        weight_undo("healthcare", author=None)
    with clock.override(board.now()):
        run_execute(AnalysisRun.objects.get(kind=RunKind.REWEIGHT, status=RunStatus.QUEUED).pk)
    assert lights() == before


def test_two_revisions_before_the_run_make_one_run_with_the_newest(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    with clock.override(board.now()), django_capture_on_commit_callbacks(execute=True):
        weight_revise("healthcare", "2.00", reason="first", author=None)
    revise(board, "healthcare", LOUD, django_capture_on_commit_callbacks)
    assert AnalysisRun.objects.filter(kind=RunKind.REWEIGHT).count() == 1
    factors = SentimentReading.objects.order_by("-timestamp")[0].waterfall["factors"]
    assert factors[0]["value"] == 3.0


def test_a_run_that_came_before_it_covers_the_new_weight(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    with clock.override(board.now()), django_capture_on_commit_callbacks(execute=True):
        weight_revise("healthcare", LOUD, reason="a try", author=None)
    waiting = AnalysisRun.objects.get(kind=RunKind.REWEIGHT)
    board.later(5)
    board.run(RunKind.PASS)
    with clock.override(board.now()):
        run_execute(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == RunStatus.COVERED


def test_inputs_that_are_not_kept_any_more_leave_the_light_as_it_is_and_say_so(
    board: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    RunInput.objects.all().delete()
    before = lights()
    run = revise(board, "healthcare", LOUD, django_capture_on_commit_callbacks)
    assert run.status == RunStatus.CARRIED
    assert "are not kept any more" in run.message
    assert lights() == before


# -- the sessions before -------------------------------------------------------------------------------


def past_sessions(board: Scene, count: int) -> list[SentimentReading]:
    """Two readings on each of ``count`` earlier weekdays; only the later of a day is its last."""
    newest = reading_newest("healthcare")
    assert newest is not None
    frame = unpack(bytes(RunInput.objects.get(run_id=newest.run_id).frame))
    rows = []
    for number in range(2 * count):
        as_of = newest.as_of - dt.timedelta(days=number // 2 + 1, minutes=30 * (number % 2))
        run = AnalysisRun.objects.create(
            kind=RunKind.PASS, scheduled_for=as_of, status=RunStatus.COMPLETE, as_of=as_of
        )
        RunInput.objects.create(run=run, frame=pack(frame), sha256="")
        row = SentimentReading.objects.get(sector="healthcare", timestamp=newest.timestamp)
        row.timestamp, row.as_of, row.run_id = as_of, as_of, run.pk
        row.save(force_insert=True)
        rows.append(row)
    return rows


def test_the_last_light_of_each_session_is_scored_again_and_the_rest_is_left(board: Scene) -> None:
    rows = past_sessions(board, 1)
    found = weight_whatif("healthcare", WeightSetting(Decimal("0.10")))
    newest = reading_newest("healthcare")
    assert newest is not None

    published = [one for one in found.sessions if not one.is_rebuilt]
    assert [one.as_of for one in published] == [newest.as_of, rows[0].as_of]
    assert [one.before.band for one in published] == [newest.color_classification] * 2
    assert all(one.after is not None and one.after.band == "blue_neutral" for one in published)
    assert all(one.is_other for one in published)


def test_a_session_whose_inputs_are_gone_is_counted_and_not_guessed(board: Scene) -> None:
    rows = past_sessions(board, 1)
    RunInput.objects.filter(run_id=rows[0].run_id).delete()
    found = weight_whatif("healthcare", LOUD)
    assert [one.after is None for one in found.sessions if not one.is_rebuilt] == [False, True]
    assert len(found.compared) == len(found.sessions) - 1


def test_the_weight_in_force_previews_the_lights_that_stand(board: Scene) -> None:
    found = weight_whatif("healthcare", WeightSetting(Decimal("1.50")))
    assert all(one.after == one.before for one in found.now if one.sector != "healthcare")
    own = next(one for one in found.now if one.sector == "healthcare")
    assert own.after is not None
    assert (own.after.score, own.after.band) == (own.before.score, own.before.band)


def test_the_queries_of_a_preview_do_not_grow_with_the_sessions(board: Scene) -> None:
    weight_whatif("healthcare", LOUD)  # what is usual is measured once a session
    with CaptureQueriesContext(connection) as few:
        weight_whatif("healthcare", LOUD)
    past_sessions(board, 3)
    with CaptureQueriesContext(connection) as many:
        weight_whatif("healthcare", LOUD)
    assert len(many) == len(few)


# -- the admin's form ----------------------------------------------------------------------------------


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("ada", password="x"))
    return client


def post(client: Client, **values: str) -> str:
    standing = VolatilityWeight.objects.get(sector_id="healthcare", active=True)
    form = {"weight": "1.50", "reason": "", "expected_revision": str(standing.pk)} | values
    url = f"/admin/sectors/volatilityweight/{standing.pk}/change/"
    return str(client.post(url, form, follow=True).content.decode())


def test_a_preview_shows_the_lights_and_saves_nothing(board: Scene, ada: Client) -> None:
    page = post(ada, weight="0.10", _preview="1")

    assert "Preview: Healthcare with 0.10" in page
    assert "would be neutral" in page
    assert "would have ended otherwise." in page
    assert "the close is rebuilt from daily bars" in page
    assert 'value="0.10"' in page
    assert "Please correct" not in page
    assert VolatilityWeight.objects.filter(sector_id="healthcare").count() == 1
    assert not AnalysisRun.objects.filter(kind=RunKind.REWEIGHT).exists()


def test_a_preview_of_what_may_not_be_names_the_bound_and_shows_no_lights(board: Scene, ada: Client) -> None:
    page = post(ada, weight="3.01", _preview="1")
    assert "less than or equal to 3.00" in page
    assert "Preview: " not in page


def test_a_hybrid_weight_is_saved_with_its_share_and_shown_as_such(board: Scene, ada: Client) -> None:
    page = post(ada, weight="1.40", source="hybrid", dynamic_share="0.30", reason="half measured")
    standing = VolatilityWeight.objects.get(sector_id="healthcare", active=True)
    assert standing.setting.says_as(WeightSetting(Decimal("1.40"), "hybrid", Decimal("0.30")))
    assert "1.40 with 30% measured" in page
