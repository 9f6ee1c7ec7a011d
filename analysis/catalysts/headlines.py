"""Which companies a headline is a catalyst of, and of what kind."""

from __future__ import annotations

import re
from collections.abc import Mapping

from analysis.catalysts.frames import reading_of
from analysis.catalysts.kinds import Catalyst, CatalystKind
from analysis.catalysts.names import Mention, mention_in
from analysis.catalysts.others import is_of_another
from analysis.catalysts.tables import first_rule, is_vetoed, topic_rule
from analysis.catalysts.tones import tone_of
from analysis.catalysts.wires import is_wire, names_nobody
from universe.types import Headline

FULL = 1.0
LATE = 0.8
"""A company that is named behind the event is surer to be a party to it than its subject."""
TICKER_ONLY = 0.9
UNNAMED = 0.6
"""Of the company that a press release is tagged with, whose title names nobody."""
SHARED = {1: 1.0, 2: 0.8, 3: 0.6}
MANY = 0.4
UNJUDGED = 0.5
"""Of a company that the vendor names, but judges no tone of, while it judges others."""
_BREAK = re.compile(r"[;,|]|\s-\s|\.\s|\b(?:as|while|after|amid|vs)\b", re.IGNORECASE)
_RIVAL = re.compile(
    r"\b(?:rivals?|competitors?|peers?|partner\s\w+'s|-backed|supplier\s\w+)\b", re.IGNORECASE
)
_AGENT = re.compile(
    r"\b(?:with|by|from|against|to|at|via|over|like|than|versus)\s(?:the\s|[\w.&, ]{1,40}\sand\s)?$",
    re.IGNORECASE,
)
_TICKER = re.compile(r"\((?:[A-Z][A-Za-z ]+\s?:\s?)?[A-Z]{1,5}(?::[A-Z]+)?\)")
_LEAD = re.compile(r"[A-Z]{2,5}(?:'s)?\s(?:[Ss]tock|[Ss]hares)\b")
TWO_SIDED = frozenset(
    {
        CatalystKind.MERGER,
        CatalystKind.PARTNERSHIP,
        CatalystKind.CONTRACT,
        CatalystKind.FDA,
        CatalystKind.TRIAL,
    }
)


def judge_headline(headline: Headline, names: Mapping[str, str]) -> list[Catalyst]:
    """One catalyst per company of ``headline.symbols`` whose own event it tells, none where it tells no
    event.

    ``names`` has the listed name per symbol; a company without one is known by its ticker only.
    """
    title, told = reading_of(headline)
    mentions = {symbol: mention_in(title, symbol, names.get(symbol, "")) for symbol in headline.symbols}
    is_named = any(mentions.values())
    is_read = (is_named or _is_untold(headline, title)) and not is_vetoed(told)
    found = first_rule(told) if is_read else None
    if is_read and is_named and told == title:
        found = found or topic_rule(title)
    if found is None:
        return []
    rule, start, end = found
    event = (start, end) if told == title else None
    catalysts = []
    for symbol, mention in mentions.items():
        unnamed = 0.0 if is_named else UNNAMED
        weight = _relevance(title, mention, rule.kind, event=event) if mention else unnamed
        is_ours = mention is None or not is_of_another(title, mention, rule.kind, name=names.get(symbol, ""))
        if not weight or not is_ours:
            continue
        catalysts.append(
            Catalyst(
                symbol=symbol,
                kind=rule.kind,
                at=headline.published_at,
                tone=tone_of(rule, told, headline.tone.get(symbol)),
                relevance=round(weight * _share(headline, symbol), 3),
                title=headline.title,
                url=headline.url,
                publisher=headline.publisher,
                source=headline.source,
                fetched_at=headline.fetched_at,
                key=f"news:{headline.source}:{headline.id}",
                rule=rule.name,
            )
        )
    return catalysts


def _is_untold(headline: Headline, title: str) -> bool:
    """Whether a wire tells of its only company without naming it or any other."""
    return (
        len(set(headline.symbols)) == 1
        and is_wire(headline.title, headline.publisher)
        and names_nobody(title)
    )


def _relevance(title: str, mention: Mention, kind: CatalystKind, *, event: tuple[int, int] | None) -> float:
    """0 when the event is another company's, else how surely it is this one's. ``event`` is where the title
    tells it, None when an opinion is about it."""
    if _RIVAL.search(title) or _is_led_by_another(title, mention):
        return 0.0
    surety = TICKER_ONLY if mention.by_ticker else FULL
    if event is None:
        return LATE * surety
    if mention.start <= event[0]:
        return surety
    if mention.start < event[1]:
        return surety if kind in TWO_SIDED or not _AGENT.search(title[: mention.start]) else 0.0
    gap = title[event[1] : mention.start]
    if _BREAK.search(gap) or (kind not in TWO_SIDED and _AGENT.search(title[: mention.start])):
        return 0.0
    return LATE * surety


def _is_led_by_another(title: str, mention: Mention) -> bool:
    """Whether another company's ticker stands before the mention, so that the headline is about that one."""
    if mention.start == 0:
        return False
    if _LEAD.match(title):
        return True
    return not mention.has_ticker and _TICKER.search(title, 0, mention.start) is not None


def _share(headline: Headline, symbol: str) -> float:
    shared = SHARED.get(len(set(headline.symbols)), MANY)
    return shared * (UNJUDGED if headline.tone and symbol not in headline.tone else 1.0)
