"""Which score is which light. Pure.

Half-open: a shared edge belongs to the greener side, so that a tie leans away from shorting. Glyphs and words
of each light are in `sectors.presenters.bands`.
"""

from __future__ import annotations

from decimal import Decimal

from sectors.types import Band

EDGES = (-0.6, -0.2, 0.2, 0.6)


def band_of(score: float | Decimal) -> Band:
    """The light of a score from -1 to +1."""
    if score < Decimal("-0.6"):
        return "dark_red"
    if score < Decimal("-0.2"):
        return "light_red"
    if score < Decimal("0.2"):
        return "blue_neutral"
    return "light_green" if score < Decimal("0.6") else "dark_green"
