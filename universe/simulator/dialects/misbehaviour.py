"""The vendors on a bad day: faults between the callers and the market's answers, as bytes on the wire."""

from __future__ import annotations

import asyncio
import base64
import gzip
import itertools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from universe.simulator import sight
from universe.simulator.dialects import refusals, wire
from universe.simulator.dialects.wire import Caught
from universe.simulator.faults import BODIES, REFUSALS, Fault, Faults, vendor_of
from universe.simulator.sight import Sight
from universe.simulator.spoiling import spoiled

_numbers = itertools.count(1)


class Misbehaviour:
    """Calls that no fault falls on pass untouched."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or vendor_of(scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        for fault in self._faults.on_call(scope["path"]):
            if fault.kind == "slow":
                await asyncio.sleep(fault.how["seconds"])
                continue
            await self._misbehave(fault, scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _misbehave(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind in REFUSALS or fault.kind == "html":
            await refusal(fault, vendor_of(scope["path"]) or "")(scope, receive, send)
        elif fault.kind in ("yesterday", "frozen"):
            with sight.seen(view(fault)):
                await self._app(scope, receive, send)
        elif fault.kind == "reset":
            await self._reset(fault, scope, receive, send)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _reset(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.how.get("at", "middle") == "middle":
            caught = await wire.catch(self._app, scope, receive)
            length = (b"content-length", str(len(caught.body)).encode())
            await send({"type": "http.response.start", "status": caught.status, "headers": [length]})
            half = caught.body[: len(caught.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            await asyncio.sleep(wire.FLUSH_SECONDS)
        wire.reset(scope)
        await wire.gone(receive)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        is_fmp = vendor_of(scope["path"]) == "fmp"
        asked = _first_page(scope) if fault.kind == "endless_paging" and is_fmp else scope
        caught = await wire.catch(self._app, asked, receive)
        if fault.kind == "truncated_gzip":
            packed = await asyncio.to_thread(gzip.compress, caught.body, 1)
            caught.body = packed[: len(packed) // 2]
            await wire.release(caught, send, (b"content-encoding", b"gzip"))
            return
        if fault.kind in BODIES and caught.status == 200:
            caught.body = await asyncio.to_thread(_spoiled_body, caught, fault, scope)
        await wire.release(caught, send)


def view(fault: Fault) -> Sight:
    """How the market is seen through ``yesterday`` or ``frozen``."""
    if fault.kind == "yesterday":
        return Sight(is_day_old=True)
    return Sight(frozen_at=fault.since)


def refusal(fault: Fault, vendor: str) -> Response:
    words = str(fault.how.get("words", ""))
    answers: dict[str, Callable[[], Response]] = {
        "402": lambda: refusals.payment_required(words),
        "403": lambda: refusals.forbidden(vendor, words),
        "429": lambda: refusals.too_many(vendor, fault.how.get("retry_after")),
        "error_200": lambda: refusals.error_with_200(vendor),
        "html": refusals.page_with_200,
    }
    return answers[fault.kind]() if fault.kind in answers else refusals.broken(int(fault.kind))


def _spoiled_body(caught: Caught, fault: Fault, scope: Scope) -> bytes:
    if not caught.content_type.startswith("application/json"):
        return b"" if fault.kind == "empty" else caught.body
    answer = orjson.loads(caught.body)
    if fault.kind == "endless_paging":
        return orjson.dumps(_endless(answer, scope, is_new=fault.how.get("cursor", "same") == "new"))
    # Only the standard library writes NaN and Infinity.
    return json.dumps(spoiled(answer, fault), separators=(",", ":")).encode()


def _endless(answer: Any, scope: Scope, *, is_new: bool) -> Any:
    """With a next page for ever: the same cursor each time, or a new one that leads to the same rows."""
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        return answer
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    params = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    cursor = params.pop("cursor", None)
    if cursor is None or is_new:
        carried = dict(parse_qsl(base64.urlsafe_b64decode(cursor).decode())) if cursor else params
        carried = {key: value for key, value in carried.items() if key != "apiKey"} | {"page_marker": "0"}
        carried |= {"turn": str(next(_numbers))} if is_new else {}
        cursor = base64.urlsafe_b64encode(urlencode(carried).encode()).decode()
    return answer | {"next_url": f"http://{host}{scope['path']}?{urlencode({'cursor': cursor})}"}


def _first_page(scope: Scope) -> Scope:
    """FMP has no next link: whichever page is asked for, the first one comes."""
    params = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return {**scope, "query_string": urlencode(params | {"page": "0"}).encode()}
