"""The universe over HTTP. Reading only; errors are RFC 9457 problem documents."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from universe.changes import Change, alarm_words, change_pct
from universe.clock import market_now
from universe.selectors import UniverseChanges, funnel, snapshot_of, universe_changes, universe_current
from universe.sessions import session_of

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[object]
else:
    AnySerializer = serializers.Serializer

PROBLEM = "application/problem+json"


class FunnelStageSerializer(AnySerializer):
    name = serializers.CharField(help_text="The criterion; the first stage is all listings.")
    count = serializers.IntegerField(help_text="Listings that pass this stage and all before it.")
    before = serializers.IntegerField(allow_null=True, help_text="In the universe before; null: not known.")
    change_pct = serializers.FloatField(allow_null=True, help_text="Null from nothing to something.")


class FunnelAlarmSerializer(AnySerializer):
    stage = serializers.CharField()
    before = serializers.IntegerField()
    count = serializers.IntegerField()
    change_pct = serializers.FloatField(allow_null=True)
    against = serializers.DateField(help_text="The session of the universe that it is compared with.")
    words = serializers.CharField()


class ChangedListingSerializer(AnySerializer):
    symbol = serializers.CharField()
    name = serializers.CharField()
    change = serializers.ChoiceField([str(change) for change in Change])
    tier_before = serializers.CharField(allow_null=True, help_text="core, breadth, out; null: not listed.")
    tier = serializers.CharField(allow_null=True, help_text="The same of the session shown.")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Those that are new.")


class UniverseChangesSerializer(AnySerializer):
    before = serializers.DateField(help_text="The session of the universe before.")
    same_limits = serializers.BooleanField(help_text="False: the limits were changed between the two.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Listings by kind of change.")
    listings = ChangedListingSerializer(many=True)


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
    alarms = FunnelAlarmSerializer(many=True, help_text="Stages that moved by 20 % or more.")
    changes = UniverseChangesSerializer(allow_null=True, help_text="Null for the first universe.")


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
        snapshot = snapshot_of(session) if session else None
        found = funnel(session) if session else None
        if snapshot is None or found is None:
            raise NotFound(
                f"No universe of {session or 'any session'} is stored; they are built before each session."
            )
        changes = universe_changes(snapshot)
        values = asdict(found) | {
            "stages": [_stage(stage, changes) for stage in found.stages],
            "alarms": [alarm | {"words": alarm_words(alarm)} for alarm in found.alarms],
            "changes": changes and _changes(changes),
        }
        return Response(FunnelSerializer(values).data)


def _stage(stage: dict[str, Any], changes: UniverseChanges | None) -> dict[str, Any]:
    before = changes.stages.get(stage["name"]) if changes else None
    change = None if before is None else change_pct(before, stage["count"])
    return {**stage, "before": before, "change_pct": change}


def _changes(found: UniverseChanges) -> dict[str, Any]:
    return {
        "before": found.before,
        "same_limits": found.same_limits,
        "counts": {str(change): len(found.of(change)) for change in Change},
        "listings": [
            {
                "symbol": row.symbol,
                "name": row.name,
                "change": str(row.change),
                "tier_before": _tier(row.tier_before),
                "tier": _tier(row.tier),
                "reasons": row.reasons,
            }
            for row in found.rows
        ],
    }


def _tier(tier: str | None) -> str | None:
    return None if tier is None else tier or "out"


def _session_in_force() -> dt.date | None:
    snapshot = universe_current(session_of(market_now()))
    return snapshot.session if snapshot else None
