from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from analysis.models import FreshnessPreference
from analysis.views.preferences import ZONES
from tests.sectors.cast import NOW
from universe import clock

pytestmark = pytest.mark.django_db

GIVEN = {
    "fresh_hours": "1.5",
    "stale_hours": "3",
    "on_open": "run",
    "default_view": "compact",
    "time_zone": "Europe/Paris",
    "theme": "light",
    "palette": "safe",
}


@pytest.fixture
def mara(client: Client) -> Any:
    with clock.override(NOW):
        user = get_user_model().objects.create_user("mara", password="a long password")
        client.force_login(user)
        yield user


def save(client: Client, **changes: str) -> Any:
    return client.post("/analysis/preferences/", GIVEN | changes)


def test_the_page_needs_a_log_in(client: Client) -> None:
    with clock.override(NOW):
        assert client.get("/analysis/preferences/").status_code == 302


def test_without_a_stored_row_the_defaults_stand_in_the_form(client: Client, mara: Any) -> None:
    html = client.get("/analysis/preferences/").content.decode()
    assert 'name="fresh_hours" inputmode="decimal" value="2"' in html
    assert 'name="stale_hours" inputmode="decimal" value="4"' in html
    assert 'name="on_open" value="ask" checked' in html


def test_saving_stores_minutes_and_comes_back_with_the_new_look(client: Client, mara: Any) -> None:
    assert save(client).status_code == 302
    stored = FreshnessPreference.objects.get(user=mara)
    assert (stored.fresh_minutes, stored.stale_minutes, stored.on_open) == (90, 180, "run")
    assert stored.default_view == "compact"
    html = client.get("/analysis/preferences/").content.decode()
    assert 'data-theme="light" data-palette="safe"' in html
    assert "Saved." in html
    assert 'value="1.5"' in html


@pytest.mark.parametrize(("fresh", "stale"), [("4", "4"), ("5", "4")])
def test_stale_must_come_after_fresh_and_the_typed_values_stay(
    client: Client, mara: Any, fresh: str, stale: str
) -> None:
    answer = save(client, fresh_hours=fresh, stale_hours=stale)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f"Must be more than “fresh until”, {fresh} hours." in html
    assert f'value="{fresh}"' in html
    assert not FreshnessPreference.objects.exists()


@pytest.mark.parametrize("hours", ["", "soon", "0", "-1", "49", "NaN", "Infinity", "1e9", "1_0", "."])
def test_a_limit_that_is_none_is_refused(client: Client, mara: Any, hours: str) -> None:
    assert save(client, stale_hours=hours).status_code == 422
    assert not FreshnessPreference.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("time_zone", "Mars/Base"), ("theme", "pink"), ("palette", "x"), ("on_open", "")),
        *(("default_view", ""), ("default_view", "crypto")),
    ],
)
def test_a_choice_that_is_not_offered_is_refused(client: Client, mara: Any, field: str, value: str) -> None:
    assert save(client, **{field: value}).status_code == 422


def test_the_first_page_is_chosen_from_the_views_and_the_eight_sectors(client: Client, mara: Any) -> None:
    html = client.get("/analysis/preferences/").content.decode()
    choices = html.split('name="default_view"')[1].split("</select>")[0]
    assert '<option value="board" selected>' in choices
    assert re.findall(r'value="(\w+)"', choices)[:4] == ["board", "compact", "alerts", "technology"]
    assert choices.count("<option") == 11


def test_a_stored_zone_outside_the_short_list_is_kept(client: Client, mara: Any) -> None:
    FreshnessPreference.objects.create(user=mara, time_zone="Africa/Cairo")
    assert '<option value="Africa/Cairo" selected>' in client.get("/analysis/preferences/").content.decode()
    assert save(client, time_zone="Africa/Cairo").status_code == 302


def test_a_decimal_comma_is_a_decimal_point(client: Client, mara: Any) -> None:
    assert save(client, fresh_hours="1,5").status_code == 302
    assert FreshnessPreference.objects.get(user=mara).fresh_minutes == 90


def test_a_wrong_limit_names_its_bounds_beside_the_field_which_has_the_focus(
    client: Client, mara: Any
) -> None:
    html = save(client, fresh_hours="soon", stale_hours="1_0").content.decode()
    assert html.count("Not a number of hours such as 1.5. From one minute (0.017) to 48 hours") == 2
    assert 'aria-describedby="id_fresh_hours-e id_fresh_hours-h" aria-invalid="true" autofocus' in html
    assert 'id="id_fresh_hours-e"' in html
    assert html.count(" autofocus") == 1


def test_every_time_zone_is_offered_once_the_common_ones_first(client: Client, mara: Any) -> None:
    html = client.get("/analysis/preferences/").content.decode()
    choices = html.split('name="time_zone"')[1].split("</select>")[0]
    offered = re.findall(r'<option value="([^"]+)"', choices)
    assert sorted(offered) == sorted(available_timezones())
    assert offered[:14] == list(ZONES)
    assert re.findall(r'<optgroup label="([^"]+)"', choices) == ["Common", "All others"]


def test_one_users_preferences_are_not_anothers(client: Client, mara: Any) -> None:
    save(client)
    other = Client()
    other.force_login(get_user_model().objects.create_user("noor", password="a long password"))
    assert 'data-theme="dark"' in other.get("/analysis/preferences/").content.decode()
