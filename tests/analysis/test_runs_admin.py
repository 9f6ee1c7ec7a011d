"""What an admin can tune, and what nobody can change."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from analysis.models import AnalysisRun, FreshnessPreference, ParameterRevision, RunKind
from analysis.selectors import parameters_current
from analysis.services import parameters_revise
from tests.two_people import second_of_two
from universe.sessions import ET

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = get_user_model().objects.create_superuser("admin", password="-")
    client.force_login(user)
    return client


def revise(admin, button: str = "_save", **changed):
    """Save the form of the constants as it is opened, but for what is ``changed``."""
    page = "/admin/analysis/parameterrevision/add/"
    form = admin.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields} | {"reason": "wilder tape"}
    return admin.post(page, values | changed | {button: "x"}, follow=True)


def test_new_constants_become_the_active_revision_with_their_author(admin) -> None:
    revise(admin, winsor_pct="30", weights_1w="0.1", weights_1d="0.4")
    revision = ParameterRevision.objects.get(active=True)
    assert revision.values == {"winsor_pct": 30.0, "weights": {"1d": 0.4, "1w": 0.1}}
    assert (revision.author.username, parameters_current().winsor_pct) == ("admin", 30)
    told = LogEntry.objects.get().change_message
    words = "Weight of 1 day 0.3 to 0.4; Weight of 1 week 0.2 to 0.1; Returns are cut at 25 to 30"
    assert told == f"{words}: wilder tape"


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"winsor_pct": "much"}, "winsor_pct", "Enter a number."),
        ({"winsor_pct": "0"}, "winsor_pct", "must be 0.01 at least"),
        ({"scales_1d": "0"}, "scales_1d", "must be 0.01 at least"),
        ({"weights_1d": "0.4"}, "__all__", "add up to 1.1, not to 1"),
        ({"relative_volume_min": "5"}, "__all__", "must be less than the most"),
        ({"weights_1d": "-1"}, "weights_1d", "it may be 0 to 1000"),
        ({"minimum_valid": "5.5"}, "minimum_valid", "Enter a whole number."),
        ({"winsor_pct": "30", "reason": ""}, "reason", "This field is required."),
        ({}, "__all__", "These are the constants in force"),
    ],
)
def test_constants_that_make_no_sense_are_refused_at_their_field(admin, changed, field, words) -> None:
    assert words in revise(admin, **changed).context["adminform"].form.errors[field][0]
    assert not ParameterRevision.objects.exists()


def test_constants_that_somebody_else_revised_meanwhile_are_not_overwritten(admin) -> None:
    parameters_revise({"winsor_pct": 20}, reason="first", author=None)
    page = revise(admin, winsor_pct="30", expected="0").content.decode()
    assert "Meanwhile the product has revised the constants" in page
    assert parameters_current().winsor_pct == 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [0, 1])
def test_of_two_at_the_same_moment_the_second_is_told_also_before_the_first_revision(before) -> None:
    seen = parameters_revise({"winsor_pct": 20}, reason="old", author=None).pk if before else 0

    def revise(percent: int) -> None:
        parameters_revise({"winsor_pct": percent}, reason=f"{percent} %", author=None, expected=seen)

    refused = second_of_two(lambda: revise(30), lambda: revise(40))
    assert isinstance(refused, ValidationError)
    assert "Meanwhile the product has revised the constants" in refused.messages[0]
    assert (parameters_current().winsor_pct, ParameterRevision.objects.count()) == (30, before + 1)


def test_the_newest_constants_can_be_taken_back(admin) -> None:
    assert "there is nothing to undo" in revise(admin, "_undo").content.decode()
    parameters_revise({"winsor_pct": 20}, reason="first", author=None)
    parameters_revise({"winsor_pct": 15}, reason="second", author=None)
    revise(admin, "_undo", reason="")
    assert (parameters_current().winsor_pct, ParameterRevision.objects.count()) == (20, 3)
    history = admin.get("/admin/analysis/parameterrevision/add/").content.decode()
    assert "Returns are cut at 15 to 20" in history


def test_a_past_revision_cannot_be_edited(admin) -> None:
    revision = ParameterRevision.objects.create(values={}, reason="first", active=True)
    page = f"/admin/analysis/parameterrevision/{revision.pk}/change/"
    assert admin.post(page, {"values": "{}", "reason": "changed"}).status_code == 403


def test_runs_are_read_and_never_changed(admin) -> None:
    moment = dt.datetime(2026, 3, 10, 10, 0, tzinfo=ET)
    run = AnalysisRun.objects.create(
        kind=RunKind.PASS,
        scheduled_for=moment,
        started_wall=moment,
        finished_wall=moment + dt.timedelta(seconds=2),
    )
    assert "2.0 s" in admin.get("/admin/analysis/analysisrun/").content.decode()
    assert admin.get(f"/admin/analysis/analysisrun/{run.pk}/change/").status_code == 200
    assert admin.post(f"/admin/analysis/analysisrun/{run.pk}/change/", {}).status_code == 403
    assert admin.get("/admin/analysis/analysisrun/add/").status_code == 403


def test_limits_that_contradict_each_other_are_refused(admin) -> None:
    user = get_user_model().objects.get()
    values = {
        "user": user.pk,
        "fresh_minutes": 90,
        "stale_minutes": 60,
        "on_open": "ask",
        "default_view": "board",
        "theme": "dark",
        "palette": "safe",
    }
    answer = admin.post("/admin/analysis/freshnesspreference/add/", values)
    assert "Must be more than" in answer.content.decode()
    assert not FreshnessPreference.objects.exists()


def test_a_changed_preference_reaches_the_open_windows_of_its_user(
    admin, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    told: list[int] = []
    monkeypatch.setattr("analysis.tuning.announce_preferences", told.append)
    user = get_user_model().objects.create_user("trader")
    values = {
        "user": user.pk,
        "fresh_minutes": 20,
        "stale_minutes": 60,
        "on_open": "ask",
        "default_view": "board",
        "time_zone": "",
        "theme": "dark",
        "palette": "safe",
    }
    with django_capture_on_commit_callbacks(execute=True):
        admin.post("/admin/analysis/freshnesspreference/add/", values)
        stored = FreshnessPreference.objects.get()
        page = f"/admin/analysis/freshnesspreference/{stored.pk}/change/"
        admin.post(page, values | {"fresh_minutes": 30})
    stored.refresh_from_db()
    assert (stored.user, stored.fresh_minutes) == (user, 30)
    assert told == [user.pk, user.pk]
