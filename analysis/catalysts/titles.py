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
_PUBLISHER = re.compile(r"\s[-|]\s[^-|]{2,45}$|\sBy\s[A-Z]\w+(?:\.com)?$")
_QUESTION = re.compile(
    r"(?:^|[-:;,.!]\s?)(?:but\s|and\s|so\s)?(?:has|have|is|are|can|could|should|will|would|does|do|did|what|how|why|which|who|was|here's)\b[^?]*\?\s*$",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s-\s(?:what|why|here'?s?|learn|how|and what)\b.{0,60}$", re.IGNORECASE)
_ASIDE = re.compile(r",\s[^,]*\bprice target\b[^,]*$", re.IGNORECASE)
MIN_WORDS = 4
"""A publisher is cut off only where so many words remain."""


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
    asked = _QUESTION if title.endswith("?") else _TAIL
    return _ASIDE.sub("", asked.sub("", title))
