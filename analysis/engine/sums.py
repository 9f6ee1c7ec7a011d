"""Sums that no order of the values and no processor changes."""

from __future__ import annotations

import math

import numpy as np

from analysis.types import FloatArray

#: Values are added as whole numbers of 2**-40, about 1e-12: exact whatever their order, and fast.
STEPS = 2.0**40
#: Beyond this the whole numbers would not hold in 63 bits.
LIMIT = 2.0**22
#: Fewer values are added sooner one by one.
FEW = 300


def exact_sum(values: FloatArray) -> float:
    """The sum of finite values (k,), each rounded to 2**-40 where they are many; 0 of none.

    Few values, and those whose sum may grow beyond 4 million, are added one by one without any rounding.

    >>> exact_sum(np.array([0.1, 0.2, 0.3])) == exact_sum(np.array([0.3, 0.1, 0.2]))
    True
    """
    # Not a number compares as false, so that it comes out as what it is.
    if len(values) < FEW or not float(np.abs(values).max()) * len(values) < LIMIT:
        return math.fsum(values.tolist())
    return int(np.rint(values * STEPS).astype(np.int64).sum()) / STEPS
