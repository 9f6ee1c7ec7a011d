from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token
from rest_framework.test import APIRequestFactory

from sectorlight.models import User
from tests.universe.canned import GROUPED, SESSION, at, canned_market
from tests.universe.vendor import Answer, Vendor
from universe import api, clock
from universe.api import FunnelView
from universe.errors import CriteriaError
from universe.models import CriteriaRevision, UniverseSnapshot
from universe.selectors import criteria_current
from universe.services import (
    bars_refresh,
    criteria_preview,
    criteria_revise,
    facts_refresh,
    listings_refresh,
    snapshot_build,
)
from universe.sessions import session_offset
from universe.types import UniverseCriteria

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(vendor: Vendor) -> Iterator[UniverseSnapshot]:
    canned_market(vendor)
    with clock.override(at(10)):
        listings_refresh()
        facts_refresh()
        bars_refresh(SESSION, sessions=20)
        yield snapshot_build(SESSION)


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", password="pw")


@pytest.fixture
def admin_client(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


class TestFunnelApi:
    def ask(self, query: str = "", *, token: bool = True) -> Any:
        headers = {}
        if token:
            user, _ = User.objects.get_or_create(username="tess")
            key = Token.objects.get_or_create(user=user)[0].key
            headers = {"HTTP_AUTHORIZATION": f"Token {key}"}
        request = APIRequestFactory().get(f"/api/v1/universe/funnel/{query}", **headers)
        return FunnelView.as_view()(request).render()

    def test_it_gives_the_universe_in_force(self, built: UniverseSnapshot) -> None:
        answer = self.ask()
        assert answer.status_code == 200
        assert (answer.data["session"], answer.data["core"], answer.data["breadth"]) == ("2026-03-31", 4, 5)
        first = {"name": "listings", "count": 13, "before": None, "change_pct": None}
        assert (answer.data["stages"][0], answer.data["changes"]) == (first, None)

    def test_it_gives_the_universe_of_a_session(self, built: UniverseSnapshot) -> None:
        assert self.ask("?session=2026-03-31").data["listings"] == 13

    @pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "31.03.2026"])
    def test_a_bad_date_is_a_problem_document(self, date: str) -> None:
        answer = self.ask(f"?session={date}")
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert answer.data["detail"] == f"session is '{date}'; it must be a date such as 2026-03-31."

    def test_a_session_without_a_universe_is_not_found(self, built: UniverseSnapshot) -> None:
        answer = self.ask("?session=2026-03-30")
        assert (answer.status_code, answer.data["title"]) == (404, "Not Found")

    def test_before_the_first_universe_nothing_is_found(self) -> None:
        with clock.override(at(10)):
            assert self.ask().status_code == 404

    def test_a_market_without_time_is_a_503_with_a_time_to_retry(self, monkeypatch: Any) -> None:
        def silent() -> dt.datetime:
            raise clock.ClockUnavailableError("no clock at http://inner")

        monkeypatch.setattr(api, "market_now", silent)
        answer = self.ask()
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "inner" not in answer.data["detail"]

    def test_strangers_are_turned_away(self) -> None:
        assert self.ask(token=False).status_code == 401


class TestAdmin:
    @pytest.mark.parametrize("page", ["stock", "universesnapshot", "snapshotmember", "criteriarevision"])
    def test_every_list_opens(self, built: UniverseSnapshot, admin_client: Client, page: str) -> None:
        criteria_revise({"price_min": 3}, reason="because", author=None)
        assert admin_client.get(reverse(f"admin:universe_{page}_changelist")).status_code == 200

    def test_a_listing_is_found_by_its_symbol(self, built: UniverseSnapshot, admin_client: Client) -> None:
        page = admin_client.get(reverse("admin:universe_stock_changelist"), {"q": "ANN"}).content.decode()
        assert "Anne Inc." in page
        assert "Bea Inc." not in page

    def test_the_verdicts_of_one_tier_are_listed(self, built: UniverseSnapshot, admin_client: Client) -> None:
        url = reverse("admin:universe_snapshotmember_changelist")
        page = admin_client.get(url, {"tier": "out"}).content.decode()
        assert "price_below" in page
        assert "ANNE" not in page

    def test_a_universe_shows_its_funnel_and_cannot_be_changed(
        self, built: UniverseSnapshot, admin_client: Client
    ) -> None:
        url = reverse("admin:universe_universesnapshot_change", args=[built.pk])
        assert "breadth volume: 5" in admin_client.get(url).content.decode()
        assert admin_client.post(url, {"core": 9}).status_code == 403


