from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.universe.vendor import Vendor, running_vendor
from universe.sources import sources_close


@contextmanager
def connected_vendor(settings: Any) -> Iterator[Vendor]:
    """Both vendors behind one address, as in a simulated market; taking ``settings`` back is the caller's."""
    with running_vendor() as vendor:
        settings.POLYGON_BASE_URL = vendor.url
        settings.FMP_BASE_URL = f"{vendor.url}/stable"
        settings.POLYGON_API_KEY = "polygon-secret"
        settings.FMP_API_KEY = "fmp-secret"
        yield vendor
    sources_close()


@pytest.fixture
def vendor(settings: Any) -> Iterator[Vendor]:
    with connected_vendor(settings) as vendor:
        yield vendor
