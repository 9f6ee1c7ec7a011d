"""The top bar's four cells and the banners: which market, what time it has, how old the data are. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sectors import figures
from sectors.presenters import ages
from universe import sessions

PHASES = {"pre": "Pre-market", "regular": "Regular session", "post": "After hours", "closed": "Market closed"}
#: Sessions whose hours the page knows, to age what it shows by itself.
SESSIONS_BACK, SESSIONS_AHEAD = 5, 3


@dataclass(frozen=True, slots=True)
class Banner:
    kind: Literal["simulated", "replay", "delayed", "degraded", "past"]
    title: str
    text: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """Words for a page without script, and the moments (ms since 1970) from which a script goes on.

    ``banners`` tell of the market, ``outages`` of servers that are away, ``of_board`` of the newest board: a
    push brings others."""

    world: str
    now_ms: int
    now_iso: str
    speed: float
    clock: str
    own_clock: str
    phase_words: str
    phase_next: str
    data_age: str
    oldest_words: str
    oldest_ms: int
    is_old: bool
    windows: str
    banners: tuple[Banner, ...]
    outages: tuple[Banner, ...]
    of_board: tuple[Banner, ...]


def market_status(
    now: dt.datetime,
    oldest: dt.datetime | None,
    *,
    world: str = "live",
    zone: str = "",
    speed: float = 1.0,
    banners: tuple[Banner, ...] = (),
    outages: tuple[Banner, ...] = (),
    of_board: tuple[Banner, ...] = (),
) -> MarketStatus:
    """``oldest`` is the moment of the oldest price that the board rests on, None without a board."""
    local = now.astimezone(sessions.ET)
    words, after = phase_words(local)
    return MarketStatus(
        world=world,
        now_ms=ages.milliseconds(now),
        now_iso=local.isoformat(timespec="seconds"),
        speed=speed,
        clock=figures.clock(local, seconds=True),
        own_clock=own_clock(now, zone),
        phase_words=words,
        phase_next=after,
        data_age=f"Data {data_age(now - oldest)} old" if oldest else "No data yet",
        oldest_words=f"oldest input: {_moment(oldest, local)}" if oldest else "nothing has been read",
        oldest_ms=ages.milliseconds(oldest) if oldest else 0,
        is_old=oldest is not None and sessions.session_minutes_between(oldest, now) > ages.LATE_MINUTES,
        windows=windows(local),
        banners=banners,
        outages=outages,
        of_board=of_board,
    )


def phase_words(now: dt.datetime) -> tuple[str, str]:
    """Which part of the session it is and what comes next: "Regular session", "closes in 5 h 17 m"."""
    phase = sessions.phase(now)
    words = PHASES[phase]
    if phase == "closed":
        today = now.date()
        opening = sessions.hours(today).pre_open if sessions.is_session(today) else None
        if opening is None or now >= opening:
            opening = sessions.hours(sessions.next_session(today)).pre_open
        return words, f"opens {ages.moment_ahead(opening, now)}"
    day = sessions.hours(now.date())
    verb, moment = {
        "pre": ("opens", day.open),
        "regular": ("closes", day.close),
        "post": ("ends", day.post_close),
    }[phase]
    return words, f"{verb} in {in_words(moment - now)}"


def in_words(length: dt.timedelta) -> str:
    """ "5 h 17 m", "42 m", "less than a minute"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    return f"{minutes} m" if minutes < 60 else f"{minutes // 60} h {minutes % 60} m"


def data_age(length: dt.timedelta) -> str:
    """ "38 s", "6 m 10 s", "3 h 12 m", "2 d 4 h"."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} m {seconds % 60} s"
    hours = seconds // 3600
    return f"{hours} h {seconds % 3600 // 60} m" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def own_clock(now: dt.datetime, zone: str) -> str:
    """The same moment on the user's own clock: "15:42:18 in Paris"; empty without a zone of their own."""
    if not zone or zone == "America/New_York":
        return "New York time"
    try:
        local = now.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return "New York time"
    return f"{local.hour}:{local:%M:%S} in {zone.rpartition('/')[2].replace('_', ' ')}"


def windows(now: dt.datetime) -> str:
    """JSON list of [pre-market start, open, close, end] of the sessions around now, ms since 1970."""
    first = sessions.session_offset(now.date(), -SESSIONS_BACK)
    last = sessions.session_offset(now.date(), SESSIONS_AHEAD)
    days = [sessions.hours(day) for day in sessions.sessions_between(first, last)]
    return json.dumps(
        [
            [ages.milliseconds(moment) for moment in (day.pre_open, day.open, day.close, day.post_close)]
            for day in days
        ],
        separators=(",", ":"),
    )


