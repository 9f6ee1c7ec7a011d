"""Slots in the admin: what is refused, what is warned of, when a change counts, and what the log keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.test import Client

from analysis.models import AnalysisRun, Notice, RunKind, Slot
from analysis.services import slots_seed, tick
from universe import clock
from universe.sessions import ET

pytestmark = pytest.mark.django_db

LISTED = "/admin/analysis/slot/"
#: A Tuesday in session.
NOW = dt.datetime(2026, 3, 10, 10, 15, tzinfo=ET)


@pytest.fixture
def admin(client: Client) -> Iterator[Client]:
    client.force_login(get_user_model().objects.create_superuser("admin", password="-"))
    with clock.override(NOW):
        yield client


def values(**changed: str) -> dict[str, str]:
    known = {"name": "Noon", "kind": "release", "at": "12:05", "enabled": "on", "ceiling_seconds": "120"}
    return {name: value for name, value in (known | changed).items() if value}


def refusal(answer: Any, field: str) -> str:
    """What the form says at its field."""
    return " ".join(answer.context["adminform"].form.errors[field])


def page_of(slot: Slot) -> str:
    return f"{LISTED}{slot.pk}/change/"


def switch(admin: Client, **enabled: bool) -> Any:
    """Save the list with the boxes of some slots, by name, changed; all others as they stand."""
    slots = list(Slot.objects.all())
    sent = {"form-TOTAL_FORMS": len(slots), "form-INITIAL_FORMS": len(slots), "_save": "Save"}
    for number, slot in enumerate(slots):
        sent[f"form-{number}-id"] = slot.pk
        if enabled.get(slot.name, slot.enabled):
            sent[f"form-{number}-enabled"] = "on"
    return admin.post(LISTED, sent)


def said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_a_slot_that_is_added_runs_with_the_next_tick(admin: Client) -> None:
    slots_seed()
    tick()
    answer = admin.post(f"{LISTED}add/", values(at="10:20"))
    assert "with its next tick" in said(answer)
    with clock.override(NOW.replace(minute=20, second=10)):
        tick()
    assert AnalysisRun.objects.filter(kind=RunKind.RELEASE, scheduled_for=NOW.replace(minute=20)).exists()
    assert LogEntry.objects.get().change_message == (
        "Name Noon, Kind economic release (8:00, 8:35), At 10:20, Enabled yes, Ceiling in seconds 120"
    )


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"at": "03:59"}, "at", "outside 4:00 to 20:00"),
        ({"at": "12:05:30"}, "at", "not on the minute"),
        ({"kind": "mover"}, "kind", "A slot is of the kind"),
        ({"kind": "on_demand"}, "kind", "A slot is of the kind"),
        ({"ceiling_seconds": "9"}, "ceiling_seconds", "10 to 1800 seconds, not 9"),
        ({"ceiling_seconds": "1801"}, "ceiling_seconds", "10 to 1800 seconds"),
        ({"at": "08:00"}, "at", "At 08:00 there is “Before the 8:30 releases” of this kind already."),
        ({"at": "08:00", "enabled": ""}, "at", "of this kind already"),
        ({"at": "08:00", "kind": "pass"}, "at", "an analysis is that half hour's pass as well"),
        ({"at": "10:30"}, "at", "At 10:30 there is “Half-hourly pass” already."),
        ({"at": "04:00"}, "at", "At 04:00 there is “Overnight” already."),
    ],
)
def test_a_slot_that_the_schedule_cannot_serve_is_refused_in_words(
    admin: Client, changed: dict[str, str], field: str, words: str
) -> None:
    slots_seed()
    assert words in refusal(admin.post(f"{LISTED}add/", values(**changed)), field)
    assert Slot.objects.count() == 34


def test_the_last_second_of_a_ceiling_and_the_last_minute_of_a_day_are_taken(admin: Client) -> None:
    for name, at, ceiling in (("First", "04:00", "10"), ("Last", "20:00", "1800")):
        assert (
            admin.post(f"{LISTED}add/", values(name=name, at=at, ceiling_seconds=ceiling)).status_code == 302
        )


def test_a_slot_may_be_saved_as_it_is_and_a_disabled_one_may_wait_beside_another(admin: Client) -> None:
    slots_seed()
    slot = Slot.objects.get(at=dt.time(8))
    same = values(name=slot.name, kind=slot.kind, at="08:00")
    assert admin.post(page_of(slot), same).status_code == 302
    assert admin.post(f"{LISTED}add/", values(at="08:00", kind="pass", enabled="")).status_code == 302


def test_the_log_tells_what_was_changed_from_what_to_what(admin: Client) -> None:
    slots_seed()
    slot = Slot.objects.get(at=dt.time(8, 35))
    changed = values(name=slot.name, at="08:40", enabled="", ceiling_seconds="180")
    admin.post(page_of(slot), changed)
    told = LogEntry.objects.get().change_message
    assert told == "At 08:35 to 08:40; Enabled yes to no; Ceiling in seconds 120 to 180"


def test_a_box_of_the_list_is_noted_as_well(admin: Client) -> None:
    slots_seed()
    answer = switch(admin, Overnight=False)
    assert answer.status_code == 302
    assert not Slot.objects.get(name="Overnight").enabled
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == ("04:00 Overnight", "Enabled yes to no")


def test_boxes_of_the_list_cannot_put_two_slots_on_one_minute(admin: Client) -> None:
    slots_seed()
    Slot.objects.create(name="Eight", kind=RunKind.PASS, at=dt.time(8), enabled=False)
    answer = switch(admin, Eight=True)
    assert "would read the same market twice" in answer.content.decode()
    assert not Slot.objects.get(name="Eight").enabled
    both = {"Eight": True, "Before the 8:30 releases": False}
    assert switch(admin, **both).status_code == 302
    assert Slot.objects.get(name="Eight").enabled


def test_two_boxes_that_are_ticked_together_are_judged_together(admin: Client) -> None:
    for kind in (RunKind.PASS, RunKind.RELEASE):
        Slot.objects.create(name=str(kind), kind=kind, at=dt.time(8), enabled=False)
    assert switch(admin, **{"pass": True, "release": True}).status_code == 200
    assert not Slot.objects.filter(enabled=True).exists()


def test_disabling_every_analysis_or_the_last_slot_is_warned_of(admin: Client) -> None:
    Slot.objects.create(name="Early", kind=RunKind.OVERNIGHT, at=dt.time(4))
    Slot.objects.create(name="Half", kind=RunKind.PASS, at=dt.time(4, 30))
    assert "No analysis is enabled" in said(switch(admin, Early=False))
    assert "No slot is enabled" in said(switch(admin, Half=False))
    admin.get(LISTED)  # which shows what was said so far
    assert "enabled:" not in said(switch(admin, Early=True))


def test_deleting_a_slot_tells_what_does_not_come_any_more_and_it_stays_away(admin: Client) -> None:
    slots_seed()
    slot = Slot.objects.get(at=dt.time(8, 35))
    answer = admin.post(f"{LISTED}{slot.pk}/delete/", {"post": "yes"})
    words = "“08:35 After the 8:30 releases” is gone and does not come back by itself."
    assert f"{words} It would have been due next on Wed 11 Mar, 8:35." in said(answer)
    chosen = {"action": "delete_selected", "_selected_action": Slot.objects.get(at=dt.time(4)).pk}
    answer = admin.post(LISTED, chosen | {"post": "yes"})
    assert "due next on Wed 11 Mar, 4:00" in said(answer)
    slots_seed()
    assert Slot.objects.count() == 32


def test_a_slot_that_was_moved_does_not_come_back_at_its_old_time(admin: Client) -> None:
    slots_seed()
    Slot.objects.filter(at=dt.time(8, 35)).update(at=dt.time(8, 40))
    slots_seed()
    assert not Slot.objects.filter(at=dt.time(8, 35)).exists()


def cells(admin: Client) -> dict[str, str]:
    """By slot what the list says is due next."""
    shown = admin.get(LISTED).context["cl"]
    return {str(slot): shown.model_admin.next_due(slot) for slot in shown.result_list}


def test_the_list_tells_when_each_slot_is_due_next(admin: Client) -> None:
    slots_seed()
    Slot.objects.filter(at=dt.time(9)).update(enabled=False)
    due = cells(admin)
    assert due["10:30 Half-hourly pass"] == "Tue 10 Mar, 10:30"
    assert due["08:00 Before the 8:30 releases"] == "Wed 11 Mar, 8:00"
    assert due["20:00 Comprehensive"] == "Tue 10 Mar, 20:00; not on early closes"
    assert due["17:00 Half-hourly pass"] == "Tue 10 Mar, 17:00"
    assert due["09:00 Half-hourly pass"] == "–"


def test_a_late_slot_skips_the_early_close(admin: Client) -> None:
    slots_seed()
    with clock.override(dt.datetime(2026, 11, 27, 10, tzinfo=ET)):
        due = cells(admin)
    assert due["17:30 Half-hourly pass"] == "Mon 30 Nov, 17:30; not on early closes"
    assert due["17:00 Half-hourly pass"] == "Fri 27 Nov, 17:00"


def test_while_nobody_knows_the_time_the_list_says_so(client: Client, settings: Any) -> None:
    settings.MARKET_WORLD, settings.SIMULATOR_URL = "simulated", "http://127.0.0.1:9"
    clock.forget()
    client.force_login(get_user_model().objects.create_superuser("boss", password="-"))
    slots_seed()
    assert "not known while the market does not tell its time" in client.get(LISTED).content.decode()


def test_notices_tell_what_was_said_and_whether_it_was_mailed(admin: Client) -> None:
    mails = ({"mailed_wall": dt.datetime(2026, 3, 10, 12, 5, tzinfo=dt.UTC)}, {"mail_tries": 3})
    for minute, mail in enumerate(mails):
        moment = NOW + dt.timedelta(minutes=minute)
        times = {"scheduled_for": moment, "until": moment, "at": moment}
        Notice.objects.create(world="live", kind=Notice.Kind.LATE, slot_kind=RunKind.PASS, **times, **mail)
    page = admin.get("/admin/analysis/notice/").content.decode()
    assert "2026-03-10 08:05" in page
    assert "3 tries in vain" in page
