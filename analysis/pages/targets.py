"""Where one can go besides to a listing: the eight sectors and the pages, and the words that mean them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sectors.live import BOARD_VIEW, COMPACT_VIEW
from sectors.places import PLACES


@dataclass(frozen=True, slots=True)
class Target:
    """``url`` is the address's name in urls.py; ``slug`` that of a sector, ``view`` one of the board;
    ``words`` mean it too."""

    title: str
    url: str
    name: str
    words: str
    slug: str = ""
    view: str = ""
    for_staff: bool = False


@dataclass(frozen=True, slots=True)
class TargetsFound:
    """``has_whole_word``: the query is a word of one of them in full, not only the beginning of one."""

    targets: tuple[Target, ...]
    has_whole_word: bool


SECTORS = tuple(
    Target(
        place.name,
        "sector",
        "Sector",
        f"sector {place.short_name} {place.large_cap_proxy} {place.small_cap_proxy}",
        slug=place.slug,
    )
    for place in PLACES
)
PAGES = (
    Target("Board", "board", "All eight lights", "home lights sectors", view=BOARD_VIEW),
    Target("Compact board", "board", "One line a sector", "home lights small dense lines", view=COMPACT_VIEW),
    Target("Alerts", "alerts", "Movers and turned lights", "movers colours changes"),
    Target("Universe", "funnel", "How the market narrows to its members", "funnel criteria members tiers"),
    Target("Runs", "runs", "Every analysis and its result", "analysis history passes"),
    Target(
        "Preferences",
        "preferences",
        "Freshness, first page, theme, time zone",
        "settings theme palette freshness time zone view",
    ),
    Target("API", "api-docs", "What programs may ask", "rest documentation"),
    Target("Log out", "logout", "Leave SectorLight", "logout sign out"),
    Target(
        "Admin", "admin:index", "Weights, criteria, users", "administration weights users", for_staff=True
    ),
    Target("Operations", "operations", "Vendors, plans, queues", "vendors plans health", for_staff=True),
)


def targets_named(query: str, *, is_staff: bool) -> TargetsFound:
    """Those all words of ``query`` begin a word of; without any word, all that the reader may open."""
    asked = re.findall(r"\w+", query.lower())
    allowed = [target for target in (*SECTORS, *PAGES) if is_staff or not target.for_staff]
    if query and not asked:
        return TargetsFound((), has_whole_word=False)
    found = [target for target in allowed if all(_begins(word, target) for word in asked)]
    whole = any(set(asked) <= set(_words(target)) for target in found)
    return TargetsFound(tuple(found), has_whole_word=bool(asked) and whole)


def _begins(word: str, target: Target) -> bool:
    return any(own.startswith(word) for own in _words(target))


def _words(target: Target) -> list[str]:
    return re.findall(r"\w+", f"{target.title} {target.words}".lower())
