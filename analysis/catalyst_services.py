"""From news and filings to stored catalysts: `universe` fetches, the rules judge, their version is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.db import transaction

from analysis.catalysts import RULES_VERSION, Catalyst, judge_filing, judge_headline
from analysis.lifecycle import lock_try
from analysis.models import CatalystEvent, CatalystMark
from universe.notices import Filing
from universe.selectors import filings_changed, headlines_changed, stock_names
from universe.services import NewsReport, Progress, news_backfill, news_refresh, unheard
from universe.types import Headline

#: A change that was being written while others were judged carries a moment before theirs.
OVERLAP = dt.timedelta(minutes=2)
KEPT = dt.timedelta(days=3 * 365 + 1)
JUDGE_LOCK = 7_310_004
BATCH = 1_000
KEY_MAX = 160
_LIMITS = {
    field.name: field.max_length
    for field in CatalystEvent._meta.concrete_fields
    if field.max_length and field.name != "key"
}
_JUDGED = [
    field.name for field in CatalystEvent._meta.concrete_fields if field.name not in ("id", "key", "symbol")
]


def catalysts_refresh(now: dt.datetime, *, filings: bool = True, progress: Progress = unheard) -> NewsReport:
    """Fetch what is new up to market time ``now``, without ``filings`` only the news, and judge it.

    Raises `SourceError` when neither news nor filings came; what is stored stays.
    """
    report = news_refresh(now, filings=filings)
    progress(1, 2)
    catalysts_judge()
    progress(2, 2)
    return report


def catalysts_backfill(now: dt.datetime) -> bool:
    """Fetch and judge what is missing of the last 20 sessions: a sector's usual number of catalysts. Whether
    anything was judged."""
    news_backfill(now)
    return catalysts_judge() > 0


@transaction.atomic
def catalysts_judge() -> int:
    """Judge the articles and papers that came or changed since the last time, all of them when the rules are
    others than then; gives how many were judged.

    One process at a time, so that none takes back what another has just stored; who comes second leaves it
    to the first. What the rules in force do not call a catalyst any more goes.
    """
    if not lock_try(JUDGE_LOCK):
        return 0
    mark = CatalystMark.objects.first() or CatalystMark()
    is_known = mark.rules_version == RULES_VERSION and mark.judged_until is not None
    since = mark.judged_until - OVERLAP if is_known and mark.judged_until else None
    headlines, papers = headlines_changed(since), filings_changed(since)
    moments = [at for at, _ in (*headlines, *papers)]
    if not moments:
        return 0
    _rejudge([headline for _, headline in headlines], [paper for _, paper in papers])
    mark.rules_version, mark.judged_until = RULES_VERSION, max(moments)
    mark.save()
    return len(moments)


def _rejudge(headlines: Sequence[Headline], papers: Sequence[Filing]) -> None:
    """Store what the rules say of these texts in place of what was said of them before."""
    names = stock_names({symbol for headline in headlines for symbol in headline.symbols})
    judged = [catalyst for headline in headlines for catalyst in judge_headline(headline, names)]
    judged += [catalyst for paper in papers for catalyst in judge_filing(paper)]
    rows = {(row.key, row.symbol): row for row in map(_row, judged)}
    standing = _standing([*map(key_of, headlines), *map(key_of, papers)])
    gone = [row.pk for name, row in standing.items() if name not in rows]
    changed = [row for name, row in rows.items() if not _same(standing.get(name), row)]
    CatalystEvent.objects.filter(pk__in=gone).delete()
    CatalystEvent.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["key", "symbol"],
        update_fields=_JUDGED,
    )


def _standing(keys: Sequence[str]) -> dict[tuple[str, str], CatalystEvent]:
    """What is stored of the texts with these keys."""
    found = {}
    for start in range(0, len(keys), BATCH):
        for row in CatalystEvent.objects.filter(key__in=keys[start : start + BATCH]):
            found[row.key, row.symbol] = row
    return found


def _same(old: CatalystEvent | None, new: CatalystEvent) -> bool:
    return old is not None and all(getattr(old, name) == getattr(new, name) for name in _JUDGED)


def key_of(text: Headline | Filing) -> str:
    """The key of an article or paper, as its catalysts carry it."""
    if isinstance(text, Headline):
        return _short(f"news:{text.source}:{text.id}")
    return _short(f"sec:{text.accession_number}")


def _short(key: str) -> str:
    """A long key ends with its digest: two that begin alike stay two."""
    if len(key) <= KEY_MAX:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: KEY_MAX - len(digest)]}{digest}"


def catalysts_prune(now: dt.datetime) -> int:
    """Delete catalysts that nothing looks back to any more; gives the number deleted."""
    deleted, _ = CatalystEvent.objects.filter(at__lt=now - KEPT).delete()
    return deleted


def _row(catalyst: Catalyst) -> CatalystEvent:
    values = {name: getattr(catalyst, name) for name in Catalyst.__slots__} | {
        "kind": catalyst.kind.value,
        "key": _short(catalyst.key),
    }
    row = CatalystEvent(**values, rules_version=RULES_VERSION)
    for name, length in _LIMITS.items():
        setattr(row, name, getattr(row, name)[:length])
    return row
