"""The servers that the tests talk to: those of DATABASE_URL and REDIS_URL, else embedded ones.

Loaded with ``-p``, so it acts before Django reads its settings. Embedded servers live in a temporary folder
and end with the session; the kernel ends them when the session is killed. The workers of pytest-xdist share
the PostgreSQL, in which each has a database of its own. Each starts a Redis of its own, since a test may fill
it; on one that REDIS_URL named before, such a test meets the others.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
# Keys of one worker never meet those of another.
os.environ["REDIS_PREFIX"] = f"test-{WORKER or 'main'}:"
# What the product keeps for itself, apart from a developer's own.
# The first process makes the folder and removes it; xdist's workers inherit its name.
_is_first = not WORKER
if _is_first:
    os.environ["SECTORLIGHT_TEST_FOLDER"] = tempfile.mkdtemp(prefix="sectorlight-tests-")
_folder = Path(os.environ["SECTORLIGHT_TEST_FOLDER"])
_folder.chmod(0o755)
os.environ["DATA_DIR"] = str(_folder / f"var-{WORKER or 'main'}")

#: Says to the workers that their REDIS_URL is that of an embedded server.
EMBEDDED_REDIS = "SECTORLIGHT_TEST_REDIS"

_children = []
_rubbish = [_folder] if _is_first else []


@pytest.hookimpl(trylast=True)
def pytest_addoption(parser: pytest.Parser) -> None:
    """Start what is missing: the one hook that runs before pytest-django asks for the settings."""
    if not os.environ.get("REDIS_URL") or (WORKER and os.environ.get(EMBEDDED_REDIS)):
        _start_redis()
    if not os.environ.get("DATABASE_URL"):
        _start_postgresql()


def _start_redis() -> None:
    from sectorlight.embedded import home, ports, processes, redis

    place = home.home_choose(_folder / f"servers-{WORKER or 'main'}")
    _rubbish.append(place.data)
    port, password = ports.free_port(), secrets.token_hex(8)
    _children.append(processes.spawn(redis.redis_program(place, port, password, keep=False), output=None))
    os.environ |= {"REDIS_URL": redis.redis_url(port, password), EMBEDDED_REDIS: "yes"}
    assert ports.wait_listening(port, within=20), "The tests' Redis did not start within 20 s."


def _start_postgresql() -> None:
    from sectorlight.embedded import database, home, ports, processes

    place = home.home_choose(_folder / "servers")
    _rubbish.append(place.data)
    port, password = ports.free_port(), secrets.token_hex(8)
    cluster = database.database_make(place, password)
    # The statement of a connection that a test kills is pages long.
    options = (*database.HASTE, "-c", "log_min_error_statement=panic")
    program = database.database_program(place, cluster, port, options=options)
    _children.append(processes.spawn(program, output=None))
    database.database_wait(cluster)
    database.database_ensure(port, password)
    os.environ["DATABASE_URL"] = database.database_url(port, password)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if _children:
        from sectorlight.embedded.processes import stop_all

        stop_all(_children, within=10)
    for folder in _rubbish:
        shutil.rmtree(folder, ignore_errors=True)
