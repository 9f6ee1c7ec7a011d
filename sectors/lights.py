"""The five lights and the unlit one: one table of edges and words for engine, pages, API and Redis. Pure.

Bands are half-open: a shared edge belongs to the greener side, so that a tie leans away from shorting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sectors import figures
from sectors.types import Band, Colour, Lamp

#: The product's limit (docs/numbers.md), for readings whose waterfall does not name its own.
WITHHOLD_SCORE = 0.5
Side = Literal["bearish", "bullish"]


@dataclass(frozen=True, slots=True)
class Light:
    """``low`` is inside, the next light's ``low`` is not; ``glyph`` is an id in parts/icons.html.

    ``sentence_known`` takes the place of ``sentence`` where the catalysts of the reading are known.
    """

    colour: Band
    glyph: str
    words: str
    label: str
    verdict: str
    signal: str
    sentence: str
    low: Decimal
    sentence_known: str = ""


#: The reddest first.
LIT: dict[Colour, Light] = {
    "dark_red": Light(
        colour="dark_red",
        glyph="g-dd",
        words="dark red",
        label="Bearish",
        verdict="Prime shorting",
        signal="PRIME_SHORTING_ENVIRONMENT",
        sentence="Strong bearish sentiment.",
        sentence_known="Strong bearish sentiment, several negative catalysts.",
        low=Decimal("-1.0"),
    ),
    "light_red": Light(
        colour="light_red",
        glyph="g-d",
        words="light red",
        label="Bearish",
        verdict="Good shorting",
        signal="GOOD_SHORTING_ENVIRONMENT",
        sentence="Moderately bearish.",
        low=Decimal("-0.6"),
    ),
    "blue_neutral": Light(
        colour="blue_neutral",
        glyph="g-bar",
        words="neutral",
        label="Neutral",
        verdict="Neutral, cautious",
        signal="NEUTRAL_CAUTIOUS",
        sentence="Mixed, sideways.",
        low=Decimal("-0.2"),
    ),
    "light_green": Light(
        colour="light_green",
        glyph="g-u",
        words="light green",
        label="Bullish",
        verdict="Avoid shorts",
        signal="AVOID_SHORTS",
        sentence="Moderately bullish, upward.",
        low=Decimal("0.2"),
    ),
    "dark_green": Light(
        colour="dark_green",
        glyph="g-uu",
        words="dark green",
        label="Bullish",
        verdict="Do not short",
        signal="DO_NOT_SHORT",
        sentence="Strongly bullish, squeeze risk high.",
        low=Decimal("0.6"),
    ),
}
UNLIT = Light("none", "g-none", "no verdict", "", "No verdict", "", "No light is lit.", Decimal(0))
LIGHTS: dict[str, Light] = {light.colour: light for light in (*LIT.values(), UNLIT)}
#: Where one light ends and the next begins, ascending.
EDGES = tuple(light.low for light in LIT.values())[1:]


def colour_of(value: float | Decimal) -> Colour:
    """The colour of a figure on the scale of a score; beyond +-1 it keeps the outermost colour.

    A float is read as the decimal it prints as, so that 0.2 is 0.2.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return next((colour for colour in reversed(LIT) if exact >= LIT[colour].low), "dark_red")


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
    return figures.signed(exact, 2 if colour_of(round(exact, 2)) == colour_of(exact) else 3)
