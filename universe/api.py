"""The universe over HTTP. Reading only; errors are RFC 9457 problem documents."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from universe.clock import market_now
from universe.selectors import funnel, universe_current
from universe.sessions import session_of

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[object]
else:
    AnySerializer = serializers.Serializer

PROBLEM = "application/problem+json"


class FunnelStageSerializer(AnySerializer):
    name = serializers.CharField(help_text="The criterion; the first stage is all listings.")
    count = serializers.IntegerField(help_text="Listings that pass this stage and all before it.")


class FunnelSerializer(AnySerializer):
    session = serializers.DateField(help_text="The session that this universe is fixed for.")
    built_from = serializers.DateField(help_text="The last session whose data it was built from.")
    built_at = serializers.DateTimeField()
    listings = serializers.IntegerField()
    core = serializers.IntegerField(help_text="Members that are ranked, listed and alerted on.")
    breadth = serializers.IntegerField(help_text="Members that scores are computed over, core included.")
    target = serializers.IntegerField(help_text="The count that is hoped for; lists are never padded.")
    stages = FunnelStageSerializer(many=True)
    relaxing = serializers.DictField(
        child=serializers.IntegerField(), help_text="Per criterion, what the breadth tier gains without it."
    )
    reasons = serializers.DictField(
        child=serializers.IntegerField(), help_text="How often each reason keeps a listing out."
    )


class ProblemSerializer(AnySerializer):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()


class FunnelView(APIView):
    """How the market narrowed down to the universe of one session."""

    @extend_schema(
        operation_id="universe_funnel",
        summary="How many listings each criterion left, from the whole market to the universe",
        parameters=[
            OpenApiParameter(
                "session",
                OpenApiTypes.DATE,
                description="Default: the universe in force at the market's now.",
            )
        ],
        responses={
            200: FunnelSerializer,
            (400, PROBLEM): ProblemSerializer,
            (404, PROBLEM): ProblemSerializer,
        },
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params.get("session", "").strip()
        try:
            session = dt.date.fromisoformat(asked) if asked else _session_in_force()
        except ValueError as exc:
            raise ParseError(f"session is {asked!r}; it must be a date such as 2026-03-31.") from exc
        found = funnel(session) if session else None
        if found is None:
            raise NotFound(
                f"No universe of {session or 'any session'} is stored; they are built before each session."
            )
        return Response(FunnelSerializer(asdict(found)).data)


def _session_in_force() -> dt.date | None:
    snapshot = universe_current(session_of(market_now()))
    return snapshot.session if snapshot else None
