"""Errors of the REST API as RFC 9457 problem documents: type, title, status, detail, instance, and `errors`
by field where input was refused. Set as REST framework's exception handler."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from universe.clock import ClockUnavailableError
from universe.postgresql import Trouble, is_refusal, trouble_of

RETRY_SECONDS = 5
DETAILS: Mapping[Trouble, str] = {
    "busy": "All connections to the database are at work. Try again shortly.",
    "slow": "A statement took too long and was given up. Try again shortly.",
    "refused": "The database answers, but could not do this. Its words are in the log. Try again shortly.",
}

logger = logging.getLogger(__name__)


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


class DatabaseAway(exceptions.APIException):
    """PostgreSQL does not answer: worth a retry, and no traceback to the caller."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The database does not answer. It is asked again with each request; try again shortly."
    default_code = "unavailable"
    wait = RETRY_SECONDS


class MarketClockAway(exceptions.APIException):
    """A simulated market does not tell its time: worth a retry."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The market does not tell its time just now; it is asked again by itself. Try again."
    default_code = "unavailable"
    wait = RETRY_SECONDS


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The problem document of ``exc``; None for what is a fault of ours, which Django reports as such."""
    response = exception_handler(_as_api_exception(exc), context)
    if response is None:
        return None
    request = context["request"]
    status = HTTPStatus(response.status_code)
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": _detail(response.data, status),
        "instance": request.path,
    }
    fields = _fields(response.data)
    response.data = problem | ({"errors": fields} if fields else {})
    request.accepted_renderer = ProblemRenderer()
    request.accepted_media_type = ProblemRenderer.media_type
    return response


def _as_api_exception(exc: Exception) -> Exception:
    if isinstance(exc, OperationalError | InterfaceError):
        if is_refusal(exc):
            logger.error("a statement of the API failed: %s", exc, exc_info=exc)
        return DatabaseAway(DETAILS.get(trouble_of(exc)))
    if isinstance(exc, ClockUnavailableError):
        return MarketClockAway()
    if isinstance(exc, DjangoValidationError):
        has_fields = hasattr(exc, "error_dict")
        return exceptions.ValidationError(exc.message_dict if has_fields else exc.messages)
    return exc


def _detail(data: Any, status: HTTPStatus) -> str:
    if isinstance(data, dict) and "detail" in data:
        return str(data["detail"])
    if isinstance(data, list):
        return " ".join(map(str, data)) or status.description
    return "The input was refused; `errors` names each field." if data else status.description


def _fields(data: Any) -> dict[str, list[str]]:
    if not isinstance(data, dict) or "detail" in data:
        return {}
    return {str(name): [str(text) for text in _listed(texts)] for name, texts in data.items()}


def _listed(texts: Any) -> list[Any]:
    return texts if isinstance(texts, list) else [texts]
