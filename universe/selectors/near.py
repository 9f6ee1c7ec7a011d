"""What a reader may have meant: one letter wrong, missing, too many, or two in the wrong order. Pure."""

from __future__ import annotations

from string import ascii_lowercase, digits

LETTERS = ascii_lowercase + digits


def slips(word: str) -> set[str]:
    """Every word one slip away from ``word``, which is in small letters and figures; itself is not inside."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    shorter = {head + tail[1:] for head, tail in cuts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    replaced = {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    longer = {head + letter + tail for head, tail in cuts for letter in LETTERS}
    return (shorter | swapped | replaced | longer) - {word, ""}
