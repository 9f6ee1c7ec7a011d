"""News and filings of the drawn market: companies that jumped have a reason, others have something to say.

Pure and seeded per session; the words are drawn apart from who says something when. The tone mostly agrees
with the move. Some articles carry no judgement, law firms advertise after falls, and lists of movers repeat
what everybody has seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from universe.simulator.edgar import accession_number, filing_day
from universe.simulator.synthetic import phrases
from universe.simulator.synthetic.cast import Cast
from universe.simulator.synthetic.phrases import Phrase
from universe.simulator.world import Article, DayBars, Floats, Paper
from universe.types import Session, SessionHours

Choice = TypeVar("Choice")

USUAL_ARTICLES = 160
MOVE_WITH_NEWS = 0.09
"""Overnight log move beyond which a company always has an article."""
HONEST = 0.82
"""Chance that an article's tone has the move's sign."""
UNJUDGED = 0.1
ADVERTISED = 0.12
CHATTER = 0.35
"""Chance that a company that did not jump is in the news without an event of its own."""
OWN_SECTOR = 0.5
LISTS_A_DAY = 4
LISTED = 12
PUBLISHERS = ("Market Courier", "Street Ledger", "Wire Daily", "Small Cap Post")


@dataclass(frozen=True, slots=True)
class Story:
    """An article and the ``forms`` that its company files with it; ``row`` is the company's."""

    article: Article
    row: int
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Day:
    """What the writer of a session's news has before it: two streams of chance, one for the words."""

    cast: Cast
    bars: DayBars
    rng: np.random.Generator
    words: np.random.Generator


def stories(
    cast: Cast, bars: DayBars, gap: Floats, *, hours: SessionHours, previous_end: dt.datetime, seed: int
) -> tuple[Story, ...]:
    """Published from ``previous_end`` to the session's end, oldest first."""
    number = hours.session.toordinal()
    day = _Day(
        cast, bars, np.random.default_rng([seed, 5, number]), np.random.default_rng([seed, 12, number])
    )
    companies, rng = cast.companies, day.rng
    jumped = companies[np.abs(gap[companies]) > MOVE_WITH_NEWS]
    others = rng.choice(companies, size=int(rng.poisson(USUAL_ARTICLES)), replace=False)
    drafts: list[Story] = []
    for row in jumped.tolist():
        at = _between(previous_end, hours.open, rng.beta(4.0, 1.3))
        drafts.append(_story(day, row, at=at, move=1.0 if gap[row] > 0 else -1.0, is_jump=True))
    with np.errstate(invalid="ignore"):
        moves = np.log(bars.close / bars.open)
    for row in others.tolist():
        at = _between(previous_end, hours.post_close, rng.beta(2.6, 1.6))
        move = float(moves[row])
        direction = 0.0 if abs(move) < 0.012 else float(np.sign(move))
        drafts.append(_story(day, row, at=at, move=direction))
    drafts += [
        _list_of_movers(day, jumped, gap, hours=hours) for _ in range(LISTS_A_DAY if len(jumped) else 0)
    ]
    drafts.sort(key=lambda story: (story.article.published_at, story.article.id))
    return tuple(drafts)


def papers(cast: Cast, told: Sequence[Story], session: Session) -> tuple[Paper, ...]:
    """What the companies of the stories filed with them, in the same order."""
    filed: list[Paper] = []
    for story in told:
        cik, article = cast.listings.ciks[story.row], story.article
        for form in story.forms if cik else ():
            day = filing_day(article.published_at)
            number = accession_number(cik, day.year, session.toordinal() * 1000 + len(filed))
            filed.append(
                Paper(
                    number=number,
                    symbol=cast.listings.symbols[story.row],
                    cik=cik,
                    form=form,
                    filed_on=day,
                    public_at=article.published_at,
                    is_timed=True,
                    url=f"https://filings.example/{number}.txt",
                    title=article.title,
                    text=article.text,
                )
            )
    return tuple(filed)


def _between(start: dt.datetime, end: dt.datetime, part: float) -> dt.datetime:
    whole = start.astimezone(dt.UTC) + (end - start) * part
    return whole.replace(microsecond=0)


