"""`python -m tests.benchmarks`: every benchmark's table. Exit 1 when two methods disagree on the numbers."""

from __future__ import annotations

import sys

from tests.benchmarks import engine, listings, vendors, whatif

BENCHMARKS = (engine.run, listings.run, whatif.run, vendors.run)


def main() -> int:
    return max(benchmark() for benchmark in BENCHMARKS)


if __name__ == "__main__":
    sys.exit(main())
