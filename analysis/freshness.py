"""How old the board is, in one dataclass and in words: what the freshness bar prints.

Pure: the caller brings the rows' facts and the market time. Two clocks stand side by side. The age of the
newest *analysis* against the user's limits gives fresh, aging or stale; the half-hourly rhythm gives overdue.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from analysis.models import FreshnessPreference
from analysis.schedule import PASS_INTERVAL
from analysis.types import Freshness
from sectors.presenters import ages
from universe.sessions import ET, hours, is_session

OnOpen = FreshnessPreference.OnOpen
BarState = Literal["fresh", "aging", "stale", "overdue", "running", "failed", "none"]
#: A pass is overdue after this many intervals (docs/numbers.md, Freshness).
OVERDUE_INTERVALS = 1.5
#: Windows start no more runs by themselves once their user has asked for so many within the hour.
RUNS_BY_THEMSELVES = 3
#: What an aging analysis of an earlier day asks.
OVERNIGHT = "Run a fresh one if overnight news matters to you."
#: What a pass that is overdue does.
GOES_ON = "It goes on by itself."


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that waits or works. ``percent`` is 0 to 100, ``stage`` what it does now, in words.

    ``joined`` counts those who asked for it after it was started; ``may_cancel`` is about the reader, and
    ``question`` what they are asked before (empty: nothing). ``cancelled_by`` has asked it to stop.
    """

    label: str
    percent: int
    stage: str
    started_by: str
    queued: bool
    run_id: int = 0
    joined: int = 0
    may_cancel: bool = False
    question: str = ""
    cancelled_by: str = ""


@dataclass(frozen=True, slots=True)
class FailedRun:
    """The newest run, when it gave no reading after the board's last publication. ``carried``: for want of an
    input, so that the board is carried forward."""

    percent: int
    message: str
    carried: bool = False


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """What the tables know. Times are market time, aware; ``board_as_of`` the newest published full run.

    ``on_open`` is what the user wants of an analysis that is aging or stale; ``stale_minutes`` the limit, and
    ``asked`` how many runs the user has started within the hour, counted where a window may start another by
    itself. ``board_arrived_at`` is the market time at which the newest full run was published. ``cancelled``
    says who cancelled the newest run, while no other has ended since.
    """

    analysis_as_of: dt.datetime | None
    analysis_published_at: dt.datetime | None
    board_as_of: dt.datetime | None
    board_arrived_at: dt.datetime | None
    freshness: Freshness | None
    minutes_since_analysis: float
    minutes_since_board: float
    active: ActiveRun | None
    failed: FailedRun | None
    next_at: dt.datetime | None
    catalysts: int
    movers: int
    missing: str
    on_open: str
    stale_minutes: int
    asked: int = 0
    cancelled: str = ""


@dataclass(frozen=True, slots=True)
class BoardFreshness:
    """Everything the freshness bar prints; ``state`` is the worst of age, lateness, failure and work.

    ``age`` is session time since the newest analysis (None: there is none), ``published_at`` its moment.
    ``headline`` is the bold sentence, ``changed`` what happened since, ``advice`` the rest; ``events_advice``
    what it becomes once the analysis is aging with no night behind it.
    ``missing`` says what the run on screen had to do without; empty when it was complete.
    ``age_state`` is fresh, aging or stale whatever else happens. ``run_advised`` makes the button primary
    (``run_offered``: wherever the age asks for it), ``run_at_once`` presses it: what this user wants when the
    board opens, but not after a cancelled run.
    """

    state: BarState
    word: str
    age_state: Literal["fresh", "aging", "stale"] | None
    as_of: dt.datetime | None
    published_at: dt.datetime | None
    board_as_of: dt.datetime | None
    board_arrived_at: dt.datetime | None
    age: dt.timedelta | None
    headline: str
    changed: str
    advice: str
    events_advice: str
    movers: int
    run: ActiveRun | None
    percent: int | None
    overdue: bool
    run_offered: bool
    run_advised: bool
    run_at_once: bool
    missing: str


