"""The page of one listing: in or out and why, where it belongs, what it costs, and how it ranks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from analysis.catalyst_selectors import StockCatalysts
from analysis.models import StockReading
from analysis.pages.catalysts import CatalystPanel, catalyst_panel
from analysis.pages.criteria import CriterionRow, criteria_rows
from analysis.stock_prices import Reference, StockPrices
from analysis.types import Timeframe
from sectors import figures
from sectors.models import Classification
from sectors.pages.rank_lists import RankRow, rank_row
from sectors.pages.reasons import EXCHANGES, reason_words
from sectors.presenters.ages import moment_text
from sectors.types import Flag
from universe.gaps import gap_words, has_frequent_wide_gaps, stock_class
from universe.models import QuarantinedPrice
from universe.selectors import StockDetail
from universe.types import Tier, UniverseCriteria

FRAME_NAMES = {
    Timeframe.MIN30: "30 minutes",
    Timeframe.DAY1: "1 day",
    Timeframe.DAY3: "3 days",
    Timeframe.WEEK1: "1 week",
}
CAP_TIERS = {"micro_cap": "micro cap", "small_cap": "small cap"}
ALIGNMENT = {
    1.0: "moves with a coloured sector",
    0.5: "its sector is neutral or has no verdict",
    0.0: "moves against its sector",
}
EVIDENCE = {
    "sector": "Vendor sector and industry",
    "industry": "Vendor industry",
    "screener": "Screener industry",
    "sic": "Industry code (SIC)",
    "fund": "Held by the sector fund",
    "description": "Words of the description",
    "name": "Words of the name",
    "override": "Set by hand",
}


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """``look`` is in, part or out; ``lead`` the verdict, ``detail`` every reason in words."""

    look: Literal["in", "part", "out"]
    glyph: str
    lead: str
    detail: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    glyph: str
    what: str
    says: str
    weight: str


@dataclass(frozen=True, slots=True)
class SectorPanel:
    title: str
    slug: str
    confidence: str
    note: str
    rows: tuple[EvidenceRow, ...]
    footer: str


@dataclass(frozen=True, slots=True)
class PartRow:
    name: str
    source: str
    points: str
    of: str


@dataclass(frozen=True, slots=True)
class RankPanel:
    """``run_id`` and ``sector`` tell where the stored inputs of the rank are shown."""

    rank: str
    note: str
    run_id: int
    sector: str
    parts: tuple[PartRow, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class ReturnRow:
    frame: str
    value: str
    sign: str
    reference: str
    moment: str
    against: str
    against_sign: str


@dataclass(frozen=True, slots=True)
class PriceHead:
    """``value`` empty: no print in the session."""

    value: str
    change: str
    sign: str
    note: str


@dataclass(frozen=True, slots=True)
class StockFacts:
    """What the selectors found about one listing at market time ``now``."""

    detail: StockDetail
    limits: UniverseCriteria
    classification: Classification | None
    prices: StockPrices
    rank: StockReading | None
    now: dt.datetime
    quarantine: QuarantinedPrice | None = None
    catalysts: StockCatalysts = field(default_factory=StockCatalysts)


@dataclass(frozen=True, slots=True)
class StockPage:
    """Everything `analysis/stock.html` prints."""

    symbol: str
    name: str
    badges: tuple[str, ...]
    price: PriceHead
    verdict: VerdictLine
    criteria: tuple[CriterionRow, ...]
    sector: SectorPanel
    rank: RankPanel | None
    no_rank: str
    returns: tuple[ReturnRow, ...]
    returns_note: str
    facts_note: str
    catalysts: CatalystPanel


def stock_page(facts: StockFacts) -> StockPage:
    stock, verdict = facts.detail.stock, facts.detail.verdict
    snapshot = facts.detail.snapshot
    rows: tuple[CriterionRow, ...] = ()
    if verdict is not None and snapshot is not None:
        close_of = f"{figures.day(snapshot.built_from)} close"
        rows = criteria_rows(stock, verdict, facts.limits, close_of=close_of)
    return StockPage(
        symbol=stock.symbol,
        name=stock.name,
        badges=tuple(_badges(facts.detail)),
        price=_price(facts),
        verdict=_verdict(facts.detail, rows, is_placed=_is_placed(facts.classification)),
        criteria=rows,
        sector=_sector(facts.classification, facts.detail),
        rank=_rank(facts.rank, facts.now) if facts.rank and facts.detail.tier == Tier.CORE else None,
        no_rank=_no_rank(facts.detail),
        returns=tuple(_returns(facts.prices, facts.now)),
        returns_note=_returns_note(facts.prices),
        facts_note=_facts_note(facts.detail),
        catalysts=catalyst_panel(facts.catalysts.events, facts.catalysts.dilution, facts.now),
    )


def _badges(detail: StockDetail) -> Iterator[str]:
    stock, verdict = detail.stock, detail.verdict
    if stock.mic:
        yield EXCHANGES.get(stock.mic, stock.mic)
    if verdict is not None and verdict.cap_tier:
        yield CAP_TIERS.get(verdict.cap_tier, verdict.cap_tier)
    if verdict is not None and verdict.float_estimated:
        yield "float estimated"
    gaps = stock_class(verdict.gap_share) if verdict is not None else None
    if gaps is not None:
        yield f"gap frequency {gaps.words}"
    if verdict is not None and has_frequent_wide_gaps(verdict.gap_share_10):
        yield "frequent gaps of 10%"
    if not stock.active:
        yield "no longer listed"
    if detail.was is not None:
        yield f"{detail.was.old} until {figures.day(detail.was.session)}"


def _price(facts: StockFacts) -> PriceHead:
    prices = facts.prices
    if prices.last is None:
        return _close_head(facts)
    change = prices.returns[Timeframe.DAY1]
    against = prices.references[Timeframe.DAY1].price
    words = [f"day, against {figures.usd(against)}"] if change is not None else []
    if prices.last_at is not None:
        age = figures.span(facts.now - prices.last_at)
        words.append(f"{figures.clock(prices.last_at, seconds=True)}, {age} old")
    words += ["halted"] if prices.halted else []
    words += ["interpolated"] if prices.interpolated else []
    words += _quarantine_words(facts.quarantine)
    return PriceHead(
        figures.usd(prices.last),
        figures.percent(change) if change is not None else "",
        figures.sign_class(change),
        " · ".join(words),
    )


def _close_head(facts: StockFacts) -> PriceHead:
    """The newest close, of the stored bars or of the verdict; its session is named."""
    close = facts.prices.references[Timeframe.DAY1]
    price, session = close.price, close.session
    snapshot, verdict = facts.detail.snapshot, facts.detail.verdict
    if price is None and verdict is not None and snapshot is not None:
        price, session = verdict.price, snapshot.built_from
    held = _quarantine_words(facts.quarantine)
    if price is None:
        return PriceHead("", "", "", " · ".join(["no price is known", *held]))
    words = [f"close of {figures.day(session)}, no print {'today' if not held else 'believed today'}", *held]
    return PriceHead(figures.usd(price), "", "", " · ".join(words))


def _quarantine_words(held: QuarantinedPrice | None) -> list[str]:
    """What is told of a price that is not believed, and so stands in no figure of the page."""
    if held is None:
        return []
    since = figures.clock(held.first_at)
    return [f"price quarantined: {figures.usd(held.price)}, {held.get_reason_display()}, since {since}"]


def _is_placed(found: Classification | None) -> bool:
    """Whether it stands in a sector, or nobody has judged it yet."""
    return found is None or found.sector_id is not None


def _verdict(detail: StockDetail, rows: tuple[CriterionRow, ...], *, is_placed: bool) -> VerdictLine:
    snapshot = detail.snapshot
    if detail.verdict is None or snapshot is None:
        when = f"the session of {figures.day(snapshot.session)}" if snapshot else "any session yet"
        text = f"Not judged for {when}."
        if not detail.stock.active:
            return VerdictLine("out", "g-none", "No longer listed.", "It is in no universe any more.")
        return VerdictLine(
            "out", "g-none", text, "The next universe build, at 20:00 or with the next run, judges it."
        )
    session = figures.day(snapshot.session)
    reasons = [reason_words(code) for code in detail.reasons]
    counted = f"{figures.number_of(len(reasons), 'reason')}: {', '.join(reasons)}."
    if detail.tier == Tier.CORE:
        lead = "In the universe, core tier: ranked, listed and alerted on."
        return VerdictLine("in", "g-ok", lead, f"All {len(rows)} criteria hold for the session of {session}.")
    if detail.tier == Tier.BREADTH:
        counts = "counts in the sector’s colour" if is_placed else "in no sector, so it counts in no colour"
        lead = f"Breadth tier only: {counts}, is not ranked, listed or alerted on."
        return VerdictLine("part", "g-warn", lead, f"{counted} Session of {session}.")
    lead = "Out of the universe: counts in no colour, is not ranked, listed or alerted on."
    return VerdictLine("out", "g-x", lead, f"{counted} Session of {session}.")


def _sector(found: Classification | None, detail: StockDetail) -> SectorPanel:
    footer = _gap_words(detail)
    if found is None:
        note = "The next universe build, at 20:00 or with the next run, classifies it."
        return SectorPanel("Sector: not classified yet", "", "", note, (), footer)
    rows = tuple(_evidence(piece, found.sector_id) for piece in found.evidence)
    agreeing = sum(piece.get("sector") == found.sector_id for piece in found.evidence)
    if found.excluded:
        title, note = "No sector: a shell or fund", "It is never a member of a sector."
    elif found.sector is None:
        title, note = "Sector unknown", "It is counted, and stands in no sector."
    else:
        title, note = f"Sector: {found.sector.name}", f"{agreeing} of {len(rows)} hints agree"
    if found.evidence and found.evidence[0].get("kind") == "override":
        title = title if found.sector is not None else "No sector: set by hand"
        note = "An admin has decided; the rules’ own verdict stands below"
    if found.disputed:
        note = f"{note.removesuffix('.')}, disputed between sources"
    return SectorPanel(
        title,
        "" if found.excluded else found.sector_id or "",
        figures.plain(found.confidence),
        note,
        rows,
        " ".join(part for part in (footer, f"Rules {found.rules_version}.") if part),
    )


def _evidence(piece: dict[str, Any], winner: str | None) -> EvidenceRow:
    sector = piece.get("sector")
    kind = str(piece.get("kind", ""))
    glyph = "g-none" if sector is None else "g-ok" if sector == winner else "g-x"
    return EvidenceRow(
        glyph,
        f"{EVIDENCE.get(kind, kind.capitalize())}: {piece.get('value', '')}",
        f"Says {sector.replace('_', ' ')}." if sector else "Names no sector.",
        figures.plain(piece.get("weight")),
    )


def _gap_words(detail: StockDetail) -> str:
    share = detail.verdict.gap_share if detail.verdict else None
    if share is None:
        return ""
    wide = detail.verdict.gap_share_10 if detail.verdict else None
    words = f"Opened 5% or more away from the close before on {gap_words(share)}"
    return f"{words}{'' if wide is None else f', 10% or more on {gap_words(wide)}'}, as far as known."


def _rank(reading: StockReading, now: dt.datetime) -> RankPanel:
    stored = reading.parts
    row = rank_row(stored | {"symbol": reading.symbol, "rank": reading.rank})
    sources = (
        ("Move", _move_words(stored, row), "4"),
        ("Volume", f"{row.volume} usual for the time of day", "3"),
        ("Alignment", ALIGNMENT.get(stored.get("alignment"), figures.plain(stored.get("alignment"))), "2"),
        ("Shortability", f"{row.grade}, {figures.usd_large(stored.get('dollar_volume'))} a day", "1"),
    )
    return RankPanel(
        rank=row.rank,
        note=f"run {figures.count(reading.run_id)}, {moment_text(reading.timestamp, now)}",
        run_id=reading.run_id,
        sector=reading.sector,
        parts=tuple(
            PartRow(name, source, points, of)
            for (name, source, of), points in zip(sources, row.parts, strict=True)
        ),
        flags=row.flags,
    )


def _move_words(stored: dict[str, Any], row: RankRow) -> str:
    """The day's move, the opening gap, and the later legs of the day as far as they have begun."""
    legs = (("regular hours", "regular_pct"), ("after hours", "post_pct"))
    told = [f"{name} {figures.percent(stored[key])}" for name, key in legs if stored.get(key) is not None]
    return ", ".join([f"day {row.change}", f"opening gap {row.opening_gap}", *told])


