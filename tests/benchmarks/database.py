"""PostgreSQL and Redis for a benchmark: those of the environment, else embedded ones while it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def fresh_database() -> Iterator[None]:
    """Django set up on an empty database, which is gone afterwards. Models can be imported inside."""
    from tests import servers

    servers.pytest_addoption(None)  # type: ignore[arg-type]
    os.environ["DJANGO_SETTINGS_MODULE"] = "sectorlight.settings.test"
    import django

    django.setup()
    from django.test.runner import DiscoverRunner

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        yield
    finally:
        runner.teardown_databases(databases)
        servers.pytest_unconfigure()
