"""/api/v1/runs/: the list, one run, asking, asking twice, asking again, cancelling."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.authtoken.models import Token

from analysis import api_run_shape
from analysis.lifecycle import run_claim
from analysis.models import AnalysisRun, RunKind, RunRequest, RunStatus
from analysis.services import keys_prune, run_request
from tests.analysis.page_cast import AS_OF, NOW, reader, run_store
from tests.analysis.test_ticks import at_once
from universe.clock import ClockUnavailableError, override

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eight_sectors")]

URL = "/api/v1/runs/"
KEY = {"Idempotency-Key": "8e03978e-40d5"}


@pytest.fixture
def eight_sectors(db: None) -> None:
    from sectors.services import sectors_seed

    sectors_seed()


@pytest.fixture
def mara() -> Any:
    return reader("mara")


@pytest.fixture
def program(client: Client, mara: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    # Runs are asked for here and never done.
    monkeypatch.setattr("analysis.requests.run_enqueue", lambda run_id: None)
    client.force_login(mara)
    with override(NOW):
        yield client


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask(client: Client, path: str, **values: Any) -> Any:
    """A POST with an empty body, as a program sends it."""
    return client.generic("POST", path, **values)


def admin() -> Any:
    user = reader("ada")
    user.is_staff = True
    user.save()
    return user


def end_all(status: RunStatus = RunStatus.COMPLETE) -> None:
    AnalysisRun.objects.filter(status__in=(RunStatus.QUEUED, RunStatus.RUNNING)).update(status=status)


def problem(answer: Any, status: int) -> Any:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    return answer.json()


# -- reading -------------------------------------------------------------------------------------------


def test_a_run_has_every_documented_field_and_no_other(program: Client) -> None:
    run_store(counts={"members": 1588, "dropped": {"no_reference": 12}, "worker": "host:12"})
    (run,) = program.get(URL).json()["results"]
    assert run.keys() == api_run_shape.RunSerializer().fields.keys()
    assert run["links"].keys() == api_run_shape.RunLinksSerializer().fields.keys()
    assert (run["kind"], run["status"], run["ended"], run["asked_by"]) == ("pass", "complete", True, None)
    assert run["missing"] == ["no reference price: 12"]
    assert (run["took_seconds"], run["timings"]["prices"]) == (3.4, 2.4)
    assert "worker" not in run["counts"]


def test_the_links_of_a_run_lead_to_what_it_published(program: Client) -> None:
    run = run_store()
    links = program.get(f"{URL}{run.pk}/").json()["links"]
    assert links["self"] == f"http://testserver{URL}{run.pk}/"
    assert (links["cancel"], links["retry"]) == (None, None)
    assert program.get(links["sectors"].removeprefix("http://testserver")).status_code == 200


def test_a_run_at_work_tells_how_far_it_is_and_how_to_cancel_it(program: Client, mara: Any) -> None:
    run = run_store(
        kind=RunKind.ON_DEMAND, status=RunStatus.RUNNING, percent=43, stage="scoring", requested_by=mara
    )
    told = program.get(f"{URL}{run.pk}/").json()
    assert (told["status"], told["percent"], told["stage"], told["ended"]) == (
        "running",
        43,
        "scoring",
        False,
    )
    assert told["links"]["cancel"] == f"http://testserver{URL}{run.pk}/cancel/"


def test_a_run_that_is_none_or_of_another_market_is_not_found(program: Client) -> None:
    other = run_store(world="replay")
    for number in (other.pk, 10**6, 10**30):
        assert problem(program.get(f"{URL}{number}/"), 404)["detail"] == f"There is no run {number}."


def test_the_list_is_newest_first_page_by_page(program: Client) -> None:
    runs = [run_store(AS_OF + dt.timedelta(minutes=number)) for number in range(5)]
    seen, address = [], f"{URL}?page_size=2"
    while address:
        page = program.get(address).json()
        seen += [run["id"] for run in page["results"]]
        address = page["next"]
    assert seen == [run.pk for run in reversed(runs)]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("?status=failed", ["mover"]),
        ("?status=failed,complete", ["mover", "pass"]),
        ("?kind=pass", ["pass"]),
        ("?kind=pass&status=failed", []),
        ("?status=", ["mover", "pass"]),
    ],
)
def test_the_list_is_filtered_by_status_and_kind(program: Client, query: str, kinds: list[str]) -> None:
    run_store()
    run_store(kind=RunKind.MOVER, sector="energy", status=RunStatus.FAILED)
    assert [run["kind"] for run in program.get(URL + query).json()["results"]] == kinds


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?status=done", "status"),
        ("?kind=pass,fast", "kind"),
        ("?page_size=0", "page_size"),
        ("?page_size=201", "page_size"),
        ("?sort=id", "sort"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(program: Client, query: str, field: str) -> None:
    assert list(problem(program.get(URL + query), 400)["errors"]) == [field]


@pytest.mark.parametrize("position", ["p=abc", "p=99999999999999999999", "p=-1", "p=%00"])
def test_a_cursor_that_is_none_is_not_found(program: Client, position: str) -> None:
    cursor = base64.b64encode(position.encode()).decode()
    problem(program.get(URL, {"cursor": cursor}), 404)


def test_a_page_costs_a_fixed_number_of_queries(
    program: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for back in range(20):
        run_store(AS_OF - dt.timedelta(minutes=back), requested_by=reader(f"user{back}"))
    with django_assert_max_num_queries(6):
        program.get(URL)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_gets_nothing_and_starts_nothing(client: Client, method: str) -> None:
    problem(client.generic(method.upper(), URL), 401)
    assert not AnalysisRun.objects.exists()


# -- asking --------------------------------------------------------------------------------------------


def test_who_asks_gets_a_new_run_and_its_address(program: Client) -> None:
    answer = ask(program, URL)
    run = AnalysisRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"http://testserver{URL}{run.pk}/")
    assert (answer.json()["status"], answer.json()["asked_by"]) == ("queued", "mara")


def test_a_program_asks_with_a_token(program: Client, mara: Any) -> None:
    token = Token.objects.create(user=mara)
    answer = ask(Client(), URL, headers={"Authorization": f"Token {token.key}"})
    assert answer.status_code == 201


def test_a_session_needs_the_forms_token(mara: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(mara)
    problem(ask(client, URL), 403)


def test_who_asks_while_one_waits_gets_that_one_and_is_named(program: Client) -> None:
    first = ask(program, URL).json()
    with override(NOW):
        answer = ask(logged_in(reader("nina")), URL)
    assert (answer.status_code, answer.json()["id"]) == (200, first["id"])
    assert (answer.json()["asked_by"], answer.json()["joined_by"]) == ("mara", ["nina"])
    assert "Location" not in answer


@pytest.mark.parametrize("body", ['{"kind": "pass"}', '["pass"]', "{"])
def test_a_body_that_says_something_is_refused(program: Client, body: str) -> None:
    problem(program.post(URL, body, content_type="application/json"), 400)
    assert not AnalysisRun.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("POST", URL), ("PATCH", "/api/v1/preferences/")])
def test_a_body_that_is_nested_without_end_is_refused_as_broken(
    program: Client, method: str, path: str
) -> None:
    for body in ("[" * 100_000, '{"a":' * 100_000):
        answer = program.generic(method, path, body, content_type="application/json")
        assert "nested too deeply" in problem(answer, 400)["detail"]
    assert not AnalysisRun.objects.exists()


def test_the_runs_of_an_hour_are_a_setting(program: Client, settings: django_settings) -> None:
    settings.USER_RUNS_PER_HOUR = 2
    for _ in range(2):
        assert ask(program, URL).status_code == 201
        end_all()
    created = AnalysisRun.objects.earliest("created_wall").created_wall
    refused = ask(program, URL)
    told = problem(refused, 429)["detail"]
    assert told.startswith("2 runs this hour, the most allowed.")
    wait = (created + dt.timedelta(hours=1) - timezone.now()).total_seconds()
    assert wait <= int(refused["Retry-After"]) <= 3600


def test_joining_anothers_run_costs_nothing(program: Client, settings: django_settings) -> None:
    settings.USER_RUNS_PER_HOUR = 1
    nina = logged_in(reader("nina"))
    with override(NOW):
        for _ in range(3):
            AnalysisRun.objects.create(kind=RunKind.RELEASE, scheduled_for=timezone.now())
            assert ask(nina, URL).status_code == 200
            end_all()
        assert ask(nina, URL).status_code == 201


def test_one_whose_run_is_still_being_cancelled_waits_for_its_end(program: Client) -> None:
    run = ask(program, URL).json()["id"]
    run_claim(run)
    program.delete(f"{URL}{run}/")
    assert problem(ask(program, URL), 409)["detail"].startswith(f"Your run {run} is being cancelled")


def test_while_the_market_does_not_tell_its_time_nothing_is_started(
    program: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> None:
        raise ClockUnavailableError("silent")

    monkeypatch.setattr("analysis.lifecycle.market_now", silent)
    answer = ask(program, URL)
    assert "does not tell its time" in problem(answer, 503)["detail"]
    assert answer["Retry-After"] == "5"


# -- asking twice --------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_run_even_when_it_has_ended(program: Client) -> None:
    first = ask(program, URL, headers=KEY)
    end_all()
    again = ask(program, URL, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["status"]) == (first.json()["id"], "complete")
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert AnalysisRun.objects.count() == 1


def test_the_same_key_of_another_user_is_another_key(program: Client) -> None:
    ask(program, URL, headers=KEY)
    end_all()
    with override(NOW):
        assert ask(logged_in(reader("nina")), URL, headers=KEY).status_code == 201


def test_a_key_names_the_run_that_it_joined_as_well(program: Client) -> None:
    run, _ = run_request(reader("nina"))
    assert ask(program, URL, headers=KEY).status_code == 200
    end_all()
    again = ask(program, URL, headers=KEY)
    assert (again.json()["id"], again["Idempotency-Replayed"]) == (run.pk, "true")


def test_a_key_that_was_refused_is_free_to_be_tried_again(program: Client, settings: django_settings) -> None:
    settings.USER_RUNS_PER_HOUR = 1
    ask(program, URL)
    end_all()
    problem(ask(program, URL, headers=KEY), 429)
    settings.USER_RUNS_PER_HOUR = 2
    assert ask(program, URL, headers=KEY).status_code == 201


def test_after_a_day_a_key_is_free_and_who_asked_is_still_known(program: Client) -> None:
    first = ask(program, URL, headers=KEY).json()["id"]
    end_all()
    RunRequest.objects.update(created_wall=timezone.now() - dt.timedelta(hours=24, seconds=1))
    second = ask(program, URL, headers=KEY)
    assert second.status_code == 201
    assert [row.key for row in RunRequest.objects.order_by("id")] == ["", KEY["Idempotency-Key"]]
    assert RunRequest.objects.filter(run_id=first).exists()


def test_keys_are_pruned_after_a_day(program: Client) -> None:
    ask(program, URL, headers=KEY)
    assert keys_prune() == 0
    RunRequest.objects.update(created_wall=timezone.now() - dt.timedelta(hours=24, seconds=1))
    assert keys_prune() == 1
    assert RunRequest.objects.get().key == ""


@pytest.mark.parametrize("key", ["", " ", "two words", "naïve", "x" * 256, "tab\tbed"])
def test_a_key_that_cannot_be_is_refused_by_its_name(program: Client, key: str) -> None:
    answer = ask(program, URL, HTTP_IDEMPOTENCY_KEY=key)
    assert list(problem(answer, 400)["errors"]) == ["Idempotency-Key"]
    assert not AnalysisRun.objects.exists()


def test_a_key_may_have_255_characters(program: Client) -> None:
    assert ask(program, URL, headers={"Idempotency-Key": "~" * 255}).status_code == 201


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [KEY, {}])
def test_ten_who_ask_at_the_same_moment_get_one_run(program: Client, mara: Any, headers: Any) -> None:
    clients = [logged_in(mara) for _ in range(10)]
    turns = iter(clients)
    answers: list[Any] = []
    at_once(10, lambda: answers.append(ask(next(turns), URL, headers=headers)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.json()["id"] for answer in answers}) == AnalysisRun.objects.count() == 1
    assert RunRequest.objects.count() == 1
    replayed = [answer.headers.get("Idempotency-Replayed") for answer in answers]
    assert replayed.count("true") == (9 if headers else 0)


# -- cancelling ----------------------------------------------------------------------------------------


def test_a_run_that_waits_is_cancelled_at_once(program: Client) -> None:
    run = ask(program, URL).json()["id"]
    answer = program.delete(f"{URL}{run}/")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["cancelled_by"] == "mara"
    assert program.delete(f"{URL}{run}/").status_code == 200


def test_a_run_at_work_is_marked_and_the_answer_says_that_it_goes_on(program: Client) -> None:
    run = ask(program, URL).json()["id"]
    run_claim(run)
    answer = ask(program, f"{URL}{run}/cancel/")
    told = answer.json()
    assert (answer.status_code, told["status"], told["cancelling"]) == (202, "running", True)
    assert told["links"]["cancel"] is None


def test_what_is_not_the_callers_or_too_late_is_refused(program: Client) -> None:
    scheduled = run_store(status=RunStatus.RUNNING, finished_wall=None)
    assert "only an admin" in problem(program.delete(f"{URL}{scheduled.pk}/"), 403)["detail"]
    with override(NOW):
        ada = logged_in(admin())
        AnalysisRun.objects.update(publishing=True)
        assert "too late" in problem(ask(ada, f"{URL}{scheduled.pk}/cancel/"), 409)["detail"]
    problem(program.delete(f"{URL}1000000/"), 404)


# -- asking again --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status", [RunStatus.FAILED, RunStatus.CARRIED, RunStatus.PARTIAL, RunStatus.CANCELLED]
)
def test_a_run_that_did_not_come_out_whole_is_asked_for_again_as_a_fresh_one(
    program: Client, status: RunStatus
) -> None:
    old = run_store(status=status)
    assert program.get(f"{URL}{old.pk}/").json()["links"]["retry"] == f"http://testserver{URL}{old.pk}/retry/"
    answer = ask(program, f"{URL}{old.pk}/retry/")
    told = answer.json()
    assert (answer.status_code, told["kind"], told["retry_of"]) == (201, "on_demand", old.pk)
    old.refresh_from_db()
    assert (old.status, old.retry_of) == (status, None)


@pytest.mark.parametrize("status", [RunStatus.COMPLETE, RunStatus.COVERED, RunStatus.RUNNING])
def test_other_runs_are_not_asked_for_again(program: Client, status: RunStatus) -> None:
    old = run_store(status=status)
    problem(ask(program, f"{URL}{old.pk}/retry/"), 409)
    problem(ask(program, f"{URL}1000000/retry/"), 404)
    assert AnalysisRun.objects.count() == 1


def test_asking_again_is_under_the_same_limit_and_the_same_keys(
    program: Client, settings: django_settings
) -> None:
    settings.USER_RUNS_PER_HOUR = 1
    old = run_store(status=RunStatus.FAILED)
    first = ask(program, f"{URL}{old.pk}/retry/", headers=KEY).json()["id"]
    end_all(RunStatus.FAILED)
    assert ask(program, f"{URL}{old.pk}/retry/", headers=KEY).json()["id"] == first
    problem(ask(program, f"{URL}{first}/retry/"), 429)


def test_an_admin_asks_for_a_slot_again_as_it_was_within_the_hours_limit(
    program: Client, settings: django_settings
) -> None:
    settings.USER_RUNS_PER_HOUR = 2
    old = run_store(status=RunStatus.FAILED, kind=RunKind.RELEASE)
    with override(NOW):
        ada = logged_in(admin())
        told = ask(ada, f"{URL}{old.pk}/retry/").json()
        assert (told["kind"], told["retry_of"], told["asked_by"]) == ("release", old.pk, "ada")
        assert ask(ada, f"{URL}{old.pk}/retry/").json()["id"] == told["id"]
        end_all(RunStatus.FAILED)
        assert ask(ada, f"{URL}{old.pk}/retry/").status_code == 201
        end_all(RunStatus.FAILED)
        assert "2 runs this hour" in problem(ask(ada, f"{URL}{old.pk}/retry/"), 429)["detail"]
    assert AnalysisRun.objects.filter(kind=RunKind.ON_DEMAND).count() == 0


def test_a_slot_of_an_earlier_session_is_asked_for_again_as_a_fresh_analysis(program: Client) -> None:
    """What it would prepare is of a session that has passed."""
    old = run_store(AS_OF - dt.timedelta(days=1), status=RunStatus.FAILED, kind=RunKind.COMPREHENSIVE)
    with override(NOW):
        told = ask(logged_in(admin()), f"{URL}{old.pk}/retry/").json()
    assert (told["kind"], told["retry_of"]) == ("on_demand", old.pk)


def test_a_pass_that_completed_inputs_does_so_again(program: Client) -> None:
    old = run_store(status=RunStatus.FAILED, counts={"completes_inputs": True})
    with override(NOW):
        made = ask(logged_in(admin()), f"{URL}{old.pk}/retry/").json()["id"]
    assert AnalysisRun.objects.get(pk=made).completes_inputs
