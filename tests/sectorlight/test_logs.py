"""Log lines carry no key, as text and as JSON."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import override_settings

from sectorlight.logs import DiscreetReporterFilter, JsonFormatter, TextFormatter, logging_config, redacted

CANARY = "canary-key-0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://vendor.example/quote?symbol=A&apikey={CANARY}&x=1",
        f"GET https://vendor.example/quote?apiKey={CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"connecting to redis://:{CANARY}@host:6379/0",
        f"connecting to postgres://me:odd@{CANARY}@host/db",
        f'{{"token": "{CANARY}"}}',
    ],
)
def test_what_looks_like_a_key_is_hidden(text: str) -> None:
    assert CANARY not in redacted(text)


@override_settings(POLYGON_API_KEY=CANARY)
def test_a_key_of_the_settings_is_hidden_wherever_it_stands() -> None:
    assert redacted(f"weird {CANARY} text") == "weird *** text"


@override_settings(POLYGON_API_KEY="simulated")
def test_an_ordinary_word_is_no_secret() -> None:
    assert redacted("a simulated market") == "a simulated market"


def _record(message: str) -> logging.LogRecord:
    try:
        raise ValueError(f"failed: apikey={CANARY}")
    except ValueError:
        import sys

        return logging.LogRecord("a.b", logging.ERROR, "f.py", 1, message, (), sys.exc_info())


def test_a_traceback_is_redacted_too() -> None:
    line = TextFormatter("%(levelname)s %(name)s: %(message)s").format(_record("trouble"))
    assert line.startswith("ERROR a.b: trouble\nTraceback")
    assert CANARY not in line


def test_a_json_line_has_time_level_logger_message_and_traceback() -> None:
    line = json.loads(JsonFormatter().format(_record(f"token={CANARY}")))
    assert set(line) == {"at", "level", "logger", "message", "traceback"}
    assert CANARY not in json.dumps(line)


def test_a_task_that_went_well_is_no_line() -> None:
    assert logging_config("text", "INFO")["loggers"]["celery.app.trace"] == {"level": "WARNING"}


def test_debug_pages_hide_addresses_of_servers() -> None:
    cleansed = DiscreetReporterFilter().cleanse_setting("REDIS_URL", "redis://:pw@host/0")
    assert "pw" not in cleansed
