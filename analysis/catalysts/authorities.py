"""How drug and device authorities, applications to them and their approvals are written."""

from __future__ import annotations

AUTHORITY = r"""
    (?:
        (?:us|u\.s\.)\s?fda | (?<!us\s)(?<!u\.s\.\s)fda | usfda | ema | chmp | mhra | nmpa |
        pmda | cde | tga | anvisa | mhlw | european\s(?:commission|medicines\sagency) |
        health\scanada |
        e\.?u\.?(?=\s(?:nod|approv|clear|marketing|okay)) | food\sand\sdrug\sadministration
    )
"""
APPLICATION = r"""
    (?:
        (?:s|supplemental\s|biologics?\s)?(?:nda|bla)s? | maa | anda | pma | premarket\sapproval |
        ind\b(?:\samendment)? | 510\(k\) | de\snovo |
        (?:new\sdrug|biologics?\slicen[sc]e|marketing\sauthori[sz]ation|investigational\snew\sdrug|
            drug|clinical\strial)\sapplications?
    )
"""
NOD = r"""
    (?:
        approv(?:al|ed|es|e)s? | clear(?:ance|s|ed) | nod | green[\s-]?lights? | okays? |
        oks | authori[sz](?:ation|es|ed) | backs | backing | thumbs[\s-]up | sign-?off |
        blessing
    )
"""
ABROAD = r"""
    (?:
        u\.?k\.? | australian? | brazil(?:ian)? | canad(?:a|ian) | china | chinese | europe(?:an)? |
        israeli? | japan(?:ese)? | korean? | saudi | swiss
    )
"""
PRODUCT = rf"""
    (?!(?:{ABROAD}|antitrust|bankruptcy|board|city|council|court|creditors?|federal|final|
        investors?|key|local|merger|permit|rate|shareholders?|state|stockholders?|zoning)\s)
        (?-i:[A-Z][a-z]+)
"""
"""One word that is named as approved, so a medicine: other approvals say by whom."""
