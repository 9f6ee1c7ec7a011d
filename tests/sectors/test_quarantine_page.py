"""The page of what is kept apart: both kinds, newest first, filtered, with words for each reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sectors.pages.quarantine import BY_CODE, CODES
from tests.analysis.page_cast import NOW, TODAY, reader
from universe.clock import override
from universe.gates import Fault, Kind
from universe.integrity import Doubt
from universe.models import QuarantinedPrice, RefusedRow
from universe.sessions import previous_session

pytestmark = pytest.mark.django_db
PAGE = "/universe/quarantine/"
YESTERDAY = previous_session(TODAY)


@pytest.fixture
def trader(client: Client) -> Iterator[Client]:
    client.force_login(reader())
    with override(NOW):
        yield client


def ago(minutes: int) -> dt.datetime:
    return NOW - dt.timedelta(minutes=minutes)


def doubt(symbol: str, minutes: int, **values: object) -> None:
    told: dict[str, object] = {"session": TODAY, "reason": Doubt.RATIO, "price": 156.0, "reference": 12.0}
    told |= {"source": "polygon", "first_at": ago(minutes), "last_at": ago(minutes)}
    QuarantinedPrice.objects.create(symbol=symbol, **told | values)


def refusal(symbol: str, minutes: int, **values: object) -> None:
    told: dict[str, object] = {"session": TODAY, "kind": Kind.BAR, "reason": Fault.RANGE, "field": "close"}
    told |= {"value": "12.5", "source": "fmp", "first_at": ago(minutes), "last_at": ago(minutes)}
    RefusedRow.objects.create(symbol=symbol, **told | values)


@pytest.fixture
def cast(trader: Client) -> Client:
    doubt("ANNE", 30, seen=4)
    doubt("BEA", 10, reason=Doubt.SINGLE, released_at=ago(5), reference=None)
    refusal("CAL", 20)
    refusal("DOT", 40, reason=Fault.VOLUME, session=YESTERDAY, released_at=ago(1))
    return trader


def symbols(client: Client, query: str = "") -> list[str]:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return [row.symbol for row in answer.context["rows"]]


def text(client: Client, query: str = "", *, status: int = 200) -> str:
    answer = client.get(PAGE + query)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_prices_not_believed_and_rows_that_cannot_be_stand_together_newest_first(cast: Client) -> None:
    assert symbols(cast) == ["BEA", "CAL", "ANNE", "DOT"]


def test_a_row_says_what_was_told_against_what_how_often_and_whether_it_stands(cast: Client) -> None:
    shown = text(cast)
    assert "$156.00, against $12.00 polygon 4 held" in shown
    assert "close: 12.5 fmp 1 held" in shown
    assert "a single print far off price $156.00 polygon 1 released" in shown


@pytest.mark.parametrize(
    ("session", "words"),
    [
        (TODAY, f"{TODAY:%a} {TODAY.day} {TODAY:%b} outside"),
        (dt.date(2027, 11, 22), "Mon 22 Nov 2027 outside"),
        (dt.date(1990, 1, 2), "Tue 2 Jan 1990 outside"),
    ],
)
def test_a_session_of_another_year_has_its_year(trader: Client, session: dt.date, words: str) -> None:
    refusal("CAL", 20, session=session)
    assert words in text(trader)
    named = f"session of {words.removesuffix(' outside')}"
    assert f"{named} State" in text(trader, f"?session={session}")


def test_a_claimed_moment_of_another_year_has_its_year(trader: Client) -> None:
    told = dt.datetime(2031, 3, 3, 20, tzinfo=dt.UTC)
    refusal("CAL", 20, kind=Kind.QUOTE, reason=Fault.FUTURE, field="as_of", value="x", at=told)
    assert "as_of: x at Mon 3 Mar 2031, 15:00" in text(trader)


def test_a_day_without_a_session_and_one_that_the_calendar_does_not_reach_are_told_apart(
    trader: Client,
) -> None:
    refusal("CAL", 20, reason=Fault.CLOSED, session=dt.date(1990, 1, 2))
    assert "of a day that the calendar, 2018 to 2035, does not reach daily bar" in text(trader)
    refusal("CAL", 20, reason=Fault.CLOSED, session=dt.date(2026, 3, 29))
    assert "of a day without a session daily bar" in text(trader)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=held", ["CAL", "ANNE"]),
        ("?state=released", ["BEA", "DOT"]),
        ("?reason=ratio_like_jump", ["ANNE"]),
        ("?reason=negative_volume", ["DOT"]),
        ("?symbol=b", ["BEA"]),
        (f"?session={YESTERDAY}", ["DOT"]),
        (f"?session={TODAY}&state=held&symbol=CAL", ["CAL"]),
        ("?symbol=&state=&unknown=7", ["BEA", "CAL", "ANNE", "DOT"]),
    ],
)
def test_all_filters_have_to_hold(cast: Client, query: str, found: list[str]) -> None:
    assert symbols(cast, query) == found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?reason=nonsense", "reason is “nonsense”"),
        ("?state=gone", "state is “gone”; it may be held, released"),
        ("?symbol=%3DSUM(1)", "symbol is “=SUM(1)”"),
        ("?session=soon", "session is “soon”; it must be a date such as 2026-03-31"),
        ("?page=0", "page is “0”"),
        ("?page=2", "page is 2; this list has 1 page"),
    ],
)
def test_what_cannot_be_asked_is_told(cast: Client, query: str, words: str) -> None:
    assert words in text(cast, query, status=400)


def test_rows_link_to_the_stock_and_a_symbol_without_a_page_does_not(trader: Client) -> None:
    refusal("CAL", 20)
    refusal("C/L", 21)
    page = trader.get(PAGE).content.decode()
    assert ('href="/stocks/CAL/"' in page, "C/L</th>" in page) == (True, True)


def test_each_reason_of_either_kind_has_its_words_on_the_page(trader: Client) -> None:
    page = trader.get(PAGE).content.decode()
    assert set(CODES) == {*map(str, Doubt), *map(str, Fault)}
    assert [code for code in CODES if f'id="{code}"' not in page] == []


@pytest.mark.parametrize("code", [Fault.PRICE, Fault.VOLUME, Fault.TWICE, Fault.UNREADABLE])
def test_the_gap_of_a_daily_bar_is_never_told_to_close_by_itself(code: Fault) -> None:
    remedy = BY_CODE[code].remedy
    assert remedy.startswith("Within the session nothing: ")
    assert "import_bars" in remedy


def test_a_volume_that_is_too_high_is_not_called_negative(trader: Client) -> None:
    refusal("CAL", 20, reason=Fault.VOLUME, field="volume", value="1e+308")
    assert "a volume that cannot be daily bar volume: 1e+308" in text(trader)


def test_nothing_kept_apart_and_nothing_that_fits_are_told_apart(cast: Client) -> None:
    assert "Nothing that is kept apart fits: symbol beginning with “ZZ”" in text(cast, "?symbol=ZZ")
    for model in (QuarantinedPrice, RefusedRow):
        model.objects.all().delete()
    assert "Nothing is kept apart" in text(cast)


def test_more_than_a_page_is_walked_with_the_filters_kept(trader: Client) -> None:
    for number in range(60):
        refusal(f"S{number:02d}", number)
        doubt(f"T{number:02d}", number)
    first, second = (symbols(trader, f"?symbol=S&page={page}") for page in (1, 2))
    assert [*first, *second] == [f"S{number:02d}" for number in range(60)]
    assert 'href="?symbol=S&amp;page=2"' in trader.get(f"{PAGE}?symbol=S").content.decode()


def test_rows_that_were_told_at_once_stand_on_one_page_each(trader: Client) -> None:
    days = [TODAY - dt.timedelta(days=back) for back in range(55)]
    for day in sorted(days, key=lambda day: day.day):
        refusal("CAL", 20, session=day)
        refusal("CAL", 20, session=day, kind=Kind.QUOTE)
    found = [
        (row.session, row.kind)
        for page in (1, 2, 3)
        for row in trader.get(f"{PAGE}?page={page}").context["rows"]
    ]
    assert len(set(found)) == 110
    assert [day for day, _ in found[::2]] == [f"{day:%a} {day.day} {day:%b}" for day in days]


def test_the_page_takes_few_queries(
    cast: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        cast.get(PAGE)


def test_it_is_for_people_who_are_logged_in(client: Client) -> None:
    assert client.get(PAGE).url == f"/login/?next={PAGE}"  # type: ignore[attr-defined]


def test_the_universe_page_leads_to_it(trader: Client) -> None:
    assert f'href="{PAGE}"' in trader.get("/universe/").content.decode()
