"""From news and filings to stored catalysts: `universe` fetches, the rules judge, their version is kept."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from analysis.catalysts import RULES_VERSION, Catalyst, judge_filing, judge_headline
from analysis.models import CatalystEvent
from universe.selectors import filings_between, headlines_between, stock_names
from universe.services import NewsReport, news_backfill, news_refresh

#: What a refresh judges again: articles come late, and papers are completed by a second list.
JUDGED_BACK = dt.timedelta(hours=48)
#: What a backfill judges: 20 sessions, with their weekends and holidays.
BACKFILLED = dt.timedelta(days=40)
KEPT = dt.timedelta(days=3 * 365 + 1)
BATCH = 1_000
_LIMITS = {field.name: field.max_length for field in CatalystEvent._meta.concrete_fields if field.max_length}


def catalysts_refresh(now: dt.datetime, *, filings: bool = True) -> NewsReport:
    """Fetch what is new up to market time ``now``, without ``filings`` only the news, and judge it.

    Raises `SourceError` when neither news nor filings came; what is stored stays.
    """
    report = news_refresh(now, filings=filings)
    catalysts_judge(now - JUDGED_BACK, now)
    return report


def catalysts_backfill(now: dt.datetime) -> NewsReport:
    """Fetch and judge what is missing of the last 20 sessions: a sector's usual number of catalysts."""
    report = news_backfill(now)
    if report.headlines or report.filings or _outdated():
        catalysts_judge(now - BACKFILLED, now)
    return report


def _outdated() -> bool:
    """Whether stored catalysts were judged by other rules than those in force."""
    return CatalystEvent.objects.exclude(rules_version=RULES_VERSION).exists()


@transaction.atomic
def catalysts_judge(first: dt.datetime, last: dt.datetime) -> int:
    """Judge every stored article and paper of [first, last] by the rules in force; how many catalysts come.

    What those rules do not call a catalyst any more goes.
    """
    headlines, papers = headlines_between(first, last), filings_between(first, last)
    names = stock_names({symbol for headline in headlines for symbol in headline.symbols})
    judged = [catalyst for headline in headlines for catalyst in judge_headline(headline, names)]
    judged += [catalyst for paper in papers for catalyst in judge_filing(paper)]
    rows = {(row.key, row.symbol): row for row in map(_row, judged) if first <= row.at <= last}
    standing = CatalystEvent.objects.filter(at__gte=first, at__lte=last)
    gone = [pk for pk, *name in standing.values_list("pk", "key", "symbol") if tuple(name) not in rows]
    CatalystEvent.objects.filter(pk__in=gone).delete()
    CatalystEvent.objects.bulk_create(
        rows.values(),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["key", "symbol"],
        update_fields=[
            field.name
            for field in CatalystEvent._meta.concrete_fields
            if field.name not in ("id", "key", "symbol")
        ],
    )
    return len(rows)


def catalysts_prune(now: dt.datetime) -> int:
    """Delete catalysts that nothing looks back to any more; gives the number deleted."""
    deleted, _ = CatalystEvent.objects.filter(at__lt=now - KEPT).delete()
    return deleted


def _row(catalyst: Catalyst) -> CatalystEvent:
    values = {name: getattr(catalyst, name) for name in Catalyst.__slots__} | {"kind": catalyst.kind.value}
    row = CatalystEvent(**values, rules_version=RULES_VERSION)
    for name, length in _LIMITS.items():
        setattr(row, name, getattr(row, name)[:length])
    return row
