"""A port in front of a real server that can be shut or made to hang, as if the server were."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536


class Gate:
    """``shut()`` refuses and cuts what is open; ``hang()`` takes connections and lets nothing through;
    ``stall()`` does so only to those that are open."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._hangs = False
        self._passing: list[threading.Event] = []
        self._pairs: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.open()

    def open(self) -> None:
        """Let everything through: a new listener on the same port, or what has hung goes on."""
        self._let_through()
        if self._listener is not None:
            return
        listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False, backlog=128)
        self._listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def hang(self) -> None:
        self._hangs = True
        self.stall()

    def stall(self) -> None:
        for passing in list(self._passing):
            passing.clear()

    def shut(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        pairs, self._pairs = self._pairs, []
        for end in pairs:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._let_through()

    def _let_through(self) -> None:
        self._hangs = False
        for passing in list(self._passing):
            passing.set()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                ours, _ = listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(self._target)
            passing = threading.Event()
            if not self._hangs:
                passing.set()
            self._passing.append(passing)
            self._pairs += [ours, theirs]
            for source, target in ((ours, theirs), (theirs, ours)):
                threading.Thread(target=self._carry, args=(source, target, passing), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, passing: threading.Event) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                passing.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


@contextmanager
def gate(target: tuple[str, int]) -> Iterator[Gate]:
    found = Gate(target)
    try:
        yield found
    finally:
        found.shut()
