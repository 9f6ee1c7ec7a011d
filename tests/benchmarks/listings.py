"""A whole market of 8,000 listings: judged by the universe's criteria and put into sectors."""

from __future__ import annotations

from dataclasses import replace

from sectors.classification import CompanyProfile, VendorLabel, classify
from tests.benchmarks.timing import medians_ms
from universe.criteria import select
from universe.types import Candidate, UniverseCriteria

COUNT = 8_000
REPEATS = 5
#: Milliseconds that the daily build may spend on each.
LIMITS_MS = {"select": 200.0, "classify": 2_000.0}
TEXT = "Acme designs software, semiconductors and drugs for banks, mines and airlines in many countries. " * 8


def run() -> int:
    listing = Candidate("ANNE", "XNAS", "CS", 10.0, 500e6, 2e6, 50e6, 50e6)
    market = [replace(listing, symbol=f"S{n}", avg_volume=n * 300.0) for n in range(COUNT)]
    label = VendorLabel("Technology", "Software - Application")
    profiles = [
        CompanyProfile(symbol=f"S{n}", name=f"Acme {n}", description=TEXT, sic="7372", labels=(label,))
        for n in range(COUNT)
    ]
    criteria = UniverseCriteria()
    times = medians_ms(
        {
            "select": lambda: select(market, criteria),
            "classify": lambda: [classify(profile) for profile in profiles],
        },
        repeats=REPEATS,
    )
    print(f"listings: medians of {REPEATS} rounds over {COUNT:,}")
    print(f"{'':>8}{'ms':>10}{'of limit':>10}")
    for name, value in times.items():
        print(f"{name:>8}{value:>10.1f}{value / LIMITS_MS[name]:>10.0%}")
    return 0
