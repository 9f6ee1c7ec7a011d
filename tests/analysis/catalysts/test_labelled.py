"""The rules against 200 recorded headlines that were labelled before any rule was written."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.catalysts import judge_headline
from universe.types import Headline

pytestmark = pytest.mark.recorded

LABELS = Path(__file__).parents[2] / "answers" / "catalyst_labels.csv"
PRECISION, RECALL = 0.9, 0.7
NONE = "none"


@dataclass(frozen=True)
class Judged:
    title: str
    label: str
    tone: float
    said: str
    said_tone: float


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def judged(recorded_data: Path) -> list[Judged]:
    """Every labelled headline with its label and what the rules say of it, the vendor's tone not told."""
    with LABELS.open() as lines:
        labels = {row["headline"]: row for row in csv.DictReader(lines)}
    names = {row["symbol"]: row["name"] for row in rows(recorded_data / "symbols.csv.gz")}
    for row in rows(recorded_data / "company_tickers.csv.gz"):
        names.setdefault(row["ticker"], row["name"])
    found = {}
    for file in sorted({row["file"] for row in labels.values()}):
        for row in rows(recorded_data / f"{file}.csv.gz"):
            name = hashlib.sha256(
                f"{row['symbol']}|{row['published_utc']}|{row['title']}".encode()
            ).hexdigest()[:16]
            if name in labels:
                found[name] = _judge(row, labels[name], names)
    assert len(found) == len(labels) == 200
    return list(found.values())


def _judge(row: dict[str, str], label: dict[str, str], names: dict[str, str]) -> Judged:
    at = dt.datetime.fromisoformat(row["published_utc"])
    headline = Headline(
        id="1",
        published_at=at,
        title=row["title"],
        url="https://news.example/1",
        publisher=row.get("publisher") or row.get("source") or "",
        symbols=(row["symbol"],),
        tone={},
        source="recorded",
        fetched_at=at,
        text=row.get("summary") or "",
    )
    catalysts = judge_headline(headline, names)
    said = catalysts[0] if catalysts else None
    return Judged(
        row["title"],
        label["label"],
        float(label["tone"]),
        said.kind.value if said else NONE,
        said.tone if said else 0.0,
    )


def test_the_classes_agree_with_the_labels(
    judged: list[Judged], record_property: Callable[[str, object], None]
) -> None:
    said = [one for one in judged if one.said != NONE]
    labelled = [one for one in judged if one.label != NONE]
    right = [one for one in said if one.said == one.label]
    precision, recall = len(right) / len(said), len(right) / len(labelled)
    misses = [f"{one.label:<12} {one.said:<12} {one.title[:80]}" for one in judged if one.said != one.label]
    record_property(
        "catalyst misses",
        [
            f"{len(said)} of 200 called a catalyst, {len(labelled)} labelled one, {len(right)} right: "
            f"precision {precision:.2f}, recall {recall:.2f}",
            f"{'label':<12} {'rules':<12} headline",
            *misses,
        ],
    )
    assert precision >= PRECISION
    assert recall >= RECALL


def test_the_tone_seldom_contradicts_the_label(judged: list[Judged]) -> None:
    right = [one for one in judged if one.said == one.label != NONE]
    against = [one.title for one in right if one.said_tone * one.tone < 0]
    assert len(against) <= 0.1 * len(right)
