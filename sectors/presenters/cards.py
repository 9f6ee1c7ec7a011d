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
from sectors.types import CardData, CardState, FrameCell, Lamp, ViewLimits
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

    ``now`` is market time; a reading older than ``limits.stale_minutes`` of session time is shown as last
    known. ``payload`` None: nothing has been published yet; ``loading``: the first run is at work.
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
    as_of = _moment(entry["as_of"])
    age = sessions.session_minutes_between(as_of, now)
    if entry["state"] == "insufficient":
        return _insufficient(place, entry, now, limits)
    state, stale_line = _state(entry, age, now, limits)
    score = Decimal(entry["score"])
    text = score_text(score)
    band = stored_band(entry["colour"])
    carried = entry.get("carried")
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
        stale_line=stale_line,
        score=text,
        version=int(entry["version"]),
        as_of_ms=ages.milliseconds(as_of),
        as_of_text=ages.moment_text(as_of, now),
        age=ages.short_age(age),
        age_look="late" if carried or state == "stale" or age > ages.LATE_MINUTES else "",
        clocks=_clocks(entry),
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


def _state(
    entry: Mapping[str, Any], age: float, now: dt.datetime, limits: ViewLimits
) -> tuple[CardState, str]:
    """The state and the line that a stale card carries; the line is always there, for the page to age it."""
    limit = f"Older than your limit of {ages.limit_words(limits.stale_minutes)}"
    if entry.get("carried"):
        return "stale", f"Last known, from {ages.moment_text(_moment(entry['as_of']), now)}"
    if age > limits.stale_minutes:
        return "stale", limit
    return ("noise" if entry["state"] == "noise" else "normal"), limit


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


def _clocks(entry: Mapping[str, Any]) -> str:
    """The three clocks of a reading, for the title of its age."""
    as_of, computed = _moment(entry["as_of"]), _moment(entry["computed_at"])
    words = (
        f"Data as of {figures.clock(as_of, seconds=True)}, computed {figures.clock(computed, seconds=True)}"
    )
    if entry["confirmed_at"]:
        words += f", prices last confirmed {figures.clock(_moment(entry['confirmed_at']), seconds=True)}"
    if entry["oldest_input_at"]:
        words += f", oldest input {figures.clock(_moment(entry['oldest_input_at']), seconds=True)}"
    return words


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
    as_of = _moment(entry["as_of"])
    valid = entry["valid"]
    mean = next((f["value"] for f in entry["frames"] if f["timeframe"] == "1d"), None)
    facts = [("Members up", f"{entry['advancing']} of {valid}"), ("Mean day", figures.percent(mean))]
    last = entry.get("last_verdict")
    if last:
        light = LIGHTS[stored_band(last["colour"])]
        at = ages.moment_text(_moment(last["at"]), now)
        facts.append(("Last verdict", f"{light.verdict}, {score_text(Decimal(last['score']))}, {at}"))
    age = sessions.session_minutes_between(as_of, now)
    return _unlit(
        place,
        "unlit",
        ("No verdict", f"{valid} members trade, {entry['needed']} are needed"),
        version=int(entry["version"]),
        as_of_ms=ages.milliseconds(as_of),
        as_of_text=ages.moment_text(as_of, now),
        age=ages.short_age(age),
        age_look="late" if age > min(ages.LATE_MINUTES, limits.stale_minutes) else "",
        clocks=_clocks(entry),
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
