"""A title as the rules read it: plain quotes and dashes, without the publisher and without its question."""

from __future__ import annotations

import re

_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u00a0": " ",
        "\u00ae": "",
        "\u2122": "",
    }
)
_LONG_DASH = re.compile(r"\s*[\u2013\u2014]\s*|\s--\s")
_RANGE = re.compile(r"(?<=\d)\s?[\u2013\u2014]\s?(?=\d)")
_PUBLISHER = re.compile(r"\s[-|]\s[^-|?]{2,45}$|\sBy\s[A-Z]\w+(?:\.com)?$")
_ASKS = r"has|have|is|are|was|can|could|should|will|would|does|do|did|what|how|which|who"
_QUESTION = re.compile(
    rf"[-:;,.!]\s?(?:but\s|and\s|so\s)?(?:{_ASKS}|why|here's|buy|sell|time|worth)\b[^?]*\?\s*$", re.IGNORECASE
)
_ONLY_ASKS = re.compile(rf"^(?:{_ASKS})\b|^(?:why|here's)\b.*\?\s*$", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:[.!]|\s(?:but|and|so))\s(?:should|is|are|can|will|could)\s(?!to\b)[^.?!]*$", re.IGNORECASE
)
_TAIL = re.compile(r"\s-\s(?:what|why|here'?s?|learn|how|and what)\b.{0,60}$", re.IGNORECASE)
_ASIDE = re.compile(
    r",\s[^,]*\bprice target\b[^,]*$|;\s[^;]*\b(?:in focus|on watch|ahead|next)$", re.IGNORECASE
)
_EYED = re.compile(r"\beye(?:s|ing)\s[^,;]{3,60}?\s(?=(?:after|following)\b)", re.IGNORECASE)
MIN_WORDS = 4
"""A publisher is cut off only where so many words remain."""
SENTENCE = 0.5
"""With a greater share of capitalised words a title is no sentence: its capitals show no names."""


def is_sentence(title: str) -> bool:
    """Whether the title is written like a sentence, so that a capital inside it shows a name."""
    words = title.split()
    return sum(word[:1].isupper() for word in words) <= SENTENCE * len(words)


def plain(title: str) -> str:
    """One line in plain type, without the publisher's name at its end.

    >>> plain("Alder\u2019s drug approved by the FDA - Wire Daily")
    "Alder's drug approved by the FDA"
    """
    text = _LONG_DASH.sub(" - ", _RANGE.sub("-", title.translate(_PLAIN)))
    text = " ".join(text.split())
    cut = _PUBLISHER.sub("", text)
    return cut if len(cut.split()) >= MIN_WORDS else text


def statement(title: str) -> str:
    """The title without a question, teaser or analyst's aside at its end; "" when it is only a question."""
    if title.endswith("?"):
        said = _QUESTION.sub("", title)
        said = "" if _ONLY_ASKS.match(said) else said
    else:
        said = _ASKED.sub("", _TAIL.sub("", title))
    return _EYED.sub("", _ASIDE.sub("", said))