def bar_of(facts: BoardFacts, now: dt.datetime) -> BoardFreshness:
    """Put the facts into the bar's state and words."""
    overdue = is_overdue(facts, now)
    state = _state(facts, overdue)
    age_state = facts.freshness.state if facts.freshness else None
    headline, advice = _sentences(state, facts, now)
    since_named = state in ("running", "failed")
    if facts.cancelled and state not in ("running", "failed"):
        advice = f"{facts.cancelled} {advice}".strip()
    return BoardFreshness(
        state=state,
        word=_word(state, facts),
        age_state=age_state,
        as_of=facts.analysis_as_of,
        published_at=facts.analysis_published_at,
        board_as_of=facts.board_as_of,
        board_arrived_at=facts.board_arrived_at,
        age=facts.freshness.age if facts.freshness else None,
        headline=headline,
        changed=_changed(facts, now, named=since_named),
        events_advice=_events_advice(facts),
        advice=advice,
        movers=facts.movers,
        run=facts.active,
        percent=facts.active.percent if facts.active else None,
        overdue=overdue,
        run_offered=facts.on_open != OnOpen.VIEW,
        run_advised=facts.active is None
        and (age_state != "fresh" or state == "failed")
        and facts.on_open != OnOpen.VIEW,
        run_at_once=_wants_run(facts) and not _held_back(facts),
        missing=facts.missing,
    )


def is_overdue(facts: BoardFacts, now: dt.datetime) -> bool:
    """In session, no full run has reached the board for one and a half intervals of session time."""
    day = now.astimezone(ET).date()
    if facts.board_as_of is None or not is_session(day):
        return False
    open_hours = hours(day)
    if not open_hours.pre_open <= now <= open_hours.post_close:
        return False
    return facts.minutes_since_board > OVERDUE_INTERVALS * PASS_INTERVAL.total_seconds() / 60


def _wants_run(facts: BoardFacts) -> bool:
    """Whether a window of this user starts a run by itself when it opens now."""
    is_stale = facts.freshness is not None and facts.freshness.state == "stale"
    is_quiet = facts.active is None and facts.failed is None and not facts.cancelled
    return is_stale and facts.on_open == OnOpen.RUN and is_quiet


def _held_back(facts: BoardFacts) -> str:
    """Why no run starts by itself though the user wants it, in words: opening the board again and again
    brings nothing newer, and must leave the user some runs of the hour. Empty: it may start."""
    if facts.minutes_since_analysis <= facts.stale_minutes:
        arrived = span_words(dt.timedelta(minutes=facts.minutes_since_analysis))
        return f"No run starts by itself: the last one came {arrived} ago, its prices are older."
    if facts.asked >= RUNS_BY_THEMSELVES:
        return f"No run starts by itself: you have started {facts.asked} within the hour."
    return ""


def span_words(span: dt.timedelta) -> str:
    """ "12 min", "2 h 37 min", "3 h"; below a minute "less than a minute"."""
    return ages.span_words(span.total_seconds() / 60)


def moment_words(moment: dt.datetime, now: dt.datetime) -> str:
    """ "10:30" today, "Monday 20:00" in the last six days, else "6 Mar 20:00"; New York time."""
    local, today = moment.astimezone(ET), now.astimezone(ET).date()
    time = f"{local:%-H:%M}"
    if local.date() == today:
        return time
    if dt.timedelta() < today - local.date() < dt.timedelta(days=7):
        return f"{local:%A} {time}"
    return f"{local:%-d %b} {time}"


def _state(facts: BoardFacts, overdue: bool) -> BarState:
    if facts.active is not None:
        return "running"
    if facts.failed is not None:
        return "failed"
    if facts.freshness is None:
        return "none"
    if facts.freshness.state == "stale":
        return "stale"
    return "overdue" if overdue else facts.freshness.state


def _word(state: BarState, facts: BoardFacts) -> str:
    if state == "running" and facts.active is not None:
        doing = "CANCELLING" if facts.active.cancelled_by else "RUNNING"
        return "QUEUED" if facts.active.queued else f"{doing} {facts.active.percent}%"
    if state == "failed" and facts.failed is not None and facts.failed.carried:
        return "CARRIED FORWARD"
    return {"failed": "RUN FAILED", "none": "NO ANALYSIS YET"}.get(state, state.upper())


