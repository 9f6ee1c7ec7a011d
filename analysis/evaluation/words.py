"""The sentences of the report and how its numbers and tables are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from analysis.evaluation.tables import ALL, LIMIT
from sectors.lights import LIGHTS
from sectors.places import PLACES
from sectors.types import Colour

_NAMES = {place.slug: place.name for place in PLACES} | {ALL: "All"}

ABOUT = """# The lights on real days

Made by `python manage.py evaluate`: recorded days, scored by the engine of the live board
([numbers.md](numbers.md)) and counted. It says how the lights fall, not whether they were right.

**{first} to {last}: {sessions:,} sessions, {sector_days:,} sector-days.** Members a day: {breadth};
core members among them: {core}.

- Each session has the universe that the criteria give from data through the session before, classified by
  the product's rules from what the recording tells of each company.
- The board *at the close*: last price the session's close, its whole volume, closes and 20-session levels of
  the sessions before, IWM as benchmark. Prices are chained by the source's split-adjusted returns.
- The board *at 4:00* of the same session has no print of it and shows the last session.

Left out, because nothing tells it:

- the 30-minute frame: a base reaches 0.75 at most instead of 1
- highs and lows within a day: the 20-session levels are of closes
- catalysts, world indices and releases: the catalyst factor is 1.0, there is no overnight shift
- free float and short interest: shares outstanding bound the float, the lights need neither
- volumes of {silent} sessions for most names, so that their volume factor is 1.0: {dates}

Prices drawn between two closes are refused. Verdicts withheld for too few returns: {insufficient}."""

COLOURS = """## Colours at the close

Share of each sector's days. {verdict}

With all factors:

{whole}

With the volatility weights alone:

{plain}"""

NOISE = """## Noise, caution, confidence

*Within noise*: the mean of the 1d returns lies within two standard errors of zero.

{table}"""

SIZES = """## What moves a sector

Median members and core members; standard deviation of the sector's return over 1d, 3d and 1w, percent; the
largest score that the weight allows without the 30-minute frame and before the other factors (*reach*); share
of the neutral days that are within noise. A sector that spreads little is neutral often, noise or not.

{table}"""

CHANGES = """## From one close to the next

Of eight colours {mean:.1f} change a day (median {median:g}, most {most}); on {still} of days none does.

{table}

All eight scores have one sign on {together} of days, all eight relative scores on {apart}. Share of each
colour of the relative light, which is measured against IWM and has no limit:

{relative}"""

FACTORS = """## Factors

Quantiles where the input was known, and how often it was.

{table}"""

MORNINGS = """## At 4:00

Each morning's board against the close that it shows. *Size* is the mean distance of the score from zero;
*weights* is the close with the volatility weight alone, since at 4:00 no other factor is known. *Darker*:
dark at 4:00 and not dark at the close.

{table}

Of {darker} darker lights {held} were dark at the close by the weights alone: a thin volume or a near level
had held them back. The other {others} lie in the sum itself: at 4:00 all stocks count alike, and the members
are those of the new session."""

THIRTY = """## Without the 30-minute frame

Half hours from 10:30 to 15:30 of the sessions whose bars were recorded for many stocks: {dates}. They are mid
and large caps, not the product's universe, and too few sessions for shares of colours. Each board is scored
with the frame and without it. *Stronger*: further from zero without it; *agrees*: the frame points the way
of the others; *against*: it points against them, and its loss frees them.

{table}"""

WITHIN = """## Without the 30-minute frame

No session of the period has recorded half-hour bars of enough stocks, so nothing can be shown."""

MONTHS = """## Month by month

All sectors at the close, with all factors.

{table}"""


def beyond_words(beyond: Sequence[tuple[str, str, Colour, float]]) -> str:
    """Whether the limit holds, and where it does not."""
    limit = f"{100 * LIMIT:.0f} %"
    if not beyond:
        return f"No share is above {limit}."
    cases = "; ".join(
        f"{sector_name(slug)}, {LIGHTS[colour].words}, {percent(share)} {which} the factors"
        for slug, which, colour, share in beyond
    )
    return f"**Above {limit}: {cases}.**"


def sector_name(slug: str) -> str:
    return _NAMES[slug]


def percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def figure(value: float, digits: int = 2) -> str:
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def grid(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; every column but the first is aligned to the right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
