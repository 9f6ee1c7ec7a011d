"""Envelopes, errors, filters and paging as the vendors have them."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from universe.sessions import ET
from universe.simulator import sight

Row = dict[str, Any]
Handler = Callable[[Request], Response]


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    raw = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(raw, status, dict(headers or {}), "application/json")


def request_id() -> str:
    return uuid.uuid4().hex


def polygon_answer(body: Row) -> Response:
    """A Polygon envelope: the given keys, then status and request_id."""
    number = request_id()
    return json_answer(
        body | {"status": sight.current().word, "request_id": number}, headers={"X-Request-Id": number}
    )


def polygon_error(status: int, text: str) -> Response:
    """Polygon's words for a refusal: the text sits in ``error`` or in ``message``, by status."""
    if status == 404:
        return json_answer({"status": "NOT_FOUND", "request_id": request_id(), "message": text}, 404)
    if status == 403:
        return json_answer({"status": "NOT_AUTHORIZED", "request_id": request_id(), "message": text}, 403)
    return json_answer({"status": "ERROR", "request_id": request_id(), "error": text}, status)


def unknown_path(_: Request, __: Exception | None = None) -> Response:
    return PlainTextResponse("404 page not found", 404)


class BadParameterError(ValueError):
    """A query parameter that the vendor would refuse with 400; the text names it."""


def whole(params: Mapping[str, str], name: str, default: int, maximum: int) -> int:
    raw = params.get(name, str(default))
    if not raw.isdigit() or int(raw) < 1:
        raise BadParameterError(f"'{name}' must be a whole number from 1 to {maximum}")
    if int(raw) > maximum:
        raise BadParameterError(f"'{name}' must be at most {maximum}")
    return int(raw)


def day_of(text: str, name: str) -> dt.date:
    """A date, or milliseconds, as aggregates take both."""
    try:
        if text.lstrip("-").isdigit() and len(text) > 8:
            return dt.datetime.fromtimestamp(int(text) / 1000, ET).date()
        return dt.date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise BadParameterError(
            f"Could not parse the time parameter: '{name}'. Use YYYY-MM-DD or Unix MS Timestamps"
        ) from None


def unfold(request: Request) -> tuple[dict[str, str], int]:
    """The query and the offset to go on from; a cursor carries both of the call before."""
    params = dict(request.query_params)
    cursor = params.pop("cursor", None)
    if cursor is None:
        return params, 0
    try:
        carried = dict(parse_qsl(base64.urlsafe_b64decode(cursor).decode()))
        return {**carried, **{k: v for k, v in params.items() if k == "apiKey"}}, int(
            carried.pop("page_marker")
        )
    except (ValueError, KeyError):
        raise BadParameterError("'cursor' is not one of ours") from None


def fold(request: Request, params: Mapping[str, str], offset: int) -> str:
    """The absolute next_url; like the vendor's it does not carry the key."""
    carried = {k: v for k, v in params.items() if k not in ("apiKey", "page_marker")} | {
        "page_marker": str(offset)
    }
    cursor = base64.urlsafe_b64encode(urlencode(carried).encode()).decode()
    return f"{request.base_url}{request.url.path.lstrip('/')}?cursor={cursor}"


_SUFFIXES: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def matching(rows: Iterable[Row], params: Mapping[str, str], fields: Mapping[str, type]) -> list[Row]:
    """Rows that pass every filter on ``fields``: ``field``, ``field.gte`` and so on, ``field.any_of``.

    ``fields`` tells how to read the bound (float or str). A row without the field passes no filter on it.
    """
    tests: list[tuple[str, Callable[[Any], bool]]] = []
    for key, raw in params.items():
        name, _, suffix = key.partition(".")
        if name in fields:
            tests.append((name, _test(key, suffix, raw, fields[name])))
    return [row for row in rows if all(row.get(name) is not None and test(row[name]) for name, test in tests)]


def _test(key: str, suffix: str, raw: str, kind: type) -> Callable[[Any], bool]:
    if suffix == "any_of":
        allowed = set(raw.split(","))
        return lambda value: str(value) in allowed
    try:
        bound = kind(raw)
    except ValueError:
        raise BadParameterError(f"'{key}' must be a {'number' if kind is float else 'text'}") from None
    if not suffix:
        return lambda value: bool(value == bound)
    if suffix not in _SUFFIXES:
        raise BadParameterError(f"'{key}' is no filter")
    compare = _SUFFIXES[suffix]
    return lambda value: compare(value, bound)


def page(
    request: Request,
    rows: Sequence[Row],
    *,
    default: int,
    maximum: int,
    params: Mapping[str, str],
    offset: int,
) -> Response:
    """One page of ``rows`` in Polygon's list envelope."""
    limit = whole(params, "limit", default, maximum)
    part = rows[offset : offset + limit]
    body: Row = {"results": part, "count": len(part)}
    if offset + limit < len(rows):
        body["next_url"] = fold(request, params, offset + limit)
    return polygon_answer(body)


def sorted_rows(rows: list[Row], params: Mapping[str, str], default: str) -> list[Row]:
    """By ``sort=field.asc`` (newer endpoints) or ``sort=field&order=asc`` (older ones)."""
    field, _, way = params.get("sort", default).split(",")[0].partition(".")
    descending = (way or params.get("order", "asc")) == "desc"
    return sorted(rows, key=lambda row: (row.get(field) is None, row.get(field) or ""), reverse=descending)


def fmp_error(status: int, text: str) -> Response:
    return json_answer({"Error Message": text}, status)
