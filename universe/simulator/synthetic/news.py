"""News of the drawn market: companies that jumped have a reason, others have something to say.

Pure and seeded per session. The tone mostly agrees with the move. Some articles carry no judgement, and law
firms advertise after falls, as they do.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from universe.simulator.synthetic.cast import Cast
from universe.simulator.world import Article, DayBars, Floats
from universe.types import SessionHours

USUAL_ARTICLES = 160
MOVE_WITH_NEWS = 0.09
"""Overnight log move beyond which a company always has an article."""
HONEST = 0.82
"""Chance that an article's tone has the move's sign."""
UNJUDGED = 0.1

GOOD = {
    "Healthcare": ("reports positive Phase 2 data", "wins FDA clearance", "raises full-year guidance"),
    "Technology": ("lands multi-year cloud contract", "beats revenue estimates", "unveils new AI platform"),
    "Financial Services": (
        "lifts dividend and buyback",
        "posts record net interest income",
        "upgraded to buy",
    ),
    "Energy": ("announces major discovery", "raises production outlook", "signs supply agreement"),
    "": (
        "beats quarterly estimates",
        "wins large order",
        "raises full-year outlook",
        "to be acquired at a premium",
    ),
}
BAD = {
    "Healthcare": ("halts trial after safety review", "receives complete response letter", "prices offering"),
    "Technology": ("cuts revenue outlook", "loses key customer", "discloses security incident"),
    "Financial Services": ("builds loan loss reserves", "misses earnings estimates", "downgraded to sell"),
    "Energy": ("suspends drilling program", "cuts output forecast", "takes impairment charge"),
    "": (
        "misses quarterly estimates",
        "announces stock offering",
        "lowers full-year outlook",
        "delays annual report",
    ),
}
PLAIN = ("to present at investor conference", "sets date for quarterly results", "names new finance chief")
PUBLISHERS = ("Market Courier", "Street Ledger", "Wire Daily", "Small Cap Post")
LAW = "Investors who lost money in {name} are reminded of the class action deadline"


def articles(
    cast: Cast, bars: DayBars, gap: Floats, *, hours: SessionHours, previous_end: dt.datetime, seed: int
) -> tuple[Article, ...]:
    rng = np.random.default_rng([seed, 5, hours.session.toordinal()])
    companies = cast.companies
    jumped = companies[np.abs(gap[companies]) > MOVE_WITH_NEWS]
    others = rng.choice(companies, size=int(rng.poisson(USUAL_ARTICLES)), replace=False)
    drafts: list[Article] = []
    for row in jumped.tolist():
        at = _between(previous_end, hours.open, rng.beta(4.0, 1.3))
        drafts.append(_article(cast, row, at=at, move=1.0 if gap[row] > 0 else -1.0, rng=rng))
    with np.errstate(invalid="ignore"):
        day = np.log(bars.close / bars.open)
    for row in others.tolist():
        at = _between(previous_end, hours.post_close, rng.beta(2.6, 1.6))
        move = float(day[row])
        direction = 0.0 if abs(move) < 0.012 else float(np.sign(move))
        drafts.append(_article(cast, row, at=at, move=direction, rng=rng))
    drafts.sort(key=lambda article: (article.published_at, article.id))
    return tuple(drafts)


def _between(start: dt.datetime, end: dt.datetime, part: float) -> dt.datetime:
    whole = start.astimezone(dt.UTC) + (end - start) * part
    return whole.replace(microsecond=0)


def _article(cast: Cast, row: int, *, at: dt.datetime, move: float, rng: np.random.Generator) -> Article:
    symbol = cast.listings.symbols[row]
    name = cast.listings.names[row].split(" Inc.")[0].split(" Common")[0].split(" American")[0]
    tone = move if rng.random() < HONEST else -move
    word = {1.0: "positive", -1.0: "negative"}.get(tone, "neutral")
    sector = cast.listings.sectors[row]
    phrases = {"positive": GOOD, "negative": BAD}.get(word)
    choices = phrases.get(sector, phrases[""]) if phrases else PLAIN
    title = f"{name} {choices[int(rng.integers(len(choices)))]}"
    if word == "negative" and rng.random() < 0.12:
        title = LAW.format(name=name)
    number = f"{int(rng.integers(2**62)):016x}{row:08x}"
    judged = rng.random() > UNJUDGED
    return Article(
        id=number,
        published_at=at,
        title=title,
        text=f"{title}. {cast.texts[row]}",
        publisher=PUBLISHERS[int(rng.integers(len(PUBLISHERS)))],
        url=f"https://news.example/{symbol.lower()}/{number}",
        symbols=(symbol,),
        tones={symbol: word} if judged else {},
        keywords=(sector.lower(),) if sector else (),
    )
