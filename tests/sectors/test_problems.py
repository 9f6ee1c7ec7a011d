"""Whatever goes wrong behind the REST API becomes one kind of document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InterfaceError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView


def answer(exc: Exception) -> Response:
    """What a client gets when a view raises ``exc``."""

    class Failing(APIView):
        authentication_classes: list[Any] = []
        permission_classes: list[Any] = []

        def get(self, request: Request) -> Response:
            raise exc

    return Failing.as_view()(APIRequestFactory().get("/api/v1/things/")).render()


@pytest.mark.parametrize(
    ("exc", "status", "detail"),
    [
        (Http404("nothing of that name"), 404, "nothing of that name"),
        (PermissionDenied(), 403, "You do not have permission to perform this action."),
        (exceptions.NotFound("There is no sector 'crypto'."), 404, "There is no sector 'crypto'."),
        (ValidationError("A weight is 0.10 to 3.00."), 400, "A weight is 0.10 to 3.00."),
        (exceptions.ValidationError([]), 400, "Bad request syntax or unsupported method"),
        (InterfaceError("host=db password=x"), 503, "The database does not answer."),
    ],
)
def test_an_error_is_a_problem_document(exc: Exception, status: int, detail: str) -> None:
    response = answer(exc)
    problem = json.loads(response.content)

    assert response.status_code == problem["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert problem["detail"].startswith(detail)
    assert problem["instance"] == "/api/v1/things/"
    assert problem["type"] == "about:blank"


@pytest.mark.parametrize(
    "exc",
    [
        ValidationError({"weight": ["A weight is 0.10 to 3.00."]}),
        exceptions.ValidationError({"weight": "A weight is 0.10 to 3.00."}),
    ],
)
def test_refused_input_is_told_field_by_field(exc: Exception) -> None:
    problem = json.loads(answer(exc).content)

    assert problem["errors"] == {"weight": ["A weight is 0.10 to 3.00."]}
    assert "`errors` names each field" in problem["detail"]


def test_a_throttled_caller_is_told_when_to_come_back() -> None:
    assert answer(exceptions.Throttled(wait=12))["Retry-After"] == "12"


def test_a_fault_of_ours_is_no_problem_document_but_a_fault() -> None:
    with pytest.raises(ZeroDivisionError):
        answer(ZeroDivisionError())
