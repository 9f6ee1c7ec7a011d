"""The simulated market's memory over restarts: its time and what was done to it, in one small file."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from universe.sessions import ET
from universe.simulator.amended import HandSplit, Rename
from universe.simulator.interventions import BadPrint, Interventions, ManualHalt, Shock
from universe.simulator.market import Market
from universe.simulator.world import Article, Paper, SplitEvent


@dataclass(frozen=True)
class Saved:
    """``identity`` tells which world it was; another world's state is not this one's."""

    identity: str
    market_time: dt.datetime
    done: Interventions = field(default_factory=Interventions)


def save(path: Path, identity: str, market: Market) -> None:
    """Write atomically: a reader and a power cut see the old file or the new one, never half of one."""
    symbols, done = market.world.original.symbols, market.interventions
    payload = {
        "identity": identity,
        "market_time": market.now().isoformat(),
        "shocks": [
            {"at": shock.at.isoformat(), "rows": list(shock.rows), "factor": shock.factor}
            for shock in done.shocks
        ],
        "halts": [
            {
                "symbol": symbols[halt.row],
                "since": halt.since.isoformat(),
                "until": halt.until.isoformat() if halt.until else None,
            }
            for halt in done.halts
        ],
        "prints": [
            {
                "symbol": symbols[bad.row],
                "at": bad.at.isoformat(),
                "until": bad.until.isoformat(),
                "price": bad.price,
            }
            for bad in done.prints
        ],
        "splits": [_split_row(split, symbols) for split in done.splits],
        "renames": [
            {"symbol": symbols[rename.row], "to": rename.symbol, "session": rename.session.isoformat()}
            for rename in done.renames
        ],
        "articles": [_article_row(article) for article in done.articles],
        "papers": [_paper_row(paper) for paper in done.papers],
    }
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(payload), encoding="utf-8")
    os.replace(draft, path)


def _split_row(split: HandSplit, symbols: tuple[str, ...]) -> dict[str, Any]:
    event = split.event
    return {
        "symbol": symbols[event.row], "session": event.session.isoformat(), "from": event.split_from,
        "to": event.split_to, "listed": split.is_listed,
    }  # fmt: skip


def _article_row(article: Article) -> dict[str, Any]:
    return asdict(article) | {"published_at": article.published_at.isoformat()}


def _paper_row(paper: Paper) -> dict[str, Any]:
    return asdict(paper) | {
        "public_at": paper.public_at.isoformat(),
        "filed_on": paper.filed_on.isoformat(),
    }


def load(path: Path, identity: str, index: dict[str, int]) -> Saved | None:
    """What was saved for this world; None when there is nothing, or it is another world's or damaged."""
    try:
        payload: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if payload["identity"] != identity:
            return None
        return Saved(identity, _moment(payload["market_time"]), _done(payload, index))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _done(payload: dict[str, Any], index: dict[str, int]) -> Interventions:
    return Interventions(
        shocks=tuple(
            Shock(_moment(row["at"]), tuple(row["rows"]), float(row["factor"])) for row in payload["shocks"]
        ),
        halts=tuple(
            ManualHalt(
                index[row["symbol"]],
                _moment(row["since"]),
                _moment(row["until"]) if row["until"] else None,
            )
            for row in payload["halts"]
        ),
        prints=tuple(
            BadPrint(index[row["symbol"]], _moment(row["at"]), _moment(row["until"]), float(row["price"]))
            for row in payload.get("prints", ())
        ),
        splits=tuple(_split(row, index) for row in payload.get("splits", ())),
        renames=tuple(
            Rename(index[row["symbol"]], str(row["to"]), dt.date.fromisoformat(row["session"]))
            for row in payload.get("renames", ())
        ),
        articles=tuple(map(_article, payload.get("articles", ()))),
        papers=tuple(map(_paper, payload.get("papers", ()))),
    )


def _split(row: dict[str, Any], index: dict[str, int]) -> HandSplit:
    session = dt.date.fromisoformat(row["session"])
    event = SplitEvent(index[row["symbol"]], session, float(row["from"]), float(row["to"]))
    return HandSplit(event, bool(row["listed"]))


def _article(row: dict[str, Any]) -> Article:
    told = {"symbols": tuple(row["symbols"]), "keywords": tuple(row["keywords"])}
    return Article(**row | told | {"published_at": _moment(row["published_at"])})


def _paper(row: dict[str, Any]) -> Paper:
    told = {"public_at": _moment(row["public_at"]), "filed_on": dt.date.fromisoformat(row["filed_on"])}
    return Paper(**row | told)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(ET)
