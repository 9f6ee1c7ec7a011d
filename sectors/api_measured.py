"""The measured properties of a sector over HTTP: how often its members gap, and which funds it moves with."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from sectors.selectors import sector_gaps
from sectors.ties import ties_of
from universe.gaps import GapClass, sector_class
from universe.sessions import session_of

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[object]
else:
    AnySerializer = serializers.Serializer


class GapsSerializer(AnySerializer):
    measured_class = serializers.ChoiceField([str(each) for each in GapClass], allow_null=True)
    share = serializers.FloatField(
        allow_null=True,
        help_text="Mean over the members of the share of their last 60 sessions that opened 5 % or more away "
        "from the close before.",
    )
    members = serializers.IntegerField()
    known = serializers.IntegerField(help_text="Members whose share is known: openings of 15 sessions.")
    universe = serializers.DateField(help_text="The session of the universe that they are members of.")


class TieSerializer(AnySerializer):
    symbol = serializers.CharField()
    role = serializers.ChoiceField(
        ["small", "large", "market"],
        help_text="small: small caps of the sector. large: S&P 500 members, context only. market: IWM.",
    )
    r = serializers.FloatField(
        allow_null=True, help_text="Of daily returns; null with fewer than 30 sessions or without movement."
    )
    low = serializers.FloatField(allow_null=True, help_text="Lower end of the 95 % interval.")
    high = serializers.FloatField(allow_null=True, help_text="Upper end of the 95 % interval.")
    sessions = serializers.IntegerField(help_text="Sessions of the last 60 that have both returns.")


def measured_json(slug: str, at: dt.datetime | None) -> dict[str, Any]:
    """What was known before the session of ``at`` (market time); nothing without a moment."""
    if at is None:
        return {"gaps": None, "moves_with": []}
    session = session_of(at)
    gaps = sector_gaps(session).get(slug)
    return {
        "gaps": None
        if gaps is None
        else {
            "measured_class": sector_class(gaps.share),
            "share": gaps.share,
            "members": gaps.members,
            "known": gaps.known,
            "universe": gaps.session,
        },
        "moves_with": [asdict(tie) for tie in ties_of(slug, session)],
    }
