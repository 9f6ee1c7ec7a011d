"""The listings of the drawn market (8,000, or fewer when asked) and the traits that make them move.

Pure and seeded: the same seed gives the same cast, whatever the date.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from universe.simulator.synthetic.funds import ALL, FUNDS, OTHER
from universe.simulator.synthetic.industries import INDUSTRIES, SECTOR_SHARES, SECTORS, SHELL, Industry
from universe.simulator.synthetic.names import legal_form, stems, ticker
from universe.simulator.world import Floats, Listings

LISTINGS = 8000
LISTINGS_MIN = 1000


@dataclass(frozen=True, slots=True)
class Counts:
    """How many listings of each kind; as many ETFs as make up the sum, ``etfs`` of them at first sight."""

    listings: int = LISTINGS
    companies: int = 4650
    foreign: int = 330
    shells: int = 170
    etfs: int = 1500
    closed_funds: int = 220
    preferreds: int = 360
    warrants: int = 430
    units: int = 130
    rights: int = 60
    notes: int = 150

    def scaled(self, listings: int) -> Counts:
        """The same mix in a market of ``listings`` listings."""
        return Counts(
            **{one.name: getattr(self, one.name) * listings // self.listings for one in fields(self)}
        )


#: Daily spread of a row's own move beside its sector's, median, and the chance of a jump overnight.
SECTOR_SPREAD = (0.040, 0.031, 0.019, 0.025, 0.029, 0.031, 0.033, 0.019, 0.021, 0.023, 0.029)
SECTOR_JUMPS = (0.016, 0.006, 0.003, 0.004, 0.005, 0.005, 0.005, 0.002, 0.002, 0.004, 0.005)

_FIXED_INCOME = {"price": 23.5, "spread": 0.006, "turnover": 0.002}


@dataclass
class _Draft:
    """Columns of the cast while it grows, one entry per listing."""

    counts: Counts
    symbols: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    mics: list[str] = field(default_factory=list)
    sectors: list[str] = field(default_factory=list)
    industries: list[str] = field(default_factory=list)
    sics: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    market: list[float] = field(default_factory=list)
    loading: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    jumps: list[float] = field(default_factory=list)
    price: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    turnover: list[float] = field(default_factory=list)

    def add(self, symbol: str, name: str, kind: str, **traits: object) -> None:
        row: dict[str, object] = {
            "mics": "XNAS", "sectors": "", "industries": "", "sics": "", "countries": "US", "texts": "",
            "group": OTHER, "market": 0.3, "loading": 0.3, "spread": 0.01, "jumps": 0.0,
            "price": 10.0, "shares": 1e7, "turnover": 0.004,
        } | traits  # fmt: skip
        self.symbols.append(symbol)
        self.names.append(name)
        self.kinds.append(kind)
        for column, value in row.items():
            getattr(self, column).append(value)


@dataclass(frozen=True)
class Cast:
    """Listings and their traits, arrays (N,).

    ``market`` and ``loading`` say how much of the market's and of its group's move a row takes, ``spread``
    is the standard deviation of its own daily log move, ``jumps`` the chance of an overnight jump,
    ``price`` the level it returns to, ``shares`` outstanding, ``turnover`` the usual daily volume as a
    share of them, ``float_part`` the free part of the shares (NaN: not known), ``companies`` rows of real
    companies' kind.
    """

    listings: Listings
    texts: tuple[str, ...]
    group: NDArray[np.int64]
    market: Floats
    loading: Floats
    spread: Floats
    jumps: Floats
    price: Floats
    shares: Floats
    turnover: Floats
    float_part: Floats
    companies: NDArray[np.int64]


def make_cast(seed: int, listings: int = LISTINGS) -> Cast:
    """A cast of `LISTINGS_MIN` to `LISTINGS` listings. Another number is another market."""
    rng = np.random.default_rng([seed, 1])
    counts = Counts().scaled(listings)
    draft = _Draft(counts)
    taken = {fund.symbol for fund in FUNDS}
    named = counts.companies + counts.foreign + counts.shells + counts.etfs // 8 + counts.closed_funds
    words = stems(named, rng)
    _companies(draft, words, taken, rng)
    companies = len(draft.symbols)
    _shells(draft, words[companies:], taken, rng)
    _derived(draft, companies, taken, rng)
    _funds(draft, words[companies + counts.shells :], taken, rng)
    return _finish(draft, companies, rng)


def _companies(draft: _Draft, words: list[str], taken: set[str], rng: np.random.Generator) -> None:
    by_sector = [[trade for trade in INDUSTRIES if trade.sector == sector] for sector in SECTORS]
    sectors = rng.choice(len(SECTORS), size=draft.counts.companies + draft.counts.foreign, p=SECTOR_SHARES)
    for number, group in enumerate(sectors):
        trade = by_sector[group][_skewed(len(by_sector[group]), rng)]
        foreign = number >= draft.counts.companies
        stem = words[number]
        name = f"{stem} {_word(trade, rng)} {legal_form(rng)}"
        suffix = " American Depositary Shares" if foreign else " Common Stock"
        draft.add(
            ticker(stem, taken, rng), name + suffix, _company_kind(foreign, rng),
            mics=_listing_place(int(group), rng), group=int(group),
            sectors=trade.sector, industries=trade.name, sics=trade.sic,
            countries=str(rng.choice(["CN", "GB", "IL", "BR", "IE", "DK"])) if foreign else _home(rng),
            texts=f"{stem} {trade.text}. It was founded in {1950 + int(rng.integers(74))}.",
            **_traits(int(group), rng),
        )  # fmt: skip


def _skewed(count: int, rng: np.random.Generator) -> int:
    """Earlier trades of a sector are commoner."""
    weights = 1.0 / (1.0 + np.arange(count))
    return int(rng.choice(count, p=weights / weights.sum()))


def _word(trade: Industry, rng: np.random.Generator) -> str:
    return trade.words[int(rng.integers(len(trade.words)))]


def _company_kind(foreign: bool, rng: np.random.Generator) -> str:
    """A few rows have no type, as on the vendor's list; some foreign ones are ordinary shares."""
    luck = rng.random()
    if luck < 0.001:
        return ""
    if foreign:
        return "ADRC"
    return "OS" if luck > 0.995 else "CS"


