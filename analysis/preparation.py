"""The universe of a session: fetched, built and classified, so that a run has something to score.

The first board must be quick: 26 sessions of bars are enough for a universe and a score. The rest, for the
60-session norms, is fetched afterwards and shown by the next pass.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from decimal import Decimal

from analysis.engine.volatility import weight_used
from analysis.norms import norms_forget, sector_norms
from analysis.selectors import parameters_current
from sectors.selectors import classification_map, sectors_list, weight_settings
from sectors.services import sectors_seed, stocks_classify
from universe.benchmarks import SMALL_CAP_PROXIES
from universe.changes import alarm_words
from universe.errors import NotEnoughData, SourceError
from universe.selectors import members, sessions_stored, universe_current
from universe.services import (
    Progress,
    bars_refresh,
    facts_refresh,
    holdings_refresh,
    listings_refresh,
    market_days_check,
    plan_probe,
    snapshot_build,
    splits_refresh,
    stock_universe_is_behind,
    stock_universe_replace,
)
from universe.sessions import hours, previous_session, session_offset

logger = logging.getLogger(__name__)

#: 20 sessions of volume and levels, one to spare for each of the 1w references.
FIRST_SESSIONS = 26
#: 60 sessions of norms, each with 20 before it, and a few holidays' worth of slack.
FULL_SESSIONS = 85

Tell = Callable[[int, str], None]


def universe_ensure(session: dt.date, tell: Tell) -> list[str]:
    """Build the universe of ``session`` when it is not there yet. Returns what could not be had, and each
    stage of the funnel that moved by a fifth, in words.

    ``tell(percent, words)`` hears 0 to 100. When it cannot be built, the newest before it stays in force;
    NotEnoughData is raised when there is none.
    """
    sectors_ensure()
    if universe_stands(session):
        if stock_universe_is_behind(session):
            # The worker that built it died before it was published.
            _open(session, tell)
        return []
    standing = universe_current(session)
    problems = _fetch(session, tell)
    tell(80, "building the universe")
    try:
        snapshot = snapshot_build(session)
    except NotEnoughData as exc:
        if standing is None:
            raise
        return [*problems, f"{exc} The universe of {standing.session} stays in force."]
    _open(session, tell)
    logger.info("universe of %s: %s core, %s breadth", session, snapshot.core, snapshot.breadth)
    return problems + [
        f"{alarm_words(alarm)}. The universe is built all the same." for alarm in snapshot.alarms
    ]


def universe_stands(session: dt.date) -> bool:
    """Whether the universe in force is the session's own."""
    standing = universe_current(session)
    return standing is not None and standing.session == session


def _open(session: dt.date, tell: Tell) -> None:
    """Classify every listing and publish the universe of ``session``; safe to repeat."""
    tell(88, "classifying the listings")
    # Those outside, too: a reader may ask of any listing where it belongs.
    stocks_classify()
    symbols = [row.symbol for row in members(session)]
    tell(96, "publishing the universe")
    stock_universe_replace(session, _classes(session, symbols))


def _fetch(session: dt.date, tell: Tell) -> list[str]:
    """Ask the vendors for everything that a universe is built from; what they did not give, in words.

    The bars come first: without those of the session before nothing can be built, and nothing else is asked.
    """
    problems: list[str] = []
    # Whether the plan has a limit by the minute, before the first burst of questions runs into it.
    plan_probe("polygon", most=1)
    bars = _part(tell, (0, 50), f"fetching {FIRST_SESSIONS} sessions of prices")
    listings = _part(tell, (50, 65), "fetching the listings")
    facts = _part(tell, (65, 80), "fetching facts")
    _try(problems, "Daily bars", lambda: bars_refresh(session, sessions=FIRST_SESSIONS, progress=bars))
    if not sessions_stored([previous_session(session)]):
        return problems
    _try(problems, "Listings", lambda: listings_refresh(progress=listings))
    _try(problems, "Company facts", lambda: facts_refresh(progress=facts))
    _try(problems, "Splits", lambda: splits_refresh(session))
    holdings_refresh(SMALL_CAP_PROXIES, session)
    return problems + market_days_check()


def _classes(session: dt.date, symbols: Sequence[str]) -> dict[str, tuple[str, Decimal]]:
    """Sector and volatility weight, as the session's first run uses it, of each symbol that has a sector."""
    classes, settings = classification_map(symbols), weight_settings()
    norms = sector_norms(hours(session).pre_open, symbols, classes, parameters=parameters_current())
    weights = {
        slug: Decimal(str(weight_used(setting, norms[slug].realised))) for slug, setting in settings.items()
    }
    return {symbol: (slug, weights.get(slug, Decimal(1))) for symbol, slug in classes.items()}


def sectors_ensure() -> None:
    """The eight sectors and their weights, when a bare database has none."""
    if not sectors_list():
        sectors_seed()


def history_is_short(session: dt.date) -> bool:
    """Whether sessions are missing that the 60-session norms need."""
    wanted = [session_offset(session, -back) for back in range(1, FULL_SESSIONS + 1)]
    return len(sessions_stored(wanted)) < len(wanted)


def history_fetch(session: dt.date) -> bool:
    """Fetch up to 85 sessions before ``session``. True when some were missing and have come."""
    report = bars_refresh(session, sessions=FULL_SESSIONS)
    norms_forget(session)
    return bool(report.get("fetched"))


def _try(problems: list[str], what: str, fetch: Callable[[], object]) -> None:
    """Fetch one input; what a vendor does not give is named and the build goes on with what is stored."""
    try:
        fetch()
    except SourceError as exc:
        logger.warning("%s could not be refreshed: %s", what, exc)
        problems.append(f"{what} are not fresh: {exc}")


def _part(tell: Tell, span: tuple[int, int], words: str) -> Progress:
    """A progress listener that fills one part of the percent."""
    first, last = span

    def hear(done: int, total: int) -> None:
        tell(first + (last - first) * done // max(total, 1), words)

    return hear
