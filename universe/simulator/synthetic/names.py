"""Invented companies' names and tickers: seeded, unique, nobody's."""

from __future__ import annotations

import numpy as np

#: Split when used: the parts are a table, not code.
_FIRST = """
Al Am Ar As Au Bel Ber Bor Bri Cal Cam Cer Cor Cy Dal Dar Del Dor El Em Er Esk Fal Fen Fi Gal Gar
Gle Gra Hal Har Hel Il In Ja Jor Kal Ke Kor La Le Lin Lo Lum Mar Mer Mi Mon Nar Ne No Nor Ob Ol Or
Pal Per Pi Qua Ra Re Ri Ro Sa Sel Sil So Ta Te Tor Tri Ul Ur Va Ve Vi Vol Wa Wes Win Xe Ya Yor Za
Zen Zor
"""
_LAST = """
bora bridge brook cadia crest dale dara den dera dian dor dova fax field ford gate gen gon haven
holm ira ka kara land lar leon lia lis loch lon lum mar mera mont mora nara neth nia nix nova para
pex quin ra ridge rion ris rona rva sca sel sen sol stead tara tec thra tia ton tora tra tus vale
van vara vex via vion vista vor wick worth xa xis zen
"""
_LEGAL = ("Inc.", "Inc.", "Inc.", "Corp.", "Corporation", "Holdings Inc.", "Ltd.", "Group Inc.", "Co.")


def stems(count: int, rng: np.random.Generator) -> list[str]:
    """``count`` different first words of company names."""
    every = [first + last for first in _FIRST.split() for last in _LAST.split()]
    if count > len(every):
        raise ValueError(f"there are {len(every)} names to invent, {count} were asked for")
    return [every[place] for place in rng.permutation(len(every))[:count]]


def legal_form(rng: np.random.Generator) -> str:
    return _LEGAL[int(rng.integers(len(_LEGAL)))]


def ticker(stem: str, taken: set[str], rng: np.random.Generator) -> str:
    """A free ticker of three or four letters that looks like the name; it is added to ``taken``."""
    letters = stem.upper()
    consonants = letters[0] + "".join(letter for letter in letters[1:] if letter not in "AEIOU")
    for wish in (consonants[:4], letters[:4], consonants[:3], letters[:2] + letters[-2:], letters[:3]):
        if 3 <= len(wish) <= 4 and wish not in taken:
            taken.add(wish)
            return wish
    while True:
        tail = "".join(chr(65 + int(code)) for code in rng.integers(26, size=2))
        wish = letters[:2] + tail
        if wish not in taken:
            taken.add(wish)
            return wish
