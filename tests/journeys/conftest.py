"""A browser on the whole product. Playwright's event loop lives in the test's thread, so services of the
product, which may speak to the channel layer, are called in a thread beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection

Answer = TypeVar("Answer")
Aside = Callable[[Callable[[], Answer]], Answer]


@pytest.fixture
def aside(transactional_db: None) -> Iterator[Aside]:
    """Call something in another thread and wait for its answer."""
    with ThreadPoolExecutor(1, thread_name_prefix="aside") as pool:
        yield lambda call: pool.submit(call).result(60)
        pool.submit(lambda: connection.close()).result(10)
