"""Classes of recorded companies against index holdings: right how often, and as sure as they say.

The labels judge; the rules never read them. The four constants of the confidence are fitted to them, so they
are fitted anew here on some companies and judged on the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from sectors.classification.confidence import CEILING, CONSTANTS
from sectors.classification.engine import FLOOR, weighed
from sectors.places import PLACES, SLUGS
from tests.recorded import ROOT
from tests.sectors.judged import Judged, all_known, by_listing, wilson, with_profile, without_profile

pytestmark = pytest.mark.recorded

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
#: Fewer than this tell nothing about a bin.
ENOUGH = 30
FOLDS, REPEATS = 5, 10


def test_recorded_companies_are_placed_as_index_providers_place_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    accuracy, sure, coverage = figures(with_profile())
    with capsys.disabled():
        print()
        for name, rows in populations().items():
            print(f"classification, {name}: {told(rows)}")
        print("\n".join(confusion(with_profile())))
    assert {row.result.sector for row in with_profile()} >= set(SLUGS)
    assert accuracy >= 0.90
    assert sure >= 0.95
    assert coverage >= 0.65


def test_a_confidence_is_the_share_that_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    tables = {name: list(bins(stated_and_right(rows))) for name, rows in populations().items()}
    with capsys.disabled():
        print()
        for name, table in tables.items():
            print("\n".join([f"calibration, {name}:", *map(str, table)]))
    for name in ("with a profile", "without one", "each with all that is known"):
        assert [row for row in tables[name] if row.count >= ENOUGH and not row.is_honest] == []
    # Of companies that have a profile the listing alone is right more often than it says.
    assert [row for row in tables["all by the listing alone"] if row.stated > row.high] == []


def test_of_those_stated_at_nine_tenths_nine_tenths_are_right() -> None:
    near = [row for row in all_known() if 0.85 <= row.result.confidence < 0.95]
    assert len(near) > 100
    assert sum(row.is_right for row in near) / len(near) >= 0.88
    sure = [row for row in all_known() if row.result.confidence >= 0.9]
    assert sum(row.is_right for row in sure) / len(sure) >= 0.95


def test_the_page_tells_the_figures_that_are_measured_now() -> None:
    page = (ROOT / "docs" / "classification.md").read_text(encoding="utf-8")
    for rows in populations().values():
        right, sure, coverage = (f"{100 * share:.1f} %" for share in figures(rows))
        assert f"| {len(rows):,} | {right} | {sure} | {coverage} |" in page
    for row in bins(stated_and_right(all_known())):
        assert (
            f"| {row.count} | {row.stated:.3f} | {row.right:.3f} ({row.low:.3f} to {row.high:.3f}) |" in page
        )
    shares = astuple(CONSTANTS)
    assert "{:.2f} + {:.2f} * strongest + {:.2f} * further - {:.2f} * against".format(*shares) in page


def test_constants_fitted_to_some_companies_are_honest_about_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table, fits = left_out()
    low, high = np.min(fits, axis=0), np.max(fits, axis=0)
    with capsys.disabled():
        print(f"\ncalibration of companies left out of the fit, {REPEATS} times {FOLDS} folds:")
        print("\n".join(map(str, table)))
        print("constants:", "; ".join(f"{a:.2f} to {b:.2f}" for a, b in zip(low, high, strict=True)))
    assert [row for row in table if row.count >= ENOUGH and not row.is_honest] == []
    assert all(a <= shipped <= b for a, shipped, b in zip(low, astuple(CONSTANTS), high, strict=True))


# -- figures -------------------------------------------------------------------------------------------


def populations() -> dict[str, tuple[Judged, ...]]:
    return {
        "with a profile": with_profile(),
        "without one": without_profile(),
        "each with all that is known": all_known(),
        "all by the listing alone": by_listing(),
    }


def figures(rows: Sequence[Judged]) -> tuple[float, float, float]:
    """Share right, share right at confidence 0.80 and more, and how many of all these are."""
    sure = [row for row in rows if row.result.confidence >= 0.8]
    right = sum(row.is_right for row in rows) / len(rows)
    return right, sum(row.is_right for row in sure) / len(sure), len(sure) / len(rows)


def told(rows: Sequence[Judged]) -> str:
    right, sure, coverage = figures(rows)
    unknown = sum(row.result.sector is None for row in rows)
    return (
        f"{len(rows)} companies, {right:.1%} right; {sure:.1%} right at confidence 0.80 and more, "
        f"{coverage:.1%} of them; {unknown} unknown"
    )


def confusion(rows: Sequence[Judged]) -> Iterator[str]:
    """One line a true sector: how many of it went where, in board order; the last column is none."""
    counts = Counter((row.truth, row.result.sector) for row in rows)
    columns = [*SLUGS, None]
    yield f"{'true sector':<24}" + "".join(f"{place.key:>5}" for place in PLACES) + " none  found  right"
    for place in PLACES:
        found = [counts[place.slug, column] for column in columns]
        given = sum(counts[slug, place.slug] for slug in SLUGS)
        hit = counts[place.slug, place.slug]
        yield (
            f"{place.key} {place.slug:<22}"
            + "".join(f"{number:>5}" for number in found)
            + f"  {hit / sum(found):>5.1%}  {hit / given:>5.1%}"
        )


class Bin:
    """Companies of nearly one confidence. ``repeats``: how often each of them was judged."""

    def __init__(self, rows: Sequence[tuple[float, float]], repeats: int) -> None:
        self.count = round(len(rows) / repeats)
        self.stated = sum(stated for stated, _ in rows) / len(rows)
        self.right = sum(right for _, right in rows) / len(rows)
        self.low, self.high = wilson(self.right * len(rows) / repeats, max(self.count, 1))

    @property
    def is_honest(self) -> bool:
        return self.low <= self.stated <= self.high

    def __str__(self) -> str:
        return (
            f"  n {self.count:>4}  stated {self.stated:.3f}  right {self.right:.3f} "
            f"({self.low:.3f} to {self.high:.3f})"
        )


def bins(rows: Iterable[tuple[float, float]], repeats: int = 1) -> Iterator[Bin]:
    known = list(rows)
    for low, high in pairwise(EDGES):
        inside = [row for row in known if low <= row[0] < high]
        if inside:
            yield Bin(inside, repeats)


def cells(row: Bin) -> str:
    return f"{row.stated:.3f} | {row.right:.3f} ({row.low:.3f} to {row.high:.3f})"


def stated_and_right(rows: Sequence[Judged]) -> list[tuple[float, float]]:
    """Of companies that were given a sector."""
    return [(row.result.confidence, float(row.is_right)) for row in rows if row.result.sector]


# -- the fit: logistic regression by Newton's method ---------------------------------------------------


@cache
def left_out() -> tuple[list[Bin], list[NDArray[np.float64]]]:
    """What constants fitted to four folds say of the fifth, and those constants."""
    pulled, right = pulls_and_right(all_known())
    generator = np.random.default_rng(20260331)
    stated, fits = np.zeros((REPEATS, len(right))), []
    for repeat in range(REPEATS):
        fold = generator.permutation(len(right)) % FOLDS
        for number in range(FOLDS):
            constants = fitted(pulled[fold != number], right[fold != number])
            fits.append(constants)
            stated[repeat, fold == number] = confidences(pulled[fold == number], constants)
    judged = zip(stated.ravel().tolist(), np.tile(right, REPEATS).tolist(), strict=True)
    return list(bins((row for row in judged if row[0] >= FLOOR), REPEATS)), fits


def pulls_and_right(rows: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = [(row.truth, said) for row in rows if (said := weighed(row.profile)) is not None]
    pulled = np.array([(1.0, pulls.strongest, pulls.further, -pulls.against) for _, (_, pulls) in known])
    return pulled, np.array([float(truth == winner) for truth, (winner, _) in known])


def fitted(pulled: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    constants = np.zeros(pulled.shape[1])
    for _ in range(30):
        share = 1 / (1 + np.exp(-pulled @ constants))
        slope = pulled.T @ (share - right)
        constants -= np.linalg.solve((pulled.T * (share * (1 - share))) @ pulled, slope)
    return constants


def confidences(pulled: NDArray[np.float64], constants: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.minimum(CEILING, 1 / (1 + np.exp(-pulled @ constants)))