def oldest_input(payload: Mapping[str, Any] | None) -> dt.datetime | None:
    """The oldest price feed behind anything on the board."""
    entries = (payload or {}).get("sectors", {}).values()
    moments = [entry["oldest_input_at"] or entry["as_of"] for entry in entries]
    return min((dt.datetime.fromisoformat(moment) for moment in moments), default=None)


def world_banner(world: str, label: str, speed: float, *, ended: bool) -> Banner | None:
    """What to say above a market that is not the plain live one; None for that."""
    if world == "live":
        return None
    pace = f" at {speed:g}× speed" if speed != 1 else ""
    if world == "replay":
        text = f"Recorded closes{pace}; between two of them, what was not recorded is drawn (interpolated)."
        return Banner("replay", label.upper(), "The recording has ended. " + text if ended else text)
    return Banner(
        "simulated",
        label.upper(),
        f"Prices are made up by a seeded model on its own clock{pace}.",
        "Nothing here is a real quote.",
    )


def delay_banner(context: Mapping[str, Any]) -> Banner | None:
    """What to say of a board whose prices are those of a delayed plan, or of the last close."""
    if context.get("end_of_day"):
        text = "The plans of the keys have no prices within the session: every figure is of the last close."
        more = "A limit of 20 hours keeps the lights lit all day; a shorter one puts them out."
        return Banner("delayed", "END OF DAY", text, more)
    seconds = context.get("lag_seconds")
    if not seconds:
        return None
    minutes, rest = divmod(int(seconds), 60)
    text = f"Measured lag of the feed: {minutes} m {rest:02d} s."
    return Banner(
        "delayed", f"DELAYED {round(seconds / 60)} MIN", text, "Every reading says so in its source."
    )


def board_banners(payload: Mapping[str, Any] | None) -> tuple[Banner, ...]:
    """What to say of a stored board as it was made."""
    context = (payload or {}).get("context", {})
    return tuple(filter(None, (delay_banner(context), night_banner(context), funnel_banner(context))))


def funnel_banner(context: Mapping[str, Any]) -> Banner | None:
    """What to say of a board whose universe narrowed down otherwise than that of the session before."""
    alarms = [str(words) for words in context.get("funnel") or ()]
    if not alarms:
        return None
    others = f", and {figures.number_of(len(alarms) - 1, 'stage')} more" if len(alarms) > 1 else ""
    return Banner("degraded", "UNIVERSE", f"{alarms[0]}{others}.", "The universe page has every stage.")


def night_banner(context: Mapping[str, Any]) -> Banner | None:
    """What to say of a board that was made before the first pass of its session."""
    night = context.get("night") or {}
    if not night:
        return None
    prints = int(night["prints"])
    title = "EARLY PRE-MARKET" if prints else "NO PRE-MARKET PRINTS YET"
    traded = f"{figures.number_of(prints, 'member')} traded so far; " if prints else ""
    known = figures.number_of(int(night["catalysts"]), "catalyst")
    text = f"{traded}{_carried_words(night)}, with {known} since its close."
    return Banner("delayed", title, text[:1].upper() + text[1:], _indices_words(night))


def _carried_words(night: Mapping[str, Any]) -> str:
    """How many lights stand on the last session: all of them until enough members have traded."""
    carried, lights = int(night["carried"]), figures.number_of(int(night["sectors"]), "light")
    if carried == int(night["sectors"]):
        return "the returns are those of the last session"
    if not carried:
        return "no light shows the last session any more"
    return f"{carried} of {lights} still {'shows' if carried == 1 else 'show'} the last session"


def _indices_words(night: Mapping[str, Any]) -> str:
    """The world's indices and what they add; one alone says too little of a night to add anything. Boards of
    an older version do not say what the plan has."""
    moves = [f"{name} {figures.percent(pct)}" for name, pct in night["indices"]]
    in_plan = night.get("in_plan")
    if in_plan is not None and in_plan < 2:
        return f"{'Only one world index' if in_plan else 'No world indices'} in the plan: no overnight shift."
    if len(moves) < 2:
        return "World indices are missing: no overnight shift."
    return f"World indices: {', '.join(moves)}. They add {figures.signed(night['shift'], 3)} to every base."


def _moment(moment: dt.datetime, now: dt.datetime) -> str:
    same_day = moment.astimezone(sessions.ET).date() == now.date()
    return figures.clock(moment, seconds=True) if same_day else ages.moment_text(moment, now)
