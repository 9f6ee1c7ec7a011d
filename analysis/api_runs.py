"""The runs over HTTP: the list, one run, asking for one, asking for one again, cancelling one.

Two who ask at once get one run, and a caller who names the wish (`Idempotency-Key`) gets the same run for a
day. Errors are RFC 9457 problem documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.api_problems import problem_of, problems
from analysis.api_run_shape import RunSerializer, RunsSerializer, run_json, runs_json
from analysis.errors import RunRefused
from analysis.models import TERMINAL, AnalysisRun, RunKind, RunStatus
from analysis.requests import Asked
from analysis.run_list import run_found, runs_found
from analysis.services import run_ask, run_cancel

KEY = re.compile(r"[\x21-\x7e]{1,255}")
#: A position in the list is a run's number, which PostgreSQL keeps in 63 bits.
NUMBER_DIGITS = 18
SHOWN = 60


class RunsPagination(CursorPagination):
    """By number, which never changes: no run comes twice, none is left out."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"

    def get_page_size(self, request: Request) -> int:
        """Raises `ValidationError` for anything but 1 to 200."""
        text = request.query_params.get(self.page_size_query_param, str(self.page_size)).strip()
        is_number = text.isascii() and text.isdecimal() and len(text) <= 6
        if not is_number or not 1 <= int(text) <= self.max_page_size:
            words = f"page_size is “{_shown(text)}”; it must be a number from 1 to {self.max_page_size}."
            raise ValidationError({self.page_size_query_param: [words]})
        return int(text)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Raises `NotFound` for a position that no run can be."""
        cursor: Cursor | None = super().decode_cursor(request)
        place = str(cursor.position or "") if cursor else ""
        if place and not (place.isascii() and place.isdecimal() and len(place) <= NUMBER_DIGITS):
            raise NotFound(self.invalid_cursor_message)
        return cursor


FILTERS: dict[str, Sequence[str]] = {"status": RunStatus.values, "kind": RunKind.values}
PARAMETERS = [
    *(
        OpenApiParameter(
            name,
            OpenApiTypes.STR,
            description=f"Only these; several with commas between: {', '.join(choices)}.",
        )
        for name, choices in FILTERS.items()
    ),
    OpenApiParameter("cursor", OpenApiTypes.STR, description="Where a page begins, from `next`, `previous`."),
    OpenApiParameter("page_size", OpenApiTypes.INT, description="1 to 200, by default 50."),
]
ASKING = [
    OpenApiParameter(
        "Idempotency-Key",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="1 to 255 visible ASCII characters: for 24 hours the same user with the same key gets "
        "the same run, also when it has ended. A key belongs to one wish, and a run has 20 of a user's keys "
        "at most.",
    ),
    OpenApiParameter(
        "Idempotency-Replayed",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="true: the key was used before, and this was its run.",
        response=[200],
    ),
    OpenApiParameter(
        "Location",
        OpenApiTypes.URI,
        OpenApiParameter.HEADER,
        description="The run that was made.",
        response=[201],
    ),
    OpenApiParameter(
        "Retry-After", OpenApiTypes.INT, OpenApiParameter.HEADER, description="Seconds.", response=[429, 503]
    ),
]
ASKED: dict[Any, Any] = {
    201: OpenApiResponse(RunSerializer, description="The run that was made; it is everybody's."),
    200: OpenApiResponse(RunSerializer, description="A run that waits or works already, or the key's."),
    **problems(
        bad_request="The key or the body is not as it must be.",
        unauthorized="No or a wrong token or session.",
        conflict="A run of the caller has not ended yet, the run is none to do again, or the key was used "
        "for another wish.",
        too_many_requests="The caller has started as many runs as an hour allows (`Retry-After`), or given a "
        "run 20 keys.",
        service_unavailable="The market does not tell its time, or the database does not answer.",
    ),
}
CANCELLED: dict[Any, Any] = {
    200: OpenApiResponse(RunSerializer, description="It has ended."),
    202: OpenApiResponse(RunSerializer, description="It ends with its next step."),
    **problems(
        unauthorized="No or a wrong token or session.",
        forbidden="Others wait for the run, or it is not the caller's.",
        not_found="No such run.",
        conflict="It has ended already, or is being published.",
    ),
}


class RunsView(APIView):
    @extend_schema(
        operation_id="runs_list",
        summary="The runs, newest first",
        parameters=PARAMETERS,
        responses={
            200: RunsSerializer,
            **problems(
                bad_request="A filter or parameter is none.",
                unauthorized="No or a wrong token or session.",
                not_found="The cursor is none.",
            ),
        },
    )
    def get(self, request: Request) -> Response:
        rows = runs_found(**_filters(request.query_params))
        pages = RunsPagination()
        shown = pages.paginate_queryset(rows, request, view=self) or []
        return Response(
            {
                "next": pages.get_next_link(),
                "previous": pages.get_previous_link(),
                "results": runs_json(shown, request),
            }
        )

    @extend_schema(
        operation_id="runs_create",
        summary="Ask for a full run now; one that waits or works already is everybody's",
        parameters=ASKING,
        request=None,
        responses=ASKED,
    )
    def post(self, request: Request) -> Response:
        return _asked(request)


class RunView(APIView):
    @extend_schema(
        operation_id="runs_retrieve",
        summary="One run: how far it is, what came of it",
        responses={
            200: RunSerializer,
            **problems(unauthorized="No or a wrong token or session.", not_found="No such run."),
        },
    )
    def get(self, request: Request, run_id: int) -> Response:
        return Response(run_json(_run(run_id), request))

    @extend_schema(
        operation_id="runs_destroy",
        summary="Cancel a run; its row stays (the same as POST to its cancel/)",
        responses=CANCELLED,
    )
    def delete(self, request: Request, run_id: int) -> Response:
        return _cancelled(request, run_id)


class RunCancelView(APIView):
    @extend_schema(
        operation_id="runs_cancel",
        summary="Cancel a run: 200, it has ended; 202, it ends with its next step",
        request=None,
        responses=CANCELLED,
    )
    def post(self, request: Request, run_id: int) -> Response:
        return _cancelled(request, run_id)


class RunRetryView(APIView):
    @extend_schema(
        operation_id="runs_retry",
        summary="Ask again for a run that failed, was partial, carried forward or cancelled",
        parameters=ASKING,
        request=None,
        responses=ASKED | problems(not_found="No such run."),
    )
    def post(self, request: Request, run_id: int) -> Response:
        return _asked(request, again=_run(run_id))


def _run(run_id: int) -> AnalysisRun:
    run = run_found(run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    return run


def _asked(request: Request, *, again: AnalysisRun | None = None) -> Response:
    """Ask, and tell the run: 201 when it was made now, 200 when it was there."""
    _nothing_but_headers(request)
    try:
        asked: Asked = run_ask(_caller(request), key=_key(request), again=again)
    except RunRefused as exc:
        raise problem_of(exc) from exc
    body = run_json(_run(asked.run.pk), request)
    if asked.created:
        return Response(body, HTTPStatus.CREATED, headers={"Location": body["links"]["self"]})
    return Response(body, headers={"Idempotency-Replayed": "true"} if asked.replayed else None)


def _cancelled(request: Request, run_id: int) -> Response:
    try:
        run = run_cancel(_run(run_id), _caller(request))
    except RunRefused as exc:
        raise problem_of(exc) from exc
    status = HTTPStatus.OK if run.status in TERMINAL else HTTPStatus.ACCEPTED
    return Response(run_json(_run(run_id), request), status)


def _caller(request: Request) -> AbstractBaseUser:
    """Who asks; a stranger does not come as far as this."""
    return cast(AbstractBaseUser, request.user)


def _nothing_but_headers(request: Request) -> None:
    """400 for a body that says something: it would be passed over unseen."""
    given = request.data
    if not isinstance(given, Mapping):
        raise ValidationError(["The body must be empty: there is nothing to choose."])
    if given:
        raise ValidationError(
            {_shown(name): ["There is nothing to choose; the body must be empty."] for name in given}
        )


def _key(request: Request) -> str:
    """The caller's key, or "" when none is given."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not KEY.fullmatch(key):
        words = f"It is “{_shown(key)}”; it must be 1 to 255 visible ASCII characters, without spaces."
        raise ValidationError({"Idempotency-Key": [words]})
    return str(key)


def _filters(asked: Mapping[str, str]) -> dict[str, list[str]]:
    """By field what is asked for; 400 for a value that cannot be and for a parameter that is none."""
    known = [parameter.name for parameter in PARAMETERS]
    errors = {
        _shown(name): [f"{_shown(name)} is no parameter here; these are: {', '.join(known)}."]
        for name in asked
        if name not in known
    }
    found = {}
    for name, choices in FILTERS.items():
        given = [value.strip() for value in asked.get(name, "").split(",") if value.strip()]
        wrong = [value for value in given if value not in choices]
        if wrong:
            errors[name] = [f"{name} is “{_shown(wrong[0])}”; it may be {', '.join(choices)}."]
        if given:
            found[name] = given
    if errors:
        raise ValidationError(errors)
    return found


def _shown(text: str) -> str:
    """The beginning of what somebody sent, without what a terminal would act on."""
    return "".join(character if character.isprintable() else "?" for character in str(text)[:SHOWN])
