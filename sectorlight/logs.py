"""Log lines as text or as JSON, without a vendor key in either."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.template.defaultfilters import pprint
from django.views.debug import SafeExceptionReporterFilter

#: Names of settings whose values are kept from logs and error reports.
SECRET_SETTINGS = ("POLYGON_API_KEY", "FMP_API_KEY", "SECRET_KEY", "SIMULATOR_TOKEN", "SENTRY_DSN")
#: Keys as vendors take them in addresses and headers, and the password in a server's address.
_PATTERNS = (
    (re.compile(r"(?i)(api_?key|token)(=|%3D|\"?:\s*\"?)[^&\s\"']+"), r"\1\2***"),
    (re.compile(r"(?i)(bearer\s+)\S+"), r"\1***"),
    (re.compile(r"(\w+://[^\s:/@]*:)[^\s/]+@"), r"\1***@"),
)


def redacted(text: str) -> str:
    """``text`` without any secret of the settings and without what looks like one."""
    for name in SECRET_SETTINGS:
        value = getattr(settings, name, "")
        # A short value such as "simulated" is no secret and would eat ordinary words.
        if len(value) >= 12:
            text = text.replace(str(value), "***")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class DiscreetReporterFilter(SafeExceptionReporterFilter):
    """Hides addresses as well: those of servers carry passwords, FMP's the key. A variable that holds a
    secret somewhere inside, such as a vendor's answer that repeats the key, is shown without it."""

    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern + "|URL|MCP|DSN|BROKER|CACHES|LAYERS|LOCATION",
        flags=re.I,
    )

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        shown = super().get_traceback_frame_variables(request, tb_frame)
        return [(name, _discreet(value)) for name, value in shown]


def _discreet(value: Any) -> Any:
    """``value`` itself, or its text without the secrets in it."""
    text = pprint(value)
    cut = redacted(text)
    return value if cut == text else cut


def logging_config(log_format: str, level: str) -> dict[str, Any]:
    formatter = "sectorlight.logs.JsonFormatter" if log_format == "json" else "sectorlight.logs.TextFormatter"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "format": "%(levelname)s %(name)s: %(message)s"}},
        "filters": {"outages": {"()": "sectorlight.outage_logs.OutageFilter"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["outages"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # httpx writes every address it fetches, keys included, at INFO.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
            "django": {"handlers": [], "propagate": True},
            # Three lines for every log-in that went well.
            "axes": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            # "Task succeeded" after every tick; a failed one is an ERROR.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.worker.consumer": {"level": "WARNING"},
            # Every failed attempt of the pool; the query that waited for it says the same once.
            "psycopg.pool": {"level": "ERROR"},
        },
    }