def _no_rank(detail: StockDetail) -> str:
    if detail.tier == Tier.CORE:
        return "No run has ranked it yet; the next one does."
    return "Only core stocks are ranked: they can be traded."


def _returns(prices: StockPrices, now: dt.datetime) -> Iterator[ReturnRow]:
    for frame, name in FRAME_NAMES.items():
        value, against = prices.returns[frame], prices.against[frame]
        reference = prices.references[frame]
        yield ReturnRow(
            name,
            figures.percent(value),
            figures.sign_class(value),
            figures.plain(reference.price),
            _moment(reference, now),
            figures.DASH if against is None else f"{figures.signed(against, 1)} pts",
            figures.sign_class(against),
        )


def _moment(reference: Reference, now: dt.datetime) -> str:
    if reference.price is None:
        return "no reference in the window" if reference.session is None else "no close stored"
    if reference.at is not None:
        return f"{moment_text(reference.at, now)}, same session"
    return f"{figures.day(reference.session)} close"


def _returns_note(prices: StockPrices) -> str:
    words = []
    if prices.day_volume is not None:
        words.append(f"{figures.count(prices.day_volume)} shares so far today, from 4:00.")
    if prices.last is None:
        words.append("Without a print today there is no return; an absent one is never shown as 0.")
    return " ".join(words)


def _facts_note(detail: StockDetail) -> str:
    stock = detail.stock
    words = []
    if stock.short_interest is not None and stock.float_shares:
        words.append(
            f"Short interest {figures.plain(100 * stock.short_interest / stock.float_shares, 0)}% of float"
        )
    if stock.days_to_cover is not None:
        words.append(f"{figures.plain(stock.days_to_cover, 1)} days to cover")
    if not words:
        return "Short interest and borrow are not known."
    return f"{', '.join(words)}. Borrow: not known, no feed is set up."
