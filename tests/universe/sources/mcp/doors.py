"""Doors to MCP servers of the tests: a child over stdio, and a process that serves HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sectorlight.embedded.ports import free_port
from universe.sources.mcp.door import McpDoor
from universe.sources.mcp.target import Target
from universe.sources.polygon import mcp as polygon

SERVER = str(Path(__file__).with_name("troubled.py"))
KEY = "canary-key-0123456789"
TICKER = "/v3/reference/tickers/{}".format
Naps = list[float]


@contextmanager
def stdio_door(tools: str = "massive", **more: Any) -> Iterator[McpDoor]:
    """``more``: further arguments of `McpDoor`; ``environment`` adds to the child's."""
    environment = polygon.CHILD.environment(KEY, None) | more.pop("environment", {})
    target = Target(command=(sys.executable, SERVER, "--tools", tools))
    more.setdefault("sleep", lambda _: None)
    door = McpDoor("polygon", target, KEY, dialects=polygon.DIALECTS, environment=environment, **more)
    try:
        yield door
    finally:
        door.close()


@contextmanager
def http_server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, SERVER, "--http", str(port)], env=dict(os.environ), **quiet)
    try:
        pause = threading.Event()
        for _ in range(1200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                pause.wait(0.05)
        yield process
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def http_door(port: int | None = None, **more: Any) -> Iterator[McpDoor]:
    """A door to an address that carries a key in its query, as FMP's own does."""
    url = f"http://127.0.0.1:{port or free_port()}/mcp?apikey={KEY}"
    more.setdefault("sleep", lambda _: None)
    door = McpDoor("polygon", Target(url=url), KEY, dialects=polygon.DIALECTS, **more)
    try:
        yield door
    finally:
        door.close()
