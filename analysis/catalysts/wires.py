"""Press releases retold without their company: "FDA clears new pill for migraine - Stock Titan".

Such a wire writes of one company per article, the one that it is tagged with. So a title that names nobody is
that company's, if it is written like a sentence, where a name would show by its capital.
"""

from __future__ import annotations

import re

from analysis.catalysts.titles import is_sentence

_WIRE = re.compile(
    r"""
        \b(?: stock\s?titan | globe\s?newswire | pr\s?newswire | business\s?wire | access\s?wire |
        access\snewswire | newsfile(?:\scorp)? ) (?:\.com)? $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TICKER = re.compile(r"\([^)]*[A-Z]{2,5}\)|\b(?:NASDAQ|NYSE)\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Z]+[a-z]")
_EDGES = re.compile(r"^\W+|(?:'s?)?\W*$")
_VERB = re.compile(r"[a-z]+(?<![isu])s|to|and|stock|shares")
_KNOWN = """
    Alport Alzheimer American Angelman Barrett Becker Breakthrough Canada Canadian China Chinese Covid
    Crohn Cushing Danon Dravet Duchenne EU Europe European Fabry Friedreich Gaucher Graves Hodgkin Hunter
    Huntington India Indian Japan Japanese Korea Korean Lennox-Gastaut Lewy Medicare Menkes Merkel Orphan
    Parkinson Phase Pompe Prader-Willi Priority Rett Sanfilippo Stargardt Tourette Type U.S Usher Wilson
"""
KNOWN = frozenset(_KNOWN.split())
"""Capitalised words of a sentence about a medicine that are no company: diseases, countries, authorities."""
_THINGS = """
    antibodies cells data deaths doctors drugs injections medicines patients pills regulators results
    shareholders shots studies tablets tests therapies treatments trials tumors vaccines
"""
THINGS = frozenset(_THINGS.split())
_SUBJECTS = """
    an biotech company data doctors drug drugmaker early ema experimental fda first investigational new oral
    patients regulators researchers scientists shareholders study the therapy treatment trial u.s us vaccine
"""
SUBJECTS = frozenset(_SUBJECTS.split())
"""What may act in such a title without being a company's name."""


def is_wire(title: str, publisher: str) -> bool:
    """Whether the article is of such a wire, by the end of its raw title or by its publisher."""
    return _WIRE.search(title.rpartition(" - ")[2]) is not None or _WIRE.search(publisher) is not None


def names_nobody(title: str) -> bool:
    """Whether the title is a sentence of at least two words that names no company.

    >>> names_nobody("New Alzheimer's pill passes Phase 3 test"), names_nobody("FDA clears Alder's new pill")
    (True, False)
    """
    words = [_EDGES.sub("", word) for word in title.split()]
    if len(words) < 2 or not is_sentence(title) or _TICKER.search(title):
        return False
    first, second, *rest = words
    acts = _VERB.fullmatch(second) is not None and second not in THINGS
    if acts and first.lower() not in SUBJECTS:
        return False
    return not any(_NAME.match(word) and word not in KNOWN for word in (second, *rest))
