"""The stream listener as a process of its own."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from analysis.listener import StreamListener


class Command(BaseCommand):
    help = (
        "Listen to the vendor's minute bars, store them and tell movers at once. Ends on SIGTERM or Ctrl-C."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        listener = StreamListener()

        def end(number: int, frame: FrameType | None) -> None:
            listener.stop()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        listener.run()
