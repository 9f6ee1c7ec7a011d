"""The control's commands that a test of catalysts needs: an article, a filing."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from universe.simulator.dialects.answers import Row
from universe.simulator.dialects.commands import CommandError, Commands, listed_row, number_of
from universe.simulator.edgar import accession_number, filing_day
from universe.simulator.market import Market
from universe.simulator.world import Article, Paper

TONES = ("positive", "neutral", "negative", "")
MINUTES_MAX = 30 * 24 * 60
#: Hand-made papers are numbered apart from those of the market.
FIRST_SERIAL = 990_000


class NewsCommands:
    def __init__(self, market: Market) -> None:
        self._market = market

    def commands(self) -> Commands:
        return {"article": self._article, "filing": self._filing}

    def _article(self, value: Any) -> Row:
        """``tone`` empty: nobody judges it."""
        row, at = listed_row(self._market, value), self._moment(value)
        title, tone = _text(value, "title"), value.get("tone", "")
        if tone not in TONES:
            raise CommandError(f"'tone' is {tone!r}, but must be positive, neutral, negative or left out")
        symbol = self._market.world.original.symbols[row]
        place = len(self._market.world.hand_articles)
        number = hashlib.sha256(f"{place} {symbol} {at.isoformat()} {title}".encode()).hexdigest()
        article = Article(
            id=number,
            published_at=at,
            title=title,
            text=_text(value, "text", default=f"{title}."),
            publisher="By hand",
            url=f"https://news.example/by-hand/{number}",
            symbols=(symbol,),
            tones={symbol: tone} if tone else {},
        )
        self._market.tell(articles=[article])
        return {"told": value["symbol"], "id": number, "at": at.isoformat()}

    def _filing(self, value: Any) -> Row:
        row, at = listed_row(self._market, value), self._moment(value)
        form = _text(value, "form")
        title = _text(value, "title", default=f"Form {form}")
        world = self._market.world
        cik, day = world.original.ciks[row], filing_day(at)
        number = accession_number(cik, day.year, FIRST_SERIAL + len(world.hand_papers))
        paper = Paper(
            number=number,
            symbol=world.original.symbols[row],
            cik=cik,
            form=form,
            filed_on=day,
            public_at=at,
            is_timed=True,
            url=f"https://filings.example/{number}.txt",
            title=title,
            text=_text(value, "text", default=f"{title}."),
        )
        self._market.tell(papers=[paper])
        return {"filed": value["symbol"], "number": number, "at": at.isoformat(), "day": day.isoformat()}

    def _moment(self, value: Any) -> dt.datetime:
        """Now, or so many ``minutes`` of the clock ago, in whole seconds."""
        minutes = number_of(value, "minutes", 0, MINUTES_MAX) if "minutes" in value else 0.0
        # In one zone an hour is an hour, whatever the clocks of New York do.
        moment = self._market.now().astimezone(dt.UTC) - dt.timedelta(minutes=minutes)
        return moment.replace(microsecond=0)


def _text(value: Any, name: str, *, default: str = "") -> str:
    text = value.get(name, default)
    if not isinstance(text, str) or not text.strip():
        raise CommandError(f"{name!r} is {text!r}, but must be a text that is not empty")
    return text.strip()
