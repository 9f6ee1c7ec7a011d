"""GET /api/v1/universe/ and what changed in /api/v1/universe/funnel/."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.analysis.page_cast import NOW, TODAY, classified, listing, reader, universe_build
from universe.clock import override
from universe.models import SnapshotMember
from universe.sessions import next_session, previous_session

pytestmark = pytest.mark.django_db

YESTERDAY = previous_session(TODAY)
URL = "/api/v1/universe/"
TOO_CHEAP = {"tier": "", "reasons": ["price_below", "volume_below"], "price": 1.94, "gap_share_10": 0.05}


@pytest.fixture
def program(client: Client, eight_sectors: None) -> Iterator[Client]:
    client.force_login(reader())
    with override(NOW):
        yield client


@pytest.fixture
def two_days(program: Client) -> None:
    """Anne stays core, Fay was core and is out, Gus is new and in breadth."""
    before, now = universe_build(YESTERDAY), universe_build(TODAY)
    listing("ANNE", now, verdict={"float_shares": 31e6, "mic": "XNAS", "kind": "CS"})
    listing("FAY", now, verdict=TOO_CHEAP)
    listing("GUS", now, verdict={"tier": "breadth", "reasons": ["volume_below"]})
    for symbol in ("ANNE", "FAY"):
        SnapshotMember.objects.create(snapshot=before, symbol=symbol, tier="core")
    classified("ANNE", "energy")


def body(client: Client, query: str = "") -> Any:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return answer.json()


def test_a_listing_comes_with_its_verdict_and_every_value(program: Client, two_days: None) -> None:
    told = body(program)
    assert (told["session"], told["built_from"], told["next"]) == ("2026-03-11", "2026-03-10", None)
    anne, fay, gus = told["results"]
    assert anne == {
        "symbol": "ANNE",
        "name": "Anne Systems",
        "tier": "core",
        "tier_before": "core",
        "cap_tier": "micro_cap",
        "reasons": [],
        "price": 5.0,
        "market_cap": 180e6,
        "avg_volume": 2.1e6,
        "float_shares": 31e6,
        "float_is_upper_bound": False,
        "exchange": "XNAS",
        "kind": "CS",
        "sector": "energy",
        "gap_share_5pct": 0.12,
        "gap_share_10pct": None,
    }
    assert (fay["tier"], fay["tier_before"], fay["reasons"]) == ("out", "core", TOO_CHEAP["reasons"])
    assert (fay["gap_share_10pct"], fay["float_is_upper_bound"]) == (0.05, True)
    assert (gus["tier"], gus["tier_before"], gus["sector"]) == ("breadth", None, None)


def test_what_is_listed_no_more_has_its_tier_of_before_alone(program: Client, two_days: None) -> None:
    SnapshotMember.objects.filter(symbol="ANNE", snapshot__session=TODAY).delete()
    (anne,) = body(program, "?changed=unlisted")["results"]
    assert (anne["symbol"], anne["tier"], anne["tier_before"]) == ("ANNE", None, "core")
    assert (anne["cap_tier"], anne["reasons"]) == (None, [])


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("?tier=out", ["FAY"]),
        ("?reason=volume_below", ["FAY", "GUS"]),
        ("?sector=energy", ["ANNE"]),
        ("?sector=unknown&tier=in", ["GUS"]),
        ("?changed=listed", ["GUS"]),
        ("?session=2026-03-10", ["ANNE", "FAY"]),
        ("?q=ann", ["ANNE"]),
    ],
)
def test_filters_are_those_of_the_page(
    program: Client, two_days: None, query: str, symbols: list[str]
) -> None:
    assert [row["symbol"] for row in body(program, query)["results"]] == symbols


def test_cursors_lead_through_every_row_once_and_back(
    program: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    snapshot = universe_build()
    names = [f"A{n:02}" for n in range(25)]
    SnapshotMember.objects.bulk_create(
        SnapshotMember(snapshot=snapshot, symbol=name, tier="core") for name in names
    )
    seen: list[str] = []
    url = f"{URL}?page_size=10&tier=core"
    while url:
        with django_assert_num_queries(4):
            page = program.get(url).json()
        seen += [row["symbol"] for row in page["results"]]
        previous, url = page["previous"], page["next"]
    assert seen == names
    assert [row["symbol"] for row in program.get(previous).json()["results"]] == names[10:20]


def test_the_next_page_stays_in_the_session_of_the_first_when_the_day_turns(
    program: Client, two_days: None
) -> None:
    first = body(program, "?page_size=1")
    with override(NOW + dt.timedelta(days=1)):
        listing("ZOE", universe_build(next_session(TODAY)))
        second = program.get(first["next"]).json()
    assert (second["session"], second["results"][0]["symbol"]) == ("2026-03-11", "FAY")
    assert "session=2026-03-11" in second["previous"]


@pytest.mark.parametrize("place", ["%00", "%01A", "A" * 17])
def test_a_cursor_at_what_no_symbol_can_be_is_not_found(program: Client, place: str) -> None:
    universe_build()
    cursor = base64.b64encode(f"p={place}".encode()).decode()
    answer = program.get(URL, {"cursor": cursor})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("size", ["0", "abc", "-1", "1001", "²", "9" * 5000])
def test_a_page_of_a_size_that_cannot_be_is_refused_by_name(program: Client, size: str) -> None:
    universe_build()
    answer = program.get(URL, {"page_size": size})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert set(answer.json()["errors"]) == {"page_size"}


@pytest.mark.parametrize("how", ["?format=csv", ""])
def test_every_row_comes_as_csv_by_name_or_by_header(program: Client, two_days: None, how: str) -> None:
    headers = {} if how else {"Accept": "text/csv"}
    answer = program.get(URL + how, headers=headers)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["symbol"] for row in rows] == ["ANNE", "FAY", "GUS"]
    assert rows[1]["reasons"] == "price_below;volume_below"


@pytest.mark.parametrize("form", ["", "&format=csv"])
def test_a_wrong_parameter_is_a_problem_document_that_names_it(program: Client, form: str) -> None:
    answer = program.get(f"{URL}?tier=rich&sector=moon{form}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert set(answer.json()["errors"]) == {"tier", "sector"}


@pytest.mark.parametrize("form", ["", "&format=csv"])
def test_a_parameter_that_is_not_served_is_refused_by_name(
    program: Client, two_days: None, form: str
) -> None:
    answer = program.get(f"{URL}?sort=-price&secotr=energy&tier=rich{form}")
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert errors["sort"] == ["sort is not served here; rows come by symbol, page by page and as CSV."]
    assert errors["secotr"][0].startswith("secotr is no parameter here; these are: session, tier, ")
    assert set(errors) == {"sort", "secotr", "tier"}


@pytest.mark.parametrize("query", ["", "?session=2020-01-02", "?cursor=nonsense"])
def test_what_is_not_stored_is_not_found(program: Client, query: str) -> None:
    if "cursor" in query:
        universe_build()
    assert program.get(URL + query).status_code == 404


def test_the_funnel_tells_alarms_and_changes(program: Client, two_days: None) -> None:
    told = program.get(f"{URL}funnel/").json()
    assert told["changes"]["counts"] == {
        "into_core": 0,
        "into_breadth": 0,
        "up": 0,
        "down": 0,
        "left": 1,
        "listed": 1,
        "unlisted": 0,
    }
    assert (told["changes"]["before"], told["changes"]["same_limits"]) == ("2026-03-10", True)
    assert told["changes"]["listings"][0] == {
        "symbol": "FAY",
        "name": "Fay Systems",
        "change": "left",
        "tier_before": "core",
        "tier": "out",
        "reasons": ["price_below", "volume_below"],
    }
    assert told["stages"][4] == {"name": "market cap", "count": 3021, "before": 3021, "change_pct": 0.0}
    assert told["alarms"] == []


def test_the_funnel_of_the_first_universe_has_nothing_to_compare_with(program: Client) -> None:
    alarm = {"stage": "price", "before": 100, "count": 50, "change_pct": -50.0, "against": "2026-03-10"}
    universe_build(alarms=[alarm])
    told = program.get(f"{URL}funnel/").json()
    assert (told["changes"], told["stages"][0]["before"], told["stages"][0]["change_pct"]) == (
        None,
        None,
        None,
    )
    words = "Funnel: 'price' kept 50 listings, 100 on 10 Mar (−50%)"
    assert told["alarms"] == [alarm | {"words": words}]
