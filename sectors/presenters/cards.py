"""Stored payload and market time in, what the eight cards print out. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from sectors import figures
from sectors.lights import LIGHTS, lamp, score_text, stored_band
from sectors.places import PLACES, Place
from sectors.presenters import ages
from sectors.presenters.spark import spark_of
from sectors.presenters.tops import halted_words, top_lists
from sectors.types import CardData, CardState, Clock, FrameCell, Lamp, ViewLimits
from universe import sessions

FRAME_LABELS = {"30min": "30m", "1d": "1d", "3d": "3d", "1w": "1w"}
#: Cautions that the figures of the card show themselves; any other stands in the light's second line.
SHOWN_ELSEWHERE = ("short and long frames", "confidence below")


def cards_from_payload(
    payload: Mapping[str, Any] | None,
    now: dt.datetime,
    limits: ViewLimits,
    *,
    loading: bool = False,
) -> list[CardData]:
    """The eight cards in their fixed order, whatever the payload holds.

    ``now`` is market time; the light of a reading whose data are older than ``limits.stale_minutes`` of
    session time is out. ``payload`` None: nothing has been published yet; ``loading``: the first run is at
    work.
    """
    entries: Mapping[str, Any] = (payload or {}).get("sectors", {})
    failed: Mapping[str, str] = (payload or {}).get("context", {}).get("failed", {})
    return [
        _card(place, entries[place.slug], now, limits)
        if place.slug in entries
        else _unread(place, failed.get(place.slug), loading=loading)
        for place in PLACES
    ]


def _card(place: Place, entry: Mapping[str, Any], now: dt.datetime, limits: ViewLimits) -> CardData:
    if entry["state"] == "insufficient":
        return _insufficient(place, entry, now, limits)
    lit = _lit(entry)
    state: CardState = "stale" if _is_past(entry, now, limits) else lit
    score = Decimal(entry["score"])
    text = score_text(score)
    band = stored_band(entry["colour"])
    relative = entry.get("relative_score")
    return CardData(
        slug=place.slug,
        key=place.key,
        name=place.name,
        short_name=place.short_name,
        state=state,
        lamp=lamp(band),
        verdict=LIGHTS[band].verdict,
        subline=_subline(entry),
        stale_line=_stale_line(entry, now, limits),
        score=text,
        version=int(entry["version"]),
        lit=lit,
        **_age(entry, now, limits),
        relative=lamp(stored_band(entry["relative_colour"]), score_text(Decimal(relative)))
        if relative is not None
        else None,
        confidence=figures.plain(Decimal(entry["confidence"])),
        confidence_percent=round(float(entry["confidence"]) * 100),
        caution=", ".join(entry["cautions"]) or None,
        **_past(entry, now),
        frames=tuple(_frame(frame) for frame in entry["frames"]),
        spark=spark_of(entry["yesterday"], entry["today"], text),
        up_percent=round(100 * entry["advancing"] / entry["valid"]) if entry["valid"] else 0,
        up_count=entry["advancing"],
        valid=entry["valid"],
        tops=top_lists(entry, now),
        **_source(place, entry),
    )


def data_of(entry: Mapping[str, Any]) -> dt.datetime:
    """The moment that a reading's prices are of, which rules its age."""
    oldest = entry["oldest_input_at"]
    return ages.data_moment(_moment(entry["as_of"]), _moment(oldest) if oldest else None)


def _age(entry: Mapping[str, Any], now: dt.datetime, limits: ViewLimits) -> dict[str, Any]:
    """The age as text, look and state. The page says it anew each second, by the same rules."""
    moment = data_of(entry)
    minutes = sessions.session_minutes_between(moment, now)
    state = ages.age_state(minutes, limits)
    is_late = bool(entry.get("carried")) or state != "fresh" or minutes > ages.LATE_MINUTES
    suffix = " aging" if state == "aging" else " old" if is_late else ""
    return {
        "as_of_ms": ages.milliseconds(moment),
        "as_of_text": ages.moment_text(moment, now),
        "age": ages.short_age(minutes) + suffix,
        "age_look": "late" if is_late else "",
        "age_state": state,
        "both_ages": ages.both_ages(minutes, now - moment),
        "clocks": _clocks(entry, now),
    }


def _lit(entry: Mapping[str, Any]) -> CardState:
    """How the light is drawn within the limit: outlined where a later run could not read the sector."""
    if entry.get("carried"):
        return "stale"
    return "noise" if entry["state"] == "noise" else "normal"


def _is_past(entry: Mapping[str, Any], now: dt.datetime, limits: ViewLimits) -> bool:
    return sessions.session_minutes_between(data_of(entry), now) > limits.stale_minutes


def _stale_line(entry: Mapping[str, Any], now: dt.datetime, limits: ViewLimits) -> str:
    """Why the light is not lit; it stands in every card, for the page to age it."""
    moment = data_of(entry)
    if entry.get("carried") and not _is_past(entry, now, limits):
        return f"Last known, from {ages.moment_text(moment, now)}"
    return ages.past_limit(moment, now, limits)


