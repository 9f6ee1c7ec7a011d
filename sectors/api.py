"""The sectors over HTTP: eight lights, and one with its waterfall. Reading only.

A verdict that was withheld ("insufficient") is null here too, and so is its score; the parts are in the
waterfall. A sector without any reading has the state "empty". Errors are RFC 9457 problem documents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sectors.api_explanation import ExplanationSerializer, explanation_json
from sectors.api_measured import GapsSerializer, TieSerializer, measured_json
from sectors.lights import LIGHTS, sentence_of, stored_band, withheld_side
from sectors.live import board_now
from sectors.models import Sector, SentimentReading
from sectors.moments import MomentRefusedError, moment_asked
from sectors.presenters.payload import TOP_ROWS
from sectors.selectors import (
    reading_at,
    reading_newest,
    readings_newest,
    sectors_list,
    weight_settings,
    weight_settings_of,
)
from sectors.types import WeightSetting
from universe.clock import ClockUnavailableError, market_now
from universe.sessions import session_minutes_between

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[object]
else:
    AnySerializer = serializers.Serializer

SIDES = ("bearish", "bullish", "halted")


class AgeSerializer(AnySerializer):
    session = serializers.IntegerField(help_text="Seconds of 4:00 to 20:00 of exchange sessions since as_of.")
    wall = serializers.IntegerField(help_text="Seconds since as_of, nights and weekends included.")


class WeightSerializer(AnySerializer):
    value = serializers.DecimalField(
        max_digits=4,
        decimal_places=2,
        help_text="Set by hand; it stands for a measure that is not known yet. "
        "With `at` it is the one that the reading used.",
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]
        ["static", "dynamic", "hybrid"],
        help_text="Set by hand, measured (the sector’s volatility against the universe’s), or both.",
    )
    measured_share = serializers.FloatField(help_text="How much of the weight in force is measured, 0 to 1.")
    revision = serializers.IntegerField()
    used_revision = serializers.IntegerField(
        allow_null=True, help_text="The one that this score was made with."
    )


class BreadthSerializer(AnySerializer):
    advancing = serializers.IntegerField()
    valid = serializers.IntegerField(help_text="Members with a fresh 1d return.")
    members = serializers.IntegerField(help_text="Of the breadth tier.")
    core = serializers.IntegerField()
    coverage = serializers.FloatField(help_text="valid / members.")


class TopStocksSerializer(AnySerializer):
    bearish = serializers.ListField(child=serializers.DictField(), help_text="Best first, at most three.")
    bullish = serializers.ListField(child=serializers.DictField(), help_text="Best first, at most three.")
    halted = serializers.ListField(child=serializers.DictField())
    withheld = serializers.ChoiceField(
        ["bearish", "bullish"], allow_null=True, help_text="The side that goes against a clear light."
    )


class SectorSerializer(AnySerializer):
    slug = serializers.SlugField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    state = serializers.ChoiceField(["normal", "noise", "insufficient", "empty"])
    score = serializers.DecimalField(max_digits=4, decimal_places=3, allow_null=True, help_text="-1 to +1.")
    colour = serializers.CharField(allow_null=True)
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field, not the label of one
    signal = serializers.CharField(allow_null=True)
    sentence = serializers.CharField(allow_null=True)
    confidence = serializers.DecimalField(max_digits=3, decimal_places=2, allow_null=True)
    cautions = serializers.ListField(child=serializers.CharField())
    flags = serializers.ListField(child=serializers.CharField())
    relative_score = serializers.DecimalField(max_digits=4, decimal_places=3, allow_null=True)
    relative_colour = serializers.CharField(allow_null=True)
    returns = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text="Percent, by timeframe: 30min, 1d, 3d, 1w."
    )
    breadth = BreadthSerializer(allow_null=True)
    top = TopStocksSerializer()
    weight = WeightSerializer(allow_null=True)
    run_id = serializers.IntegerField(allow_null=True)
    as_of = serializers.DateTimeField(
        allow_null=True, help_text="Market moment that the prices are true for."
    )
    computed_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    oldest_input_at = serializers.DateTimeField(allow_null=True)
    age_seconds = AgeSerializer(
        allow_null=True, help_text="Null without a reading or without a market clock."
    )
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    world = serializers.ChoiceField(["live", "simulated", "replay"], allow_null=True)
    interpolated = serializers.BooleanField(
        allow_null=True, help_text="Made with drawn, not recorded, prices."
    )


class SectorDetailSerializer(SectorSerializer):
    large_cap_proxy = serializers.CharField()
    small_cap_proxy = serializers.CharField()
    gap_class = serializers.CharField(help_text="The source's; `gaps` has the measured one.")
    gaps = GapsSerializer(allow_null=True, help_text="Null while no universe has members of the sector.")
    moves_with = TieSerializer(
        many=True, help_text="Small-cap fund, large-cap fund, IWM; empty: not measured."
    )
    frame_notes = serializers.DictField(child=serializers.CharField())
    pattern = serializers.CharField(allow_null=True)
    waterfall = serializers.DictField(help_text="Every part of the score; they make the stored number.")
    explanation = ExplanationSerializer(
        allow_null=True, help_text="The parts in order, each with its inputs and where they came from."
    )


class ProblemDocumentSerializer(AnySerializer):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()


def _problem(description: str) -> OpenApiResponse:
    return OpenApiResponse(ProblemDocumentSerializer, description=description)


AT = OpenApiParameter(
    "at",
    OpenApiTypes.DATETIME,
    description="The reading that stood then: the newest published at or before this moment. "
    "Without an offset it is New York time.",
)


class SectorsView(APIView):
    @extend_schema(
        operation_id="sectors_list",
        summary="The eight sectors and their lights, newest or of a stored moment, in board order",
        parameters=[AT],
        responses={
            200: SectorSerializer(many=True),
            400: _problem("The moment is none, or has not come yet."),
            401: _problem("No or a wrong token or session."),
        },
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params.get("at")
        sectors = sectors_list()
        if asked is None:
            now, readings = _now(), {reading.sector: reading for reading in readings_newest()}
        else:
            now = moment = _moment(asked)
            stood = [reading_at(sector.slug, moment) for sector in sectors]
            readings = {reading.sector: reading for reading in stood if reading is not None}
        weights = weight_settings() if asked is None else weight_settings_of(readings.values())
        return Response([_entry(sector, readings.get(sector.slug), weights, now) for sector in sectors])


class SectorView(APIView):
    @extend_schema(
        operation_id="sectors_retrieve",
        summary="One sector: its light, newest or of a stored moment, and the explanation of its score",
        parameters=[AT],
        responses={
            200: SectorDetailSerializer,
            400: _problem("The moment is none, or has not come yet."),
            401: _problem("No or a wrong token or session."),
            404: _problem("No such sector."),
        },
    )
    def get(self, request: Request, slug: str) -> Response:
        sectors = {sector.slug: sector for sector in sectors_list()}
        if slug not in sectors:
            raise NotFound(f"There is no sector {slug!r}. The eight are {', '.join(sectors)}.")
        sector, asked = sectors[slug], request.query_params.get("at")
        now = _now() if asked is None else _moment(asked)
        reading = reading_newest(slug) if now is None or asked is None else reading_at(slug, now)
        weights = weight_settings() if asked is None else weight_settings_of([reading] if reading else [])
        return Response(
            _entry(sector, reading, weights, now)
            | {
                "large_cap_proxy": sector.large_cap_proxy,
                "small_cap_proxy": sector.small_cap_proxy,
                "gap_class": sector.gap_class,
                **measured_json(slug, reading.as_of if reading else now),
                "frame_notes": reading.frame_notes if reading else {},
                "pattern": reading.pattern or None if reading else None,
                "waterfall": reading.waterfall if reading else {},
                "explanation": explanation_json(reading),
            }
        )


def _moment(asked: str) -> dt.datetime:
    """The moment of ``?at=``; everything in the answer is as of it."""
    try:
        return moment_asked(asked, board_now(None))
    except MomentRefusedError as exc:
        raise ValidationError({"at": [f"“{asked[:60]}” {exc}"]}) from exc


def _now() -> dt.datetime | None:
    try:
        return market_now()
    except ClockUnavailableError:
        return None


def _entry(
    sector: Sector,
    reading: SentimentReading | None,
    weights: Mapping[str, WeightSetting],
    now: dt.datetime | None,
) -> dict[str, Any]:
    head = {"slug": sector.slug, "name": sector.name, "position": sector.position}
    used = reading.weight_revision_id if reading else None
    return (
        head
        | _verdict(reading)
        | _facts(reading)
        | {"weight": _weight(weights.get(sector.slug), used), "age_seconds": _age(reading, now)}
    )


def _verdict(reading: SentimentReading | None) -> dict[str, Any]:
    """Score and light; all null when the verdict is withheld or there is none."""
    state = reading.state if reading else "empty"
    if reading is None or state == "insufficient":
        return {"state": state} | dict.fromkeys(("score", "colour", "label", "signal", "sentence"))
    light = LIGHTS[stored_band(reading.color_classification)]
    return {
        "state": state,
        "score": str(reading.sentiment_score),
        "colour": light.colour,
        "label": light.label,
        "signal": light.signal,
        "sentence": sentence_of(light.colour, reading.waterfall),
    }


def _facts(reading: SentimentReading | None) -> dict[str, Any]:
    if reading is None:
        absent = dict.fromkeys(
            _STORED | {"confidence", "relative_score", "relative_colour", "breadth", "published_at"}
        )
        top: dict[str, Any] = {side: [] for side in SIDES} | {"withheld": None}
        return absent | {"cautions": [], "flags": [], "returns": {}, "top": top}
    relative = reading.relative_score
    return {name: getattr(reading, name) for name in _STORED} | {
        "confidence": str(reading.confidence_level),
        "cautions": reading.cautions,
        "flags": reading.flags,
        "relative_score": None if relative is None else str(relative),
        "relative_colour": reading.relative_colour or None,
        "returns": reading.returns,
        "breadth": {
            name: getattr(reading, name) for name in ("advancing", "valid", "members", "core", "coverage")
        },
        "top": _top(reading),
        "published_at": reading.timestamp,
    }


_STORED = frozenset(
    {"run_id", "as_of", "computed_at", "confirmed_at", "oldest_input_at", "source", "world", "interpolated"}
)


def _top(reading: SentimentReading) -> dict[str, Any]:
    """Three a side. ``withheld`` names the list that goes against a clear light."""
    limit = reading.waterfall.get("withhold_score")
    is_lit = reading.state != "insufficient"
    return {
        "bearish": reading.tops.get("bearish", [])[:TOP_ROWS],
        "bullish": reading.tops.get("bullish", [])[:TOP_ROWS],
        "halted": reading.tops.get("halted", []),
        "withheld": withheld_side(reading.sentiment_score, limit) if is_lit else None,
    }


def _weight(standing: WeightSetting | None, used: int | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "value": str(standing.weight),
        "source": standing.source,
        "measured_share": standing.measured_share,
        "revision": standing.revision_id,
        "used_revision": used,
    }


def _age(reading: SentimentReading | None, now: dt.datetime | None) -> dict[str, int] | None:
    if reading is None or now is None:
        return None
    session = session_minutes_between(reading.as_of, now) * 60
    # A whole second times 60 / 60 may fall a hair short of itself.
    return {"session": int(round(session, 3)), "wall": max(0, int((now - reading.as_of).total_seconds()))}
