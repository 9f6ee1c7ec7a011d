"""Rows of every time series, and what the server they lie on can do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from universe.selectors import Storage
from universe.services import series_arrange

#: A Friday, noon in New York. 90 days before it is 6 December, 100 days before it 26 November.
NOW = dt.datetime(2026, 3, 6, 17, tzinfo=dt.UTC)


@pytest.fixture
def server(transactional_db: None) -> Storage:
    """What the tests run on; its tables lie as the models say."""
    return series_arrange(world=settings.MARKET_WORLD)


@pytest.fixture
def timescale(server: Storage) -> Storage:
    if server.edition == "plain":
        pytest.skip("plain PostgreSQL has no chunks")
    return server


@pytest.fixture
def community(server: Storage) -> Storage:
    if server.edition != "community":
        pytest.skip("only TimescaleDB's community edition compresses")
    return server
