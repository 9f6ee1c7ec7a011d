"""The keys of those who ask for runs: one wish each, not without end, and forgotten without a trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from analysis.errors import KeysSpent, KeyTaken
from analysis.models import AnalysisRun, RunKind, RunRequest, RunStatus
from analysis.services import keys_prune, run_ask
from tests.analysis.page_cast import NOW, reader, run_store
from universe.clock import override

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara() -> Iterator[Any]:
    with override(NOW):
        yield reader("mara")


def test_a_key_of_one_wish_does_not_answer_another(mara: Any, client: Any) -> None:
    old, other = (run_store(status=RunStatus.FAILED, kind=kind) for kind in (RunKind.PASS, RunKind.RELEASE))
    fresh = run_ask(mara, key="fresh").run
    with pytest.raises(
        KeyTaken, match=f"“fresh” was used to ask for a fresh analysis, and got run {fresh.pk}"
    ):
        run_ask(mara, key="fresh", again=old)
    again = run_ask(mara, key="again", again=old)
    for wish in (None, other):
        with pytest.raises(KeyTaken, match=f"“again” was used to ask for run {old.pk} again"):
            run_ask(mara, key="again", again=wish)
    assert run_ask(mara, key="again", again=old).run == again.run
    client.force_login(mara)
    answer = client.generic("POST", f"/api/v1/runs/{old.pk}/retry/", headers={"Idempotency-Key": "fresh"})
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")


def test_a_run_has_twenty_keys_of_a_user_and_no_more(mara: Any, client: Any) -> None:
    runs = {run_ask(mara, key=f"k{number}").run.pk for number in range(20)}
    with pytest.raises(KeysSpent, match="has 20 of your keys already"):
        run_ask(mara, key="k20")
    client.force_login(mara)
    answer = client.generic("POST", "/api/v1/runs/", headers={"Idempotency-Key": "k21"})
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert run_ask(mara, key="k3").replayed
    assert run_ask(reader("nina"), key="k20").run.pk in runs
    assert (len(runs), RunRequest.objects.count()) == (1, 21)


def test_of_forgotten_keys_one_line_for_each_who_asked_is_left(mara: Any) -> None:
    nina = reader("nina")
    for user, key in ((mara, "a"), (nina, "a"), (mara, "b"), (nina, ""), (mara, "c")):
        run_ask(user, key=key)
    yesterday = timezone.now() - dt.timedelta(hours=25)
    RunRequest.objects.exclude(key="c").update(created_wall=yesterday)
    assert keys_prune() == 3
    left = RunRequest.objects.order_by("id").values_list("user__username", "key")
    assert list(left) == [("mara", ""), ("nina", ""), ("mara", "c")]
    assert AnalysisRun.objects.count() == 1