class TestCriteriaRevise:
    def test_a_change_keeps_the_history_and_one_is_active(self) -> None:
        criteria_revise({"price_min": 3}, reason="first", author=None)
        criteria_revise({"price_min": 4, "exchanges": ["XNAS"]}, reason="second", author=None)
        assert CriteriaRevision.objects.filter(active=True).count() == 1
        assert CriteriaRevision.objects.count() == 2
        assert (criteria_current().price_min, criteria_current().exchanges) == (4.0, ("XNAS",))

    def test_only_what_differs_from_the_defaults_is_kept(self) -> None:
        assert criteria_revise({"price_min": 2.0}, reason="same", author=None).values == {}
        assert criteria_current() == UniverseCriteria()

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"price": 3}, "price is no limit; the limits are breadth_volume_min"),
            ({"price_min": "3"}, "price_min is '3'; it must be a number such as 2.0"),
            ({"price_min": True}, "price_min is True"),
            ({"volume_sessions": 20.5}, "volume_sessions is 20.5; it must be a whole number"),
            ({"volume_sessions": float("nan")}, "volume_sessions is nan; it must be a whole number"),
            ({"micro_cap_min": float("inf")}, "micro_cap_min is inf; it must be a whole number"),
            ({"volume_sessions": 0, "volume_sessions_min": 0}, "volume_sessions is 0; .* one is needed"),
            ({"kinds": "CS"}, "kinds is 'CS'; it must be a list of codes"),
            ([], "JSON object"),
        ],
    )
    def test_nonsense_is_refused_by_name_and_value(self, values: Any, words: str) -> None:
        with pytest.raises(CriteriaError, match=words):
            criteria_revise(values, reason="try", author=None)

    @pytest.mark.parametrize("values", [{}, {"volume_sessions": 19}])
    def test_a_look_ahead_counts_the_limits_in_force_as_the_build_did(
        self, built: UniverseSnapshot, values: dict[str, Any]
    ) -> None:
        told = criteria_preview(values)
        assert told is not None
        assert [{"name": name, "count": now} for name, now, _ in told.stages] == built.funnel
        assert told.stages[0][2] == built.listings

    def test_a_change_needs_a_reason(self) -> None:
        with pytest.raises(CriteriaError, match="needs a reason"):
            criteria_revise({"price_min": 3}, reason="  ", author=None)


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    with clock.override(at(10)):
        call_command(command, *arguments, stdout=out)
    return out.getvalue()


class TestCommands:
    def test_fetching_and_building_print_what_they_did(self, vendor: Vendor) -> None:
        canned_market(vendor)
        assert "20 fetched" in run("fetch_bars", "--sessions", "20")
        told = run("build_universe")
        assert "4 core and 5 breadth members for 2026-03-31" in told
        assert "without price: 1 more" in told

    def test_bars_only_leaves_the_rest(self, vendor: Vendor) -> None:
        canned_market(vendor)
        run("fetch_bars", "--sessions", "2", "--bars-only")
        # Days are fetched side by side, so they may arrive in any order.
        assert sorted(vendor.paths()) == [f"{GROUPED}/{session_offset(SESSION, -back)}" for back in (2, 1)]

    def test_a_vendor_that_refuses_is_told_in_one_sentence(self, vendor: Vendor) -> None:
        vendor.on("/v3/reference/tickers", Answer({"error": "Unknown API Key"}, 401))
        with pytest.raises(CommandError, match="answered 401: Unknown API Key"):
            run("fetch_bars")

    def test_building_without_data_says_what_to_do(self) -> None:
        with pytest.raises(CommandError, match="Run fetch_bars --session 2026-03-31 first"):
            run("build_universe")

    def test_a_day_that_is_no_session_is_refused(self) -> None:
        with pytest.raises(CommandError, match="2026-03-29 is no exchange session"):
            run("build_universe", "--session", "2026-03-29")

    def test_a_depth_of_nothing_is_refused(self) -> None:
        with pytest.raises(CommandError, match="--sessions is 0"):
            run("fetch_bars", "--sessions", "0")
