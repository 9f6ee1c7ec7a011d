"""A vendor of our own on loopback: real HTTP, canned answers, and a memory of what it was asked."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. ``body`` is sent as JSON unless it is text."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: str


UNKNOWN = Answer({"status": "NOT_FOUND", "message": "no"}, 404)
Script = Answer | list[Answer] | Callable[[Asked], Answer]


class Vendor:
    """``vendor.on(path, answer)``; a list of answers is given out in turn, its last for ever."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self._scripts: defaultdict[str, Script] = defaultdict(lambda: UNKNOWN)
        self._given: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    def on(self, path: str, script: Script) -> None:
        self._scripts[path] = script

    def on_all(self, script: Script) -> None:
        """Whatever is asked from now on, known or not."""
        self._scripts = defaultdict(lambda: script)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            script = self._scripts[asked.path]
            if isinstance(script, list):
                turn = min(self._given[asked.path], len(script) - 1)
                self._given[asked.path] += 1
                return script[turn]
        return script if isinstance(script, Answer) else script(asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits 40 ms for the reader
    vendor: Vendor

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        asked = Asked(
            parts.path, query, {name.lower(): text for name, text in self.headers.items()}, self.path
        )
        answer = self.vendor.answer(asked)
        self.send_response(answer.status)
        for name, text in answer.headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: Any) -> None:
        """The tests look at `Vendor.asked` instead."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # the product asks with several connections at once


@contextmanager
def running_vendor() -> Iterator[Vendor]:
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    vendor = Vendor(f"http://127.0.0.1:{server.server_port}")
    handler.vendor = vendor
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