def _story(day: _Day, row: int, *, at: dt.datetime, move: float, is_jump: bool = False) -> Story:
    cast, rng = day.cast, day.rng
    symbol, sector = cast.listings.symbols[row], cast.listings.sectors[row]
    tone = move if rng.random() < HONEST else -move
    word = {1.0: "positive", -1.0: "negative"}.get(tone, "neutral")
    phrase = _phrase(day, sector, word, only_events=is_jump)
    title = f"{_name(cast, row)} {phrase.words.format(**_figures(day, row))}"
    if word == "negative" and not is_jump and rng.random() < ADVERTISED:
        phrase = Phrase(_pick(day, phrases.LAW))
        title = phrase.words.format(name=_name(cast, row), firm=_pick(day, phrases.FIRMS))
    number = f"{int(rng.integers(2**62)):016x}{row:08x}"
    judged = rng.random() > UNJUDGED
    article = Article(
        id=number,
        published_at=at,
        title=title,
        text=" ".join(filter(None, (f"{title}.", phrase.more, cast.texts[row]))),
        publisher=PUBLISHERS[int(rng.integers(len(PUBLISHERS)))],
        url=f"https://news.example/{symbol.lower()}/{number}",
        symbols=(symbol,),
        tones={symbol: word} if judged else {},
        keywords=(sector.lower(),) if sector else (),
    )
    return Story(article, row, phrase.forms)


def _phrase(day: _Day, sector: str, word: str, *, only_events: bool) -> Phrase:
    table = {"positive": phrases.GOOD, "negative": phrases.BAD}.get(word)
    if table is None:
        return _pick(day, phrases.PLAIN)
    is_event = only_events or day.words.random() >= CHATTER
    has_own = is_event and sector in table and day.words.random() < OWN_SECTOR
    choices = table[sector if has_own else ""]
    return _pick(day, [phrase for phrase in choices if bool(phrase.forms) is is_event])


def _figures(day: _Day, row: int) -> dict[str, str]:
    """Everything that a phrase may want; prices are near the company's own."""
    words, opened = day.words, float(day.bars.open[row])
    other = int(words.choice(day.cast.companies))
    price = (opened if np.isfinite(opened) else 10.0) * float(words.uniform(0.9, 1.1))
    return {
        "million": f"{words.lognormal(3.0, 0.9):.1f}",
        "price": f"{price:.2f}",
        "percent": str(int(words.integers(8, 90))),
        "ratio": str(int(words.choice([5, 8, 10, 15, 20]))),
        "quarter": _pick(day, phrases.QUARTERS),
        "bank": _pick(day, phrases.BANKS),
        "other": _name(day.cast, other),
    }


def _list_of_movers(day: _Day, jumped: NDArray[np.int64], gap: Floats, *, hours: SessionHours) -> Story:
    """Before the open, about what has moved already; nobody judges it."""
    words, listings = day.words, day.cast.listings
    rows = words.permutation(jumped)[:LISTED].tolist()
    percent = 100.0 * (float(np.exp(gap[rows[0]])) - 1.0)
    title = _pick(day, phrases.LISTS).format(
        count=len(rows),
        weekday=f"{hours.session:%A}",
        name=_name(day.cast, rows[0]),
        way="higher" if percent > 0 else "lower",
        percent=round(abs(percent)),
    )
    number = f"{int(words.integers(2**62)):016x}movers"
    article = Article(
        id=number,
        published_at=_between(hours.pre_open, hours.open, words.uniform(0.3, 0.95)),
        title=title,
        text=f"{title}. Shares of these companies moved before the open.",
        publisher=PUBLISHERS[int(words.integers(len(PUBLISHERS)))],
        url=f"https://news.example/movers/{number}",
        symbols=tuple(listings.symbols[row] for row in rows),
        tones={},
    )
    return Story(article, rows[0])


def _name(cast: Cast, row: int) -> str:
    return cast.listings.names[row].split(" Inc.")[0].split(" Common")[0].split(" American")[0]


def _pick(day: _Day, choices: Sequence[Choice]) -> Choice:
    return choices[int(day.words.integers(len(choices)))]
