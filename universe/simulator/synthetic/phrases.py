"""What the invented companies' news say: by tone and sector, and which papers are filed with it.

Words in braces are filled in when an article is written: ``million`` a sum, ``price`` USD a share,
``percent``, ``ratio`` old shares for a new one, ``quarter``, ``other`` another company, ``bank``, ``firm``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EVENT = ("8-K",)
OFFERING = ("8-K", "424B5")


@dataclass(frozen=True, slots=True)
class Phrase:
    """``words`` follow the company's name; ``forms`` are filed with it, none for what is no event of the
    company's own. ``more`` is the text's second sentence."""

    words: str
    forms: tuple[str, ...] = ()
    more: str = ""


def _events(*words: str) -> tuple[Phrase, ...]:
    return tuple(Phrase(line, EVENT) for line in words)


_USE = "The company intends to use the net proceeds for working capital and general corporate purposes."
_DILUTES = "The shares may be sold from time to time at prices to be determined at the time of the sale."

#: Sector words stand for half of what companies of that sector tell; "" is for everybody.
GOOD: Mapping[str, tuple[Phrase, ...]] = {
    "Healthcare": _events(
        "receives FDA approval for its lead drug",
        "wins FDA clearance for its diagnostic device",
        "granted FDA fast track designation",
        "granted FDA breakthrough therapy designation",
        "reports positive Phase 2 data",
        "announces positive topline results from Phase 3 trial, which met its primary endpoint",
        "says FDA accepts new drug application with priority review",
    ),
    "Technology": _events(
        "lands multi-year cloud contract worth ${million} million",
        "unveils new AI platform with first customers",
        "selected by {other} for its data platform under a strategic partnership",
    ),
    "Financial Services": _events("lifts dividend and buyback", "posts record net interest income"),
    "Energy": _events(
        "announces major discovery", "raises production outlook", "signs ten-year supply agreement"
    ),
    "": (
        *_events(
            "beats {quarter} earnings estimates as revenue jumps {percent}%",
            "reports {quarter} results above estimates",
            "beats quarterly estimates and raises full-year guidance",
            "raises full-year outlook",
            "raises {quarter} guidance on strong demand",
            "to be acquired by {other} for ${price} per share in cash",
            "enters definitive merger agreement with {other}",
            "wins ${million} million contract",
            "receives purchase order worth ${million} million",
            "announces strategic partnership with {other}",
            "enters license agreement with {other}",
            "regains compliance with minimum bid price requirement",
            "authorizes ${million} million share repurchase program",
        ),
        Phrase("upgraded to buy at {bank}, price target ${price}"),
        Phrase("upgraded to outperform at {bank}"),
        Phrase("shares halted on circuit breaker to the upside"),
        Phrase("shares rise as {other} reports strong demand"),
        Phrase("is among the stocks that analysts like most now"),
        Phrase("director buys shares in the open market"),
    ),
}
BAD: Mapping[str, tuple[Phrase, ...]] = {
    "Healthcare": (
        *_events(
            "receives complete response letter from FDA",
            "says FDA places clinical hold on its study",
            "halts trial after safety review",
            "says Phase 3 trial did not meet its primary endpoint",
            "discontinues Phase 2 trial after interim analysis",
        ),
        Phrase("prices ${million} million public offering", OFFERING, _USE),
    ),
    "Technology": _events(
        "cuts revenue outlook", "loses contract with its largest customer", "discloses security incident"
    ),
    "Financial Services": _events("builds loan loss reserves", "misses earnings estimates on lower income"),
    "Energy": _events("suspends drilling program", "cuts output forecast", "takes impairment charge"),
    "": (
        *_events(
            "misses {quarter} earnings estimates as revenue falls {percent}%",
            "reports {quarter} results below estimates",
            "misses quarterly estimates and lowers full-year guidance",
            "lowers full-year outlook",
            "withdraws full-year guidance",
            "and {other} terminate merger agreement",
            "says ${million} million contract was terminated",
            "receives notice of noncompliance with minimum bid price requirement",
            "receives delisting determination, will request hearing on its listing",
            "announces 1-for-{ratio} reverse stock split plan",
            "delays annual report",
        ),
        Phrase("prices ${million} million public offering of common stock", OFFERING, _USE),
        Phrase(
            "announces ${million} million registered direct offering at ${price} per share", OFFERING, _USE
        ),
        Phrase("announces proposed public offering of common stock and warrants", OFFERING, _USE),
        Phrase("announces ${million} million private placement of convertible notes", EVENT, _USE),
        Phrase("enters ${million} million at-the-market offering program", OFFERING, _DILUTES),
        Phrase("files ${million} million mixed shelf registration", ("S-3",), _DILUTES),
        Phrase("registers shares for resale by holders of warrants", ("424B3",), _DILUTES),
        Phrase("announces exercise of warrants for ${million} million in gross proceeds", EVENT, _USE),
        Phrase("downgraded to sell at {bank}, price target ${price}"),
        Phrase("falls after short seller's report"),
        Phrase("downgraded to underperform at {bank}"),
        Phrase("shares halted on circuit breaker to the downside"),
        Phrase("shares fall as {other} warns of weak demand"),
        Phrase("looks expensive after its run, three charts show"),
        Phrase("director sells shares in the open market"),
    ),
}
PLAIN = (
    Phrase("to present at investor conference"),
    Phrase("to host conference call on {quarter} results"),
    Phrase("sets date for quarterly results"),
    Phrase("names new finance chief", EVENT),
    Phrase("appoints two directors"),
    Phrase("shares halted, news pending"),
    Phrase("publishes sustainability report"),
    Phrase("shares: what to know before the open"),
)
#: No catalyst: after falls law firms advertise.
LAW = (
    "Investors who lost money in {name} are reminded of the class action deadline",
    "SHAREHOLDER ALERT: {firm} investigates claims on behalf of investors of {name}",
    "{firm} announces class action lawsuit against {name}",
)
#: No catalyst: lists of what has moved already.
LISTS = (
    "{count} stocks moving in {weekday}'s pre-market session",
    "Why {name} shares are trading {way} by around {percent}%; here are {count} stocks moving premarket",
    "Top small-cap movers: {name} and {count} others",
)
QUARTERS = ("first quarter", "second quarter", "third quarter", "fourth quarter")
BANKS = ("Harlow Stone", "Pelham Brothers", "Corvin Securities", "Northmoor Capital")
FIRMS = ("Brandt & Lowe LLP", "Hale Whitcombe LLP", "The Farrow Law Firm")
