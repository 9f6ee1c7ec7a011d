"""The plan between a caller and the answers: refusals in the vendors' words, and late prices."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from universe.simulator import sight
from universe.simulator.dialects import refusals
from universe.simulator.dialects.answers import Row
from universe.simulator.dialects.commands import CommandError, Commands
from universe.simulator.faults import vendor_of
from universe.simulator.market import Market
from universe.simulator.plans import PlanError, Plans


class Entitlement:
    def __init__(self, app: ASGIApp, plans: Plans, market: Market) -> None:
        self._app = app
        self._plans = plans
        self._market = market

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else "/simulator/"
        vendor = vendor_of(path)
        if vendor is None:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(vendor, path, QueryParams(scope["query_string"]))
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        with sight.seen(self._plans.sight(path)):
            await self._app(scope, receive, send)

    def _refusal(self, vendor: str, path: str, params: QueryParams) -> Response | None:
        if path.startswith("/api/"):
            return refusals.forbidden("fmp")
        if self._plans.is_over_limit(vendor):
            return refusals.too_many(vendor)
        why = self._plans.of(vendor).refuses(path, params.get("symbol", ""), self._market.session())
        return None if why is None else refusals.not_in_plan(vendor, why)


class PlanCommands:
    """The control's command over plans."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    def commands(self) -> Commands:
        return {"plan": self._choose}

    def _choose(self, value: Any) -> Row:
        if not isinstance(value, dict):
            raise CommandError("'plan' must be an object with 'vendor' and 'name'")
        limits = value.get("limits", False)
        if not isinstance(limits, bool):
            raise CommandError(f"'limits' is {limits!r}, but must be true or false")
        try:
            plan = self._plans.choose(value.get("vendor"), value.get("name"), has_limits=limits)
        except PlanError as exc:
            raise CommandError(str(exc)) from exc
        return {"plan": plan.name}
