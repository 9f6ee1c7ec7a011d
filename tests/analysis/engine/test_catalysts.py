"""A sector's catalysts against its own rate, and the cause of one stock's move."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import Any

import pytest

from analysis.catalysts import Catalyst, CatalystKind
from analysis.engine import score_board
from analysis.engine.catalysts import Density, causes, densities, mean_tone
from analysis.engine.frames import pack, unpack
from tests.analysis.engine.cast import AS_OF, frame_of, stock

HOUR = dt.timedelta(hours=1)
SECTORS = {"OCUL": "healthcare", "KPTI": "healthcare", "SDRL": "energy"}
EARLIER = tuple(AS_OF - dt.timedelta(days=back) for back in range(1, 6))


def told(symbol: str, at: dt.datetime = AS_OF, **facts: Any) -> Catalyst:
    """A good FDA decision of the company, told at ``at``."""
    values: dict[str, Any] = {
        "symbol": symbol,
        "kind": CatalystKind.FDA,
        "at": at,
        "tone": 1.0,
        "relevance": 1.0,
        "title": f"FDA approves {symbol}'s drug",
        "url": f"https://news.example/{symbol}",
        "publisher": "Wire Daily",
        "source": "polygon",
        "fetched_at": at,
        "key": f"news:polygon:{symbol}:{at:%d%H%M}",
        "rule": "fda.approval",
    }
    return Catalyst(**(values | facts))


def healthcare(*catalysts: Catalyst, earlier: tuple[dt.datetime, ...] = EARLIER) -> Density:
    return densities(catalysts, SECTORS, AS_OF, earlier=earlier)["healthcare"]


def test_the_last_24_hours_of_the_sectors_own_members_are_counted() -> None:
    found = healthcare(
        told("OCUL"),
        told("KPTI", AS_OF - 23 * HOUR),
        told("KPTI", AS_OF - 24 * HOUR),
        told("OCUL", AS_OF + HOUR),
        told("SDRL"),
        told("ELSE"),
    )
    assert found.count == 2


def test_the_usual_count_is_the_mean_of_the_same_24_hours_of_earlier_sessions() -> None:
    past = [told("OCUL", AS_OF - dt.timedelta(days=2) - hours * HOUR) for hours in (0, 1, 23)]
    past += [told("KPTI", AS_OF - dt.timedelta(days=4))]
    # Two days ago 3, four days ago 1, on the other three days none.
    assert healthcare(*past).usual == pytest.approx(4 / 5)


def test_of_fewer_than_five_sessions_there_is_no_rate() -> None:
    assert math.isnan(healthcare(told("OCUL"), earlier=EARLIER[:4]).usual)


def test_a_sector_without_recent_news_has_a_count_of_zero_and_no_tone() -> None:
    assert healthcare(told("OCUL", AS_OF - 30 * HOUR)) == Density(0, pytest.approx(1 / 5), 0.0)


def test_a_sector_of_which_nobody_tells_has_no_rate() -> None:
    silent = healthcare(told("SDRL"))
    assert (silent.count, silent.tone, math.isnan(silent.usual)) == (0, 0.0, True)


def test_the_tone_is_weighted_by_relevance() -> None:
    assert mean_tone([told("OCUL", relevance=0.75), told("KPTI", tone=-1.0, relevance=0.25)]) == 0.5
    assert mean_tone([told("OCUL", relevance=0.0)]) == 0.0
    assert healthcare(told("OCUL", tone=-1.0)).tone == -1.0


def test_the_cause_goes_with_the_move_before_its_class() -> None:
    news = (told("OCUL"), told("OCUL", kind=CatalystKind.OFFERING, tone=-1.0, title="prices an offering"))
    assert causes(news, {"OCUL": -12.0})["OCUL"].tag == "Offering"
    assert causes(news, {"OCUL": 12.0})["OCUL"].tag == "FDA"


@pytest.mark.parametrize(
    ("other", "title"),
    [
        ({"kind": CatalystKind.EARNINGS, "relevance": 1.0}, "first"),
        ({"kind": CatalystKind.HALT, "relevance": 0.1}, "other"),
        ({"relevance": 0.9}, "other"),
        ({"at": AS_OF}, "other"),
        ({"tone": 0.0, "relevance": 1.0}, "first"),
    ],
)
def test_then_the_higher_class_the_more_relevant_the_later_one_wins(
    other: dict[str, Any], title: str
) -> None:
    first = told("OCUL", AS_OF - HOUR, title="first", relevance=0.8)
    second = told("OCUL", **({"at": AS_OF - HOUR, "relevance": 0.8, "title": "other", "key": "z"} | other))
    for news in ((first, second), (second, first)):
        assert causes(news, {"OCUL": 3.0})["OCUL"].title == title


def test_a_paper_without_a_class_is_tagged_with_its_form() -> None:
    paper = told("OCUL", kind=CatalystKind.FILING, form="6-K", tone=0.0)
    assert causes([paper], {"OCUL": 1.0})["OCUL"].tag == "6-K"
    assert causes([dataclasses.replace(paper, form="")], {"OCUL": 1.0})["OCUL"].tag == "8-K"


def test_what_speaks_against_the_move_is_no_cause_of_it() -> None:
    news = [told("OCUL", kind=CatalystKind.OFFERING, tone=-1.0)]
    assert causes(news, {"OCUL": 4.0}) == {}
    assert causes(news, {"OCUL": -4.0})["OCUL"].tag == "Offering"


def test_an_event_before_the_close_is_no_cause_of_todays_move() -> None:
    frame = frame_of((stock("OCUL", "healthcare", last=11.0),), catalysts=(told("OCUL", AS_OF - 5 * HOUR),))
    assert score_board(frame).stocks[0].cause is not None
    late = dataclasses.replace(frame, cause_from=AS_OF - 4 * HOUR)
    assert score_board(late).stocks[0].cause is None
    assert unpack(pack(late)).cause_from == late.cause_from


def test_only_a_ranked_stock_has_a_cause() -> None:
    assert causes([told("OCUL")], {"KPTI": 1.0}) == {}


def test_the_board_tells_cause_dilution_and_that_borrow_is_not_known() -> None:
    frame = frame_of(
        (stock("OCUL", "healthcare", last=11.0), stock("KPTI", "healthcare", last=9.0)),
        catalysts=(told("OCUL"),),
        dilution={"KPTI": ("shelf", "warrants")},
    )
    rows = {row.symbol: row for row in score_board(frame).stocks}
    cause = rows["OCUL"].cause
    assert cause is not None
    assert (cause.tag, cause.url, cause.at) == ("FDA", "https://news.example/OCUL", AS_OF)
    assert rows["OCUL"].dilution == ()
    assert (rows["KPTI"].cause, rows["KPTI"].dilution) == (None, ("shelf", "warrants"))
    assert {row.borrow for row in rows.values()} == {"unknown"}


def test_a_packed_frame_keeps_its_catalysts() -> None:
    frame = frame_of(catalysts=(told("OCUL"), told("KPTI", form="8-K")), dilution={"KPTI": ("shelf",)})
    again = unpack(pack(frame))
    assert (again.catalysts, again.dilution) == (frame.catalysts, frame.dilution)
