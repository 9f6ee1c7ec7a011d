"""The error pages and what every page has to keep: a strict policy, captions, no page without a way on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.defaults import bad_request, server_error

from sectors.services import sectors_seed
from sectors.views.errors import forbidden, not_found
from tests.analysis.page_cast import (
    NOW,
    board_publish,
    classified,
    colour_change,
    listing,
    mover,
    reader,
    run_store,
    universe_build,
)
from universe.clock import override

PAGES = (
    "/sectors/technology/",
    "/stocks/SOUN/",
    "/stocks/?q=so",
    "/stocks/SUON/",
    "/analysis/",
    "/alerts/",
    "/universe/",
    "/sectors/nothing/",
)


@pytest.fixture
def market(client: Client, db: None) -> Iterator[Client]:
    sectors_seed()
    board_publish(1, count=300)
    snapshot = universe_build()
    listing("SOUN", snapshot)
    listing("SOLV", snapshot, verdict={"tier": "", "reasons": ["price_below"]})
    classified("SOUN")
    mover()
    colour_change()
    run_store()
    client.force_login(reader())
    with override(NOW):
        yield client


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_an_inline_style_or_script(market: Client, path: str) -> None:
    html = market.get(path).content.decode()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_title_one_heading_and_one_main(market: Client, path: str) -> None:
    html = market.get(path).content.decode()
    assert re.search(r"<title>[^<]+ – SectorLight</title>", html)
    assert html.count("<h1") == html.count("<main") == html.count('id="main"') == 1


@pytest.mark.parametrize("path", PAGES)
def test_every_table_has_a_caption_and_scoped_heads(market: Client, path: str) -> None:
    html = market.get(path).content.decode()
    assert html.count("<table") == html.count("<caption")
    assert all("scope=" in head for head in re.findall(r"<th\b[^>]*>", html))


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_every_label_finds_its_own(market: Client, path: str) -> None:
    html = market.get(path).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    named = re.findall(r'aria-labelledby="([^"]+)"|\sfor="([^"]+)"', html)
    assert {name for pair in named for name in pair if name} <= set(ids)


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_a_page_for_an_error_needs_nothing_to_be_known(template: str) -> None:
    html = render_to_string(template)  # the test has no database
    for part in ("What happened", "Effect", "Next", 'href="/"', 'id="main"'):
        assert part in html


def test_a_fault_of_the_server_is_answered_without_a_database(rf: RequestFactory) -> None:
    answer = server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "/health" in answer.content.decode()


def test_a_bad_request_is_answered_without_a_database(rf: RequestFactory) -> None:
    answer = bad_request(rf.get("/"), ValueError())
    assert (answer.status_code, b"ALLOWED_HOSTS" in answer.content) == (400, True)


def test_a_forbidden_page_says_which_right_is_missing_without_a_database(rf: RequestFactory) -> None:
    answer = forbidden(rf.get("/"), PermissionDenied("Only admins may revise weights."))
    assert answer.status_code == 403
    assert "Only admins may revise weights." in answer.content.decode()
    assert (
        "a right that your user does not have" in forbidden(rf.get("/"), PermissionDenied()).content.decode()
    )


def test_an_address_that_does_not_exist_is_said_without_a_database(client: Client) -> None:
    answer = client.get("/nowhere/<b>/")
    assert answer.status_code == 404
    assert "Nothing stands at /nowhere/&lt;b&gt;/." in answer.content.decode()


def test_a_page_that_names_what_it_misses_keeps_its_words(rf: RequestFactory) -> None:
    answer = not_found(rf.get("/"), Http404("There is no run 7."))
    assert "There is no run 7." in answer.content.decode()