def _subline(entry: Mapping[str, Any]) -> str:
    """ "Bearish · all frames down"; a near edge or a release takes the place of the pattern."""
    if entry["state"] == "noise":
        return "Within noise: not a signal"
    label = "" if entry["label"] == "Neutral" else entry["label"]
    told = (caution for caution in entry["cautions"] if not caution.startswith(SHOWN_ELSEWHERE))
    parts = (label, next(told, entry["pattern"]))
    line = " · ".join(part for part in parts if part) or str(entry["label"])
    return line[:1].upper() + line[1:]


def _past(entry: Mapping[str, Any], now: dt.datetime) -> dict[str, Any]:
    """The colour before this one when it turned today, else since when it has held."""
    was = entry.get("was")
    if was:
        until = _moment(was["until"])
        if sessions.session_of(until) == sessions.session_of(now):
            light = LIGHTS[stored_band(was["colour"])]
            before = Lamp(light.colour, light.glyph, f"was {light.verdict}")
            return {"was": before, "was_until": ages.moment_text(until, now)}
    since = entry.get("since")
    return {"since": ages.moment_text(_moment(since), now)} if since else {}


def _frame(frame: Mapping[str, Any]) -> FrameCell:
    value = frame["value"]
    return FrameCell(
        label=FRAME_LABELS[frame["timeframe"]],
        value=figures.percent(value) if value is not None else "no data",
        lamp=lamp(stored_band(frame["band"])),
        note=frame["note"],
    )


def _clocks(entry: Mapping[str, Any], now: dt.datetime) -> tuple[Clock, ...]:
    """The three clocks of a reading, and the oldest price behind it."""
    told = (
        ("Data as of", entry["as_of"]),
        ("Computed", entry["computed_at"]),
        ("Last confirmed", entry["confirmed_at"]),
        ("Oldest price", entry["oldest_input_at"]),
    )
    return tuple(
        Clock(label, ages.clock_text(moment, now), ages.milliseconds(moment))
        for label, moment in ((label, _moment(at)) for label, at in told if at)
    )


def _source(place: Place, entry: Mapping[str, Any]) -> dict[str, Any]:
    carried = entry.get("carried")
    if carried:
        at = figures.clock(_moment(carried["at"]))
        reason = f": {carried['reason']}" if carried["reason"] else ""
        return {
            "source_left": f"{place.short_name} input failed at {at}{reason}",
            "source_right": "next pass",
            "source_name": "",
        }
    marks = [*(["interpolated"] if entry["interpolated"] else []), *entry["flags"]]
    confirmed = entry["confirmed_at"]
    return {
        "source_left": f"{figures.count(entry['core'])} core · {figures.count(entry['members'])} breadth"
        + halted_words(entry),
        "source_name": ", ".join([entry["source"], *marks]),
        "source_right": figures.clock(_moment(confirmed), seconds=True) if confirmed else "",
    }


def _insufficient(place: Place, entry: Mapping[str, Any], now: dt.datetime, limits: ViewLimits) -> CardData:
    valid = entry["valid"]
    mean = next((f["value"] for f in entry["frames"] if f["timeframe"] == "1d"), None)
    facts = [("Members up", f"{entry['advancing']} of {valid}"), ("Mean day", figures.percent(mean))]
    last = entry.get("last_verdict")
    if last:
        light = LIGHTS[stored_band(last["colour"])]
        at = ages.moment_text(_moment(last["at"]), now)
        facts.append(("Last verdict", f"{light.verdict}, {score_text(Decimal(last['score']))}, {at}"))
    return _unlit(
        place,
        "unlit",
        ("No verdict", f"{valid} members trade, {entry['needed']} are needed"),
        version=int(entry["version"]),
        **_age(entry, now, limits),
        note=(
            (
                "",
                "A colour would rest on too few stocks, so none is shown. The figures below are for reading "
                "only.",
            ),
        ),
        note_facts=tuple(facts),
        note_link=("sector", "Open the members"),
    )


def _unread(place: Place, failed: str | None, *, loading: bool) -> CardData:
    """A card that never had a reading: the run failed for it, works at it, or has not come yet."""
    if loading:
        return _unlit(place, "loading", ("", "the first run is at work"))
    if failed is not None:
        return _unlit(
            place,
            "failed",
            ("Not computed", failed or "the run gave no reading"),
            age_look="bad",
            age="FAILED",
            note=(
                ("What happened:", failed or "the run gave no reading for this sector."),
                ("Effect:", f"there is no reading for {place.name} yet."),
                ("Next:", "tried again with the next pass, by itself."),
            ),
        )
    return _unlit(
        place,
        "empty",
        ("No reading yet", "The first run makes one"),
        note=(
            (
                "",
                "Nothing has been computed for this sector. The light comes on by itself with the next run.",
            ),
        ),
    )


def _unlit(
    place: Place, state: Literal["unlit", "failed", "empty", "loading"], words: Sequence[str], **more: Any
) -> CardData:
    glyph = "g-warn" if state == "failed" else "g-none"
    return CardData(
        slug=place.slug,
        key=place.key,
        name=place.name,
        short_name=place.short_name,
        state=state,
        lamp=Lamp("none", glyph, "no verdict"),
        verdict=words[0],
        subline=words[1],
        score="",
        **({"version": 0} | more),
    )


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(sessions.ET)
