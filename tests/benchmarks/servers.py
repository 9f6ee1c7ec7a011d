"""PostgreSQL and Redis for the benchmarks that need them: those of the environment, else embedded ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def database() -> Iterator[None]:
    """Django on an empty database, once in a process: its settings keep the first address."""
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
