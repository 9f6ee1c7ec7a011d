"""The ASGI application: pages and API over HTTP, the board's pushes over one WebSocket."""

import os
from pathlib import Path
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sectorlight.settings.base")
_pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler  # noqa: E402
from servestatic import ServeStaticASGI  # noqa: E402

from sectorlight.routing import websocket_application  # noqa: E402

#: A name with the hash of the content in it, such as `base.0123456789ab.css`, may be kept for ever.
_HASHED = r"^.+\.[0-9a-f]{12}\.[^./]+$"


def _with_static(pages: Any) -> Any:
    """Collected files straight from memory's list; without a collection (tests) from where they lie."""
    root = Path(settings.STATIC_ROOT)
    if not (root / "staticfiles.json").is_file():
        return ASGIStaticFilesHandler(pages)
    return ServeStaticASGI(
        pages, root=root, prefix=settings.STATIC_URL, allow_all_origins=False, immutable_file_test=_HASHED
    )


application = ProtocolTypeRouter({"http": _with_static(_pages), "websocket": websocket_application})