def _listing_place(group: int, rng: np.random.Generator) -> str:
    nasdaq = 0.85 if group in (0, 1, 2) else 0.45
    return str(rng.choice(["XNAS", "XNYS", "XASE"], p=[nasdaq, (1 - nasdaq) * 0.82, (1 - nasdaq) * 0.18]))


def _home(rng: np.random.Generator) -> str:
    return str(rng.choice(["US", "CA", "IL", "KY", "BM"], p=[0.9, 0.05, 0.02, 0.02, 0.01]))


def _traits(group: int, rng: np.random.Generator) -> dict[str, object]:
    """Price, size and liquidity of one company: small ones are cheaper, wilder and traded less."""
    size = rng.normal(8.62, 0.83)
    price = float(np.clip(10 ** (rng.normal(0.42 * (size - 8.6) + 0.98, 0.36)), 0.3, 900.0))
    wildness = SECTOR_SPREAD[group] * 10 ** (rng.normal(-0.06 * (size - 8.6), 0.13))
    return {
        "price": round(price, 4),
        "shares": float(round(10**size / price)),
        "turnover": float(10 ** rng.normal(-2.16 + 0.06 * (size - 8.6), 0.61)),
        "spread": float(np.clip(wildness, 0.008, 0.11)),
        "jumps": SECTOR_JUMPS[group],
        "market": float(np.clip(rng.normal(1.0, 0.25), 0.2, 1.8)) * (0.45 if group == 7 else 1.0),
        "loading": float(np.clip(rng.normal(1.0, 0.25), 0.2, 1.8)),
    }


def _shells(draft: _Draft, words: list[str], taken: set[str], rng: np.random.Generator) -> None:
    """Blank checks: common stock by type, and nothing moves."""
    for stem in words[: draft.counts.shells]:
        draft.add(
            ticker(stem, taken, rng), f"{stem} {_word(SHELL, rng)} Class A Ordinary Shares", "CS",
            sectors=SHELL.sector, industries=SHELL.name, sics=SHELL.sic, texts=f"{stem} {SHELL.text}.",
            price=float(rng.uniform(9.9, 11.2)), shares=float(rng.integers(5, 40)) * 1e6,
            turnover=float(10 ** rng.normal(-2.6, 0.5)), spread=0.0015, market=0.0, loading=0.0,
        )  # fmt: skip