def _sentences(state: BarState, facts: BoardFacts, now: dt.datetime) -> tuple[str, str]:
    """The bold sentence and the advice after it."""
    if state == "running" and facts.active is not None:
        return _running_words(facts.active, facts, now)
    if state == "failed" and facts.failed is not None:
        return f"Stopped at {facts.failed.percent}%: {facts.failed.message}", _kept_words(facts, now)
    if state == "none" or facts.freshness is None or facts.analysis_as_of is None:
        return "No analysis has been published yet.", _next_words(facts, now)
    as_of = moment_words(facts.analysis_as_of, now)
    old = _old_words(facts.freshness, stale=state == "stale")
    headline = f"Full analysis as of {as_of}{old}."
    if is_overdue(facts, now):
        late = span_words(dt.timedelta(minutes=facts.minutes_since_board))
        headline = f"Pass overdue, {late} since the last; {headline[0].lower()}{headline[1:]}"
    if state == "stale":
        return headline, _stale_advice(facts)
    aging = _aging_advice(facts, now) if facts.freshness.state == "aging" else ""
    return headline, f"{GOES_ON if state == 'overdue' else ''} {aging}".strip()


def _old_words(found: Freshness, *, stale: bool) -> str:
    """ ", 12 min old"; over a night ": 12 min of session time, 8 h 12 min by the clock"."""
    both = ages.both_ages(found.age.total_seconds() / 60, found.wall_age)
    if both.endswith("by the clock"):
        return f": {both}"
    return f"{':' if stale else ','} {both} old"


def _aging_advice(facts: BoardFacts, now: dt.datetime) -> str:
    """What may ask for a run: the night since the analysis, else what happened since, else nothing."""
    as_of = facts.analysis_as_of
    if as_of is not None and as_of.astimezone(ET).date() < now.astimezone(ET).date():
        return OVERNIGHT
    return _events_advice(facts)


def _events_advice(facts: BoardFacts) -> str:
    """ "Run a fresh one if those 6 catalysts matter to you."; empty when nothing happened."""
    count = facts.catalysts + facts.movers
    if not count:
        return ""
    if count == 1:
        return f"Run a fresh one if that {_events(facts).removeprefix('1 ')} matters to you."
    return f"Run a fresh one if those {_events(facts)} matter to you."


def _stale_advice(facts: BoardFacts) -> str:
    held = _held_back(facts) if _wants_run(facts) else ""
    return f"A fresh run is recommended. {held}".strip()


def _running_words(active: ActiveRun, facts: BoardFacts, now: dt.datetime) -> tuple[str, str]:
    shown = f" On screen: {moment_words(facts.board_as_of, now)}." if facts.board_as_of else ""
    if active.cancelled_by:
        return f"Cancelled by {active.cancelled_by}.", f"It ends with its next step.{shown}"
    doing = active.stage or ("waiting for the worker" if active.queued else "at work")
    more = f", +{active.joined}" if active.joined else ""
    who = f"Started by {active.started_by}{more}." if active.started_by else f"The {active.label} run."
    return f"{doing[:1].upper()}{doing[1:]}.", f"{who}{shown} Everyone gets the result."


def _kept_words(facts: BoardFacts, now: dt.datetime) -> str:
    if facts.board_as_of is None:
        return "Nothing has been published yet."
    kept = f"The board still shows {moment_words(facts.board_as_of, now)}."
    if facts.failed is not None and facts.failed.carried:
        return f"{kept} It is tried again by itself."
    return f"{kept} Nothing of the failed run is used."


def _next_words(facts: BoardFacts, now: dt.datetime) -> str:
    return f"The next run is due at {moment_words(facts.next_at, now)}." if facts.next_at else ""


def _events(facts: BoardFacts) -> str:
    """ "6 catalysts and 1 move over 15%"; empty when nothing happened since the newest analysis."""
    parts = []
    if facts.catalysts:
        parts.append(f"{facts.catalysts} catalyst{'s' if facts.catalysts != 1 else ''}")
    if facts.movers:
        parts.append(f"{facts.movers} move{'s' if facts.movers != 1 else ''} over 15%")
    return " and ".join(parts)


def _changed(facts: BoardFacts, now: dt.datetime, *, named: bool) -> str:
    """What happened since the newest analysis, in words; empty when there is none to compare with.

    ``named``: the sentence before is not about that analysis, so this one names its moment.
    """
    if facts.analysis_as_of is None:
        return ""
    analysis, events = moment_words(facts.analysis_as_of, now), _events(facts)
    since = f"since the {analysis} analysis" if named else "since then"
    moves = f"S{since[1:]} {events}." if events else f"No catalyst and no move over 15% {since}."
    lights = moment_words(facts.board_as_of, now) if facts.board_as_of else ""
    if not lights or lights == analysis:
        return moves
    return f"{moves} The lights are of {lights}."
