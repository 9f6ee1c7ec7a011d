"""Words of an event that mean something else: a trial of lorries, a chief's contract."""

from __future__ import annotations

import re

from analysis.catalysts.authorities import AUTHORITY

_FLAGS = re.IGNORECASE | re.VERBOSE
HEALTH = re.compile(
    rf"""
        \b(?: {AUTHORITY}\b | biotech\w* | blood | cancer | cardiac | cell\s | clinical | clinic\b |
        diabet\w+ | diseases? | disorders? | doctors? | doses? | dosing | drugs?\b | gene\s |
        health\w* | heart |
        hospitals? | implants? | injections? | liver | medic\w+ | obesity | oncolog\w+ | pain\b | patients? |
        pharma\w* | pills? | placebo | surg(?:ery|ical) | symptoms? | syndrome | therap\w+ | treatments? |
        tumou?rs? | vaccines? )
    """,
    _FLAGS,
)
_ELSEWHERE = re.compile(
    r"""
        \b(?: 4g | 5g | airlines? | airports? | apartments? | autonomous | bank(?:s|ing)? | batter(?:y|ies) |
        breach | broadband | burgers? | cars? | charter | consumers? | copper | crypto | cyber\w* |
        data\scent(?:er|re)s? |
        deliver(?:y|ies) | drill\w* | driverless | drones? | employees? | factory | feasibility | firms? |
        flights? | four-day | gas | gold | grid | homes? | housing | lending | lithium | menu | mines? |
        mining | mortgages? | oil | ore | rate\s(?:hike|increase) | refinery | retail\w* | robotaxis? |
        routes? |
        satellites? | self-driving | shoppers? | silver | solar | stablecoins? | stores? | streaming |
        subscri\w+ | travel(?:l?ers?)? | trucks? | uranium | vehicles? | warehouses? | work\sweek |
        workers )\b
    """,
    _FLAGS,
)
OTHER_SENSES = r"""
    \b(?:
        (?:partner\w*|join\w*\sforces|team\w*\s(?:up\s)?|collaborat\w+)\s?(?:up\s)?with\b.{0,50}\b(?:artists?|
            charit\w+|chef|food\sbanks?|limited-time|museum|nonprofits?|pop\sstar|rapper|red\scross|schools?|
            singer) |
        foundation\sawards | best\s(?:[\w-]+\s){0,3}awards? |
        awards?\s(?:ceremony|miles|program|season|for\s(?:best|customer|design|excellence|service)) |
        (?:compet\w+|bids?|vies?|vying|race)\sfor\s(?:[\w-]+\s){0,4}(?:contract|order)s? |
        (?:could|may|might)\s(?:\w+\s)?win\b |
        (?:ceo|chief|coach|executive)\b.{0,30}\bcontract | contract\sof\s(?:its\s)?(?:ceo|chief) |
        (?:baseball|basketball|football|soccer)\b | mandate\sto\srepurchase |
        (?:stock|share)\ssale\sby\s | offering\s(?:fears?|hopes|worries) |
        warning\sletter\sfrom\s(?:the\s)?(?:epa|osha|sec)\b | agreement\swith\sregulators |
        (?:u\.?s\.?|existing|new)\s(?:auto|home|retail|vehicle)\ssales |
        joins\s(?:the\s)?(?:s&p|nasdaq|dow)\s.{0,12}\b(?:rally|selloff|sell-off) |
        backlog\sexplained | economists? | strategists? | (?:to\s)sponsor\b | sponsorships? |
        partnership\sprogram |
        collaboration\s(?:feature|software|tool)s? | outlook\sfor\s(?:\w+\s)?(?:growth|oil|rates|tariffs) |
        (?:consumer|economic|inflation|jobs|sales)\sdata\b(?!.{0,40}\bcloud) |
        (?:gdp|(?:commodity|copper|gold|oil|silver)\sprices?)\sforecast
    )\b
"""
TOLD_BEFORE = r"""
    \b(?:
        look(?:s|ing)?\s(?:past|beyond) | fac(?:es|ing)\s(?:[\w-]+\s){0,2}test | amid\srecent |
        (?:last|previous|prior)\s(?:week|month)'s |
        (?:earnings|results)\s(?:could|may|might|will)\s |
        (?:holds?|firm|steady|steadies|stabili[sz]es?)\b.{0,25}\bas\s(?:investors|traders)\b |
        (?:announc|host|invit|schedul|sets?|set)\w*\s(?!.*\b(?:highlights|transcript)\b).{0,60}\b(?:earnings|results)\s
            conference\scall |
        (?:operating|financial|quarter(?:ly)?|earnings|year)\sresults\s(?:conference\s)?call
            (?:\s(?:and|&)\s(?:audio\s)?webcast)?$ |
        results\sconference\scall\s(?:and|&)\swebcast$ |
        (?:conference|earnings)\scall\sscheduled | invites\s.{0,40}\bcall
    )
"""
"""What is past, looked at again, or yet to come: the event itself is not told."""


def is_elsewhere(text: str) -> bool:
    """Whether a trial, a study or an approval is of another trade than medicine.

    >>> is_elsewhere("Alder begins trial of drones"), is_elsewhere("Alder begins trial of its pill")
    (True, False)
    """
    return _ELSEWHERE.search(text) is not None and HEALTH.search(text) is None