def _derived(draft: _Draft, companies: int, taken: set[str], rng: np.random.Generator) -> None:
    """Warrants, units and rights of shells; preferred shares and notes of companies."""
    shells = range(companies, companies + draft.counts.shells)
    plan = (
        ("WARRANT", draft.counts.warrants, "W", " Warrant", {"price": 0.6, "spread": 0.07, "turnover": 0.01}),
        ("UNIT", draft.counts.units, "U", " Unit", {"price": 10.4, "spread": 0.004, "turnover": 0.001}),
        ("RIGHT", draft.counts.rights, "R", " Right", {"price": 0.3, "spread": 0.06, "turnover": 0.01}),
    )
    for kind, count, letter, word, traits in plan:
        pool = [*shells, *rng.permutation(companies).tolist()]
        for parent in pool[:count]:
            base = draft.symbols[parent]
            symbol = (
                base + letter
                if draft.mics[parent] == "XNAS"
                else f"{base}.{'WS' if letter == 'W' else letter}"
            )
            if symbol not in taken:
                taken.add(symbol)
                _child(draft, parent, symbol=symbol, word=word, kind=kind, traits=traits)
    parents = rng.permutation(companies)
    for place, kind in enumerate(["PFD"] * draft.counts.preferreds + ["SP"] * draft.counts.notes):
        base = draft.symbols[parents[place]]
        symbol = f"{base}p{chr(65 + place % 6)}" if kind == "PFD" else f"{base}Z"
        word = f" Preferred Stock Series {chr(65 + place % 6)}" if kind == "PFD" else " Notes due 2031"
        if symbol not in taken:
            taken.add(symbol)
            _child(draft, parents[place], symbol=symbol, word=word, kind=kind, traits=_FIXED_INCOME)


def _child(
    draft: _Draft, parent: int, *, symbol: str, word: str, kind: str, traits: dict[str, float]
) -> None:
    stem = draft.names[parent].removesuffix(" Common Stock").removesuffix(" Class A Ordinary Shares")
    draft.add(
        symbol, stem + word, kind,
        mics=draft.mics[parent], group=draft.group[parent], shares=8e6, market=0.1, loading=0.1, **traits,
    )  # fmt: skip


def _funds(draft: _Draft, words: list[str], taken: set[str], rng: np.random.Generator) -> None:
    for fund in FUNDS:
        draft.add(
            fund.symbol, fund.name, "ETF", mics="ARCX", group=fund.group, market=fund.market,
            loading=fund.loading, spread=fund.own, price=fund.price, shares=3e8, turnover=0.06,
        )  # fmt: skip
    houses_end = draft.counts.etfs // 8
    houses = words[:houses_end]
    themes = (
        "Growth",
        "Value",
        "Dividend",
        "Income",
        "Momentum",
        "Quality",
        "Low Volatility",
        "Equal Weight",
    )
    for number in range(draft.counts.listings - draft.counts.closed_funds - len(draft.symbols)):
        house, theme = houses[number % len(houses)], themes[number // len(houses) % len(themes)]
        group = int(rng.choice([ALL, *range(12)]))
        draft.add(
            ticker(house[:2] + theme[:2] + house[2:], taken, rng), f"{house} {theme} ETF", "ETF",
            mics=str(rng.choice(["ARCX", "BATS", "XNAS"])), group=group, market=float(rng.uniform(0, 1)),
            loading=float(rng.uniform(0.1, 0.9)), spread=0.002, price=float(10 ** rng.normal(1.5, 0.2)),
            shares=float(10 ** rng.normal(6.8, 0.7)), turnover=0.01,
        )  # fmt: skip
    for stem in words[houses_end : houses_end + draft.counts.closed_funds]:
        draft.add(
            ticker(stem, taken, rng), f"{stem} Income Fund", "FUND", mics="XNYS",
            sectors="Financial Services", industries="Asset Management - Income",
            price=float(rng.uniform(6, 22)), shares=float(10 ** rng.normal(7.5, 0.3)), spread=0.007,
        )  # fmt: skip


def _finish(draft: _Draft, companies: int, rng: np.random.Generator) -> Cast:
    count = len(draft.symbols)
    free = np.clip(rng.normal(0.78, 0.16, count), 0.08, 0.995)
    free[rng.random(count) < 0.03] = np.nan
    sectors = [word if rng.random() > 0.004 else "" for word in draft.sectors]
    listings = Listings(
        symbols=tuple(draft.symbols),
        names=tuple(draft.names),
        kinds=tuple(draft.kinds),
        mics=tuple(draft.mics),
        ciks=tuple(f"{9_000_000 + row:010d}" if text else "" for row, text in enumerate(draft.texts)),
        sectors=tuple(sectors),
        industries=tuple(
            word if sector else "" for word, sector in zip(draft.industries, sectors, strict=True)
        ),
        sics=tuple(draft.sics),
        countries=tuple(draft.countries),
    )
    return Cast(
        listings=listings,
        texts=tuple(draft.texts),
        group=np.array(draft.group, dtype=np.int64),
        market=np.array(draft.market),
        loading=np.array(draft.loading),
        spread=np.array(draft.spread),
        jumps=np.array(draft.jumps),
        price=np.array(draft.price),
        shares=np.array(draft.shares),
        turnover=np.array(draft.turnover),
        float_part=free,
        companies=np.arange(companies),
    )
