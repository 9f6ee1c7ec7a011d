"""The five lights and the unlit one in words: one table for the pages, the API and Redis. Pure.

Bands are half-open: a shared edge belongs to the greener side, so that a tie leans away from shorting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sectors import figures
from sectors.types import Band, Lamp

EDGES = (-0.6, -0.2, 0.2, 0.6)
#: The product's limit (numbers §5), for readings whose waterfall does not name its own.
WITHHOLD_SCORE = 0.5
Side = Literal["bearish", "bullish"]


@dataclass(frozen=True, slots=True)
class Light:
    """``low <= score < high`` (the greenest takes +1.0 too); ``glyph`` is an id in parts/icons.html.

    ``sentence_known`` takes the place of ``sentence`` where the catalysts of the reading are known.
    """

    colour: Band
    glyph: str
    words: str
    label: str
    verdict: str
    signal: str
    sentence: str
    low: float
    high: float
    sentence_known: str = ""


_LIGHTS = (
    Light(
        colour="dark_red",
        glyph="g-dd",
        words="dark red",
        label="Bearish",
        verdict="Prime shorting",
        signal="PRIME_SHORTING_ENVIRONMENT",
        sentence="Strong bearish sentiment.",
        sentence_known="Strong bearish sentiment, several negative catalysts.",
        low=-1.0,
        high=-0.6,
    ),
    Light(
        colour="light_red",
        glyph="g-d",
        words="light red",
        label="Bearish",
        verdict="Good shorting",
        signal="GOOD_SHORTING_ENVIRONMENT",
        sentence="Moderately bearish.",
        low=-0.6,
        high=-0.2,
    ),
    Light(
        colour="blue_neutral",
        glyph="g-bar",
        words="neutral",
        label="Neutral",
        verdict="Neutral, cautious",
        signal="NEUTRAL_CAUTIOUS",
        sentence="Mixed, sideways.",
        low=-0.2,
        high=0.2,
    ),
    Light(
        colour="light_green",
        glyph="g-u",
        words="light green",
        label="Bullish",
        verdict="Avoid shorts",
        signal="AVOID_SHORTS",
        sentence="Moderately bullish, upward.",
        low=0.2,
        high=0.6,
    ),
    Light(
        colour="dark_green",
        glyph="g-uu",
        words="dark green",
        label="Bullish",
        verdict="Do not short",
        signal="DO_NOT_SHORT",
        sentence="Strongly bullish, squeeze risk high.",
        low=0.6,
        high=1.0,
    ),
)
UNLIT = Light("none", "g-none", "no verdict", "", "No verdict", "", "No light is lit.", 0.0, 0.0)
LIGHTS: dict[str, Light] = {light.colour: light for light in (*_LIGHTS, UNLIT)}


def band_of(score: float | Decimal) -> Band:
    """The light of a score from -1 to +1."""
    if score < Decimal("-0.6"):
        return "dark_red"
    if score < Decimal("-0.2"):
        return "light_red"
    if score < Decimal("0.2"):
        return "blue_neutral"
    return "light_green" if score < Decimal("0.6") else "dark_green"


def stored_band(colour: object) -> Band:
    """A stored colour as a band; anything unknown or empty is unlit."""
    return LIGHTS[colour].colour if isinstance(colour, str) and colour in LIGHTS else "none"


def sentence_of(band: Band, waterfall: Mapping[str, Any]) -> str:
    """What the light means; of catalysts only when the reading that stores ``waterfall`` knew them."""
    light = LIGHTS[band]
    factors = waterfall.get("factors")
    stored = factors if isinstance(factors, list) else []
    known = any(factor.get("name") == "catalyst" and factor.get("known") for factor in stored)
    return (light.sentence_known if known else "") or light.sentence


def withheld_side(score: Decimal | float, limit: float | None = None) -> Side | None:
    """The list of stocks that goes against a clear light; None without one.

    A light is clear from ``limit`` on, either way; None: the product's limit.
    """
    if abs(Decimal(str(score))) < Decimal(str(WITHHOLD_SCORE if limit is None else limit)):
        return None
    return "bullish" if score < 0 else "bearish"


def lamp(band: Band, text: str = "") -> Lamp:
    """The small light with its words for a screen reader."""
    return Lamp(band, LIGHTS[band].glyph, LIGHTS[band].words, text)


def score_text(score: Decimal | float | None) -> str:
    """Two decimals with a sign, three where two would name another band."""
    if score is None:
        return figures.DASH
    exact = Decimal(str(score))
    return figures.signed(exact, 2 if band_of(round(exact, 2)) == band_of(exact) else 3)
