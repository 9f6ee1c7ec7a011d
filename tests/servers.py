"""The servers that the tests talk to: those of DATABASE_URL and REDIS_URL, else embedded ones."""

from __future__ import annotations

import os

# Keys of one xdist worker never meet those of another.
os.environ["REDIS_PREFIX"] = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}:"
