"""Which papers filed with the SEC are catalysts, and of what kind."""

from __future__ import annotations

import datetime as dt
import html
import re
from zoneinfo import ZoneInfo

from analysis.catalysts.forms import CATEGORIES, CURRENT, FORMS, ITEMS, REGISTERED, SAID
from analysis.catalysts.kinds import Catalyst, CatalystKind, Rule
from analysis.catalysts.tables import first_rule
from analysis.catalysts.tones import words_tone
from universe.notices import Filing

NEW_YORK = ZoneInfo("America/New_York")
END_OF_DAY = dt.time(20, 0)
"""When a paper that has only a day is taken as known. EDGAR dates a paper accepted after 17:30 with the next
day, so at 20:00 it was public; any earlier moment could be before it was."""
LEAD = 1200
"""Characters of text that are read: what the paper is about stands first, warnings about what may happen
later."""
UNCLASSED = 0.5
_SENTENCE = re.compile(r"(?<=[a-z\d)][.!?;])\s+(?=[A-Z])|\n+")
_NOT_SAID = re.compile(
    r"""\b(?: may | might | could | would | if | risks? | uncertaint\w+ | forward-looking | anticipat\w+ |
    no\sassurance | there\scan\sbe\sno | subject\sto | potential(?:ly)? | previously |
    expected\s(?:in|by|to) | precedents? | exhibit | hereby )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""A sentence with one of these tells what may be, or is boilerplate."""
Found = tuple[str, CatalystKind, float]
"""Name of the rule, kind, tone."""


def judge_filing(filing: Filing) -> list[Catalyst]:
    """One catalyst per company of the paper; none for forms that are no event (see `forms`)."""
    form = base_form(filing.form)
    found = _current(filing) if CURRENT.fullmatch(form) else _by_form(form, filing.text)
    if found is None:
        return []
    name, kind, tone = found
    return [
        Catalyst(
            symbol=symbol,
            kind=kind,
            at=known_at(filing),
            tone=tone,
            relevance=UNCLASSED if kind is CatalystKind.FILING else 1.0,
            title=title_of(filing, kind),
            url=filing.url,
            publisher="SEC",
            source=filing.source,
            fetched_at=filing.fetched_at,
            key=f"sec:{filing.accession_number}",
            rule=name,
            form=filing.form,
        )
        for symbol in dict.fromkeys(filing.symbols)
    ]


def base_form(form: str) -> str:
    """ "424B5/A" and " 424b5" are 424B5; "SCHEDULE TO-T" is written as the older "SC TO-T"."""
    return re.sub(r"/A$", "", form.strip().upper()).replace("SCHEDULE ", "SC ")


def known_at(filing: Filing) -> dt.datetime:
    """The moment of acceptance, else 20:00 New York of the day, or the moment of the fetch when that is
    earlier."""
    if filing.accepted_at is not None:
        return filing.accepted_at
    end = dt.datetime.combine(filing.filed_on, END_OF_DAY, tzinfo=NEW_YORK)
    return min(end, filing.fetched_at)


def title_of(filing: Filing, kind: CatalystKind) -> str:
    """What the paper says first, else its form: "8-K: contents not told" or "424B5: Offering"."""
    first = next((line for line in _sentences(filing.text) if not line.lower().startswith("item")), "")
    if first:
        return first if len(first) <= 200 else first[:199].rstrip() + "…"
    return f"{filing.form}: {'contents not told' if kind is CatalystKind.FILING else kind.tag}"


def _current(filing: Filing) -> Found:
    """What an 8-K or 6-K tells: by its first sentence, by the vendor's coarser categories, by its other
    sentences, by its items, else unclassed."""
    sentences = [line for line in _sentences(filing.text) if not _NOT_SAID.search(line)]
    said = next((rule for rule in map(_rule_of, sentences) if rule is not None), None)
    category = _first(CATEGORIES, " ".join(filing.categories))
    item = _first(ITEMS, filing.text)
    lead = _rule_of(sentences[0]) if sentences else None
    if category is not None and said is not None and said.kind is category.kind:
        category = said
    rule = lead or category or said or item
    if rule is None:
        return "filing.other", CatalystKind.FILING, 0.0
    return rule.name, rule.kind, rule.tone or words_tone(" ".join(sentences))


def _by_form(form: str, text: str) -> Found | None:
    line = next((line for line in FORMS if line.forms.fullmatch(form)), None)
    if line is None:
        return None
    said = _first(SAID, text[:LEAD]) if REGISTERED.fullmatch(form) else None
    if said is not None:
        return said.name, said.kind, said.tone
    return line.name, CatalystKind(line.name.partition(".")[0]), line.tone


def _first(rules: tuple[Rule, ...], text: str) -> Rule | None:
    return next((rule for rule in rules if rule.pattern.search(text)), None)


def _rule_of(sentence: str) -> Rule | None:
    found = first_rule(sentence)
    return None if found is None else found[0]


def _sentences(text: str) -> list[str]:
    return [" ".join(line.split()) for line in _SENTENCE.split(html.unescape(text[:LEAD])) if line.strip()]
