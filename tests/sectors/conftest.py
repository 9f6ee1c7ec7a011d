from __future__ import annotations

import socket

import pytest
from django.conf import settings as django_settings

from sectors import board_cache
from sectors.broadcast import layer_outage
from sectors.services import sectors_seed


@pytest.fixture
def eight_sectors(db: None) -> None:
    sectors_seed()


@pytest.fixture
def dead_redis(settings: django_settings) -> str:
    """Redis at a port where nothing listens, for the cache and for the channel layer."""
    # An outage is said once: each test begins its own.
    layer_outage.answered()
    board_cache.redis_outage.answered()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"redis://127.0.0.1:{port}/0"
    settings.REDIS_URL = url
    layer = django_settings.CHANNEL_LAYERS["default"]
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": {"hosts": [url]}}}
    return url
