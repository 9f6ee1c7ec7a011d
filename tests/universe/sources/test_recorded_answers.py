"""Every recorded answer goes through HTTP, the source that asks for it, and the vendor's parser."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.recorded import DATA
from tests.universe.sources.recorded_answers import LINES, QUIET, Errors, NotInUse, Read
from tests.universe.vendor import Answer, Vendor
from universe.errors import SourceError
from universe.sources import facts_source, price_source
from universe.sources.base import Parsed

pytestmark = pytest.mark.recorded

FIXTURES = DATA.parent / "vendors" / "fixtures"


def lines(kind: type) -> list[Any]:
    """(vendor, name, line) of every line of one kind."""
    return [
        pytest.param(vendor, name, line, id=f"{vendor}/{name}")
        for vendor, known in LINES.items()
        for name, line in known.items()
        if isinstance(line, kind)
    ]


def recorded(vendor: str, name: str) -> Any:
    return json.loads((FIXTURES / vendor / name).read_text())


def source_of(vendor: str) -> Any:
    return price_source() if vendor == "polygon" else facts_source()


def count_of(body: Any) -> int:
    """The rows of an answer of either vendor."""
    if isinstance(body, str):
        return max(0, len(body.splitlines()) - 1)
    if isinstance(body, dict):
        rows = body.get("results", body.get("tickers", [body]))
        body = rows if isinstance(rows, list) else rows.get("events", [rows])
    return len(body)


def tell(request: pytest.FixtureRequest, rows: int, read: int | None, refused: dict[str, int] | str) -> None:
    """For the table at the end of the test run."""
    vendor, name = request.node.callspec.params["vendor_name"], request.node.callspec.params["name"]
    request.node.user_properties.append(("recorded_answer", [f"{vendor}/{name}", rows, read, refused]))


def outcome(answer: Any) -> tuple[int, dict[str, int]]:
    if isinstance(answer, Parsed):
        return len(answer.rows), dict(answer.dropped)
    return int(answer is not None), {}


@pytest.mark.parametrize("vendor_name", LINES)
def test_every_recording_has_a_line_and_every_line_its_recording(vendor_name: str) -> None:
    there = {path.name for path in Path(FIXTURES / vendor_name).iterdir()}
    assert there == set(LINES[vendor_name])


@pytest.mark.parametrize(("vendor_name", "name", "line"), lines(Read))
def test_a_recorded_answer_is_read_or_refused_with_a_reason(
    vendor: Vendor, vendor_name: str, name: str, line: Read, request: pytest.FixtureRequest
) -> None:
    body = line.shape(recorded(vendor_name, name))
    for path, nothing in QUIET.items():
        vendor.on(path, Answer(nothing))
    if line.path == "/stable/quote":
        vendor.on("/stable/batch-quote", Answer("Restricted Endpoint", 402))
    nothing_more = Answer("" if isinstance(body, str) else [] if vendor_name == "fmp" else {"results": []})
    vendor.on(line.path, [Answer(body), nothing_more])
    answer = line.ask(source_of(vendor_name), body)
    read, refused = outcome(answer)
    tell(request, count_of(body), read, refused)
    assert read == (count_of(body) if line.read is None else line.read)
    assert refused == line.refused


@pytest.mark.parametrize(("vendor_name", "name", "line"), lines(Read))
def test_a_datum_of_a_recorded_answer_says_where_and_when_it_is_from(
    vendor: Vendor, vendor_name: str, name: str, line: Read
) -> None:
    body = line.shape(recorded(vendor_name, name))
    for path, nothing in QUIET.items():
        vendor.on(path, Answer(nothing))
    vendor.on("/stable/batch-quote", Answer("Restricted Endpoint", 402))
    vendor.on(line.path, [Answer(body), Answer("" if isinstance(body, str) else {"results": []})])
    answer = line.ask(source_of(vendor_name), body)
    for datum in answer.rows if isinstance(answer, Parsed) else [answer]:
        assert datum.source == vendor_name
        assert hasattr(datum, "as_of")
        assert line.path == "" or datum.fetched_at is not None


@pytest.mark.parametrize(
    ("vendor_name", "name", "number", "kind"),
    [
        pytest.param(vendor, name, number, kind, id=f"{vendor}-{number}-{kind or 'nothing'}")
        for vendor, known in LINES.items()
        for name, line in known.items()
        if isinstance(line, Errors)
        for number, kind in enumerate(line.kinds)
    ],
)
def test_a_recorded_refusal_becomes_the_error_that_says_what_to_do(
    vendor: Vendor, vendor_name: str, name: str, number: int, kind: str, request: pytest.FixtureRequest
) -> None:
    refusals = recorded(vendor_name, name)
    assert len(refusals) == len(LINES[vendor_name][name].kinds)
    sent = Answer(refusals[number]["body"], refusals[number]["http_status"])
    path = (
        "/v2/snapshot/locale/us/markets/stocks/tickers"
        if vendor_name == "polygon"
        else "/stable/etf/holdings"
    )
    vendor.on(path, sent)
    source = source_of(vendor_name)
    got = Counter[str]()
    try:
        answer = source.fetch_quotes() if vendor_name == "polygon" else source.fetch_holdings("SPY")
    except SourceError as exc:
        got[type(exc).__name__] += 1
    else:
        assert (answer.rows, answer.dropped.total()) == ([], 0)
    tell(request, 1, 0 if kind else 1, dict(got))
    assert got == (Counter({kind: 1}) if kind else Counter())


@pytest.mark.parametrize(("vendor_name", "name", "line"), lines(NotInUse))
def test_a_recording_that_is_not_in_use_says_why(
    vendor_name: str, name: str, line: NotInUse, request: pytest.FixtureRequest
) -> None:
    tell(request, count_of(recorded(vendor_name, name)), None, f"{line.words}: {line.why}")
    assert line.why
