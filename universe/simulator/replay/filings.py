"""Recorded filings from ``sec_filings.csv.gz``: which papers were filed on a day, not what they say."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from universe.simulator.edgar import day_over
from universe.simulator.replay.folder import read_texts
from universe.simulator.replay.listings import canonical
from universe.simulator.world import Paper

FILE = "sec_filings.csv.gz"
#: The address of a paper holds the company's number and the paper's.
_NUMBERS = re.compile(r"/data/(\d{1,10})/(\d{10})(\d{2})(\d{6})(?=/|$)")


def read_papers(folder: Path) -> list[Paper]:
    """All papers, oldest first, each number once; rows without a day or a number are left out. The time of
    acceptance was not recorded: a paper is public when its day is over, and never before it was."""
    columns = ["symbol", "form", "filed", "url"]
    table = read_texts(folder / FILE, columns)
    found: dict[str, Paper] = {}
    for symbol, form, filed, url in zip(*(table[name] for name in columns), strict=True):
        numbers, day = _NUMBERS.search(url), _day(filed)
        if numbers is None or day is None or not symbol or not form:
            continue
        cik, *parts = numbers.groups()
        number = "-".join(parts)
        found.setdefault(
            number,
            Paper(
                number=number,
                symbol=canonical(symbol),
                cik=cik.zfill(10),
                form=form,
                filed_on=day,
                public_at=day_over(day),
                is_timed=False,
                url=url,
                title="",
                text="",
            ),
        )
    return sorted(found.values(), key=lambda paper: (paper.public_at, paper.number))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
