"""The explanation of a score as the API gives it: each part in order, and where its inputs came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from sectors.lineage import lineage_of
from sectors.models import SentimentReading, VolatilityWeight
from sectors.pages.explanation import Part, explanation_of
from sectors.pages.waterfall import ScoreParts, reconciles
from sectors.selectors import weights_named
from sectors.types import LineageInput

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[object]
else:
    AnySerializer = serializers.Serializer


class FigureSerializer(AnySerializer):
    name = serializers.CharField()
    words = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="As stored; null is not known.")


class PartSerializer(AnySerializer):
    name = serializers.CharField(help_text="30min, 1d, 3d, 1w, base, volatility, volume, ..., score.")
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not the label of one
    kind = serializers.ChoiceField(["add", "sum", "multiply", "score"])
    effect = serializers.FloatField(allow_null=True, help_text="What is added, or multiplies; null on sums.")
    running = serializers.FloatField(
        help_text="The exact value after this part; after the last factor it is the product before the cut."
    )
    words = serializers.CharField()
    formula = serializers.CharField(allow_blank=True)
    inputs = FigureSerializer(many=True)
    lineage = serializers.ListField(
        child=serializers.CharField(), help_text="Names of the lineage's inputs that go into this part."
    )


class CallSerializer(AnySerializer):
    id = serializers.IntegerField()
    vendor = serializers.CharField()
    transport = serializers.ChoiceField(["rest", "mcp"])
    path = serializers.CharField(help_text="Path and query as asked, without any key.")
    request_id = serializers.CharField(allow_blank=True, help_text="The vendor's; empty: it gave none.")
    received_at = serializers.DateTimeField(help_text="Wall clock.")
    rows = serializers.IntegerField(allow_null=True)
    asked = serializers.IntegerField(help_text="How many questions it stands for: pages, single names.")


class EventSerializer(AnySerializer):
    symbol = serializers.CharField()
    tag = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(allow_blank=True)
    publisher = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(help_text="When it was known.")
    tone = serializers.FloatField(help_text="-1 bad to +1 good for a holder.")
    relevance = serializers.FloatField(help_text="The weight of its tone, 0 to 1.")
    rule = serializers.CharField()


class LineageInputSerializer(AnySerializer):
    name = serializers.CharField()
    words = serializers.CharField()
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    calls = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of calls.")
    as_of = serializers.ListField(
        child=serializers.DateTimeField(),
        help_text="Oldest and newest market moment; one if they are the same.",
    )
    received_at = serializers.ListField(
        child=serializers.DateTimeField(), help_text="Oldest and newest, wall clock."
    )
    known = serializers.IntegerField(allow_null=True, help_text="Values that are known, of the whole board.")
    wanted = serializers.IntegerField(allow_null=True)
    rule = serializers.CharField(allow_null=True, help_text="Rule, version or revision that made it so.")
    note = serializers.CharField(allow_null=True)
    events = EventSerializer(many=True, help_text="The most relevant of what it counts, at most twelve.")


class ExplanationSerializer(AnySerializer):
    reconciles = serializers.BooleanField(
        help_text="Whether the parts make the stored score to the last bit."
    )
    lineage_stored = serializers.BooleanField(
        help_text="False: the run is older than its lineage, which is kept for 90 days."
    )
    parts = PartSerializer(many=True)
    lineage = LineageInputSerializer(many=True)
    calls = CallSerializer(many=True)


def explanation_json(reading: SentimentReading | None) -> dict[str, Any] | None:
    """The explanation of a stored score; None without a reading, or for one that stores no parts."""
    if reading is None:
        return None
    parts = ScoreParts(reading.sentiment_score, reading.waterfall, reading.returns, reading.frame_notes)
    lineage = lineage_of(reading.run_id)
    found = explanation_of(parts, lineage, slug=reading.sector, weight=_weight(reading))
    if not found.parts:
        return None
    used = {one["name"]: one for part in found.parts for one in part.sources}
    named = {number for one in used.values() for number in one.get("calls", [])}
    return {
        "reconciles": reconciles(parts),
        "lineage_stored": found.stored,
        "parts": [_part(part) for part in found.parts],
        "lineage": [_input(one) for one in used.values()],
        "calls": [call for number, call in found.calls.items() if number in named],
    }


def _weight(reading: SentimentReading) -> VolatilityWeight | None:
    if reading.weight_revision_id is None:
        return None
    return next(iter(weights_named([reading.weight_revision_id])), None)


def _part(part: Part) -> dict[str, Any]:
    move = part.move
    return {
        "name": move.name,
        "label": move.label,
        "kind": move.kind,
        "effect": move.effect,
        "running": move.running,
        "words": move.why,
        "formula": part.formula,
        "inputs": [
            {"name": figure.name, "words": figure.words, "value": figure.value} for figure in part.figures
        ],
        "lineage": [one["name"] for one in part.sources],
    }


def _input(one: LineageInput) -> dict[str, Any]:
    return {
        "name": one["name"],
        "words": one["words"],
        "source": one.get("source"),
        "calls": one.get("calls", []),
        "as_of": one.get("as_of", []),
        "received_at": one.get("received_at", []),
        "known": one.get("known"),
        "wanted": one.get("wanted"),
        "rule": one.get("rule"),
        "note": one.get("note"),
        "events": one.get("events", []),
    }
