"""Which ports of this machine are free, and who answers at one."""

from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request

from sectorlight.env import refuse

LAST_PORT = 65535


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. An address that is not ours counts as taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError):  # UnicodeError: a name that no name server could know
            return False
    return True


def host_refusal(host: str) -> str:
    """Why no server can listen at ``host``, whatever the port; empty when one can."""
    if port_is_free(host, 0):
        return ""
    return str(
        refuse("HOST", host, "an address of this machine: 127.0.0.1 (only itself), 0.0.0.0 (all), or its own")
    )


def port_beside(port: int) -> int:
    """Another port to suggest when ``port`` is taken."""
    return port + 1 if port < LAST_PORT else port - 1


def free_port(*, wish: int = 0) -> int:
    """``wish`` if it is free on the loopback, else any free one."""
    if wish and port_is_free("127.0.0.1", wish):
        return wish
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_listening(port: int, *, within: float) -> bool:
    """Whether something accepts on the loopback's ``port`` within that many seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.02)
    return False


def answers(url: str, *, any_status: bool = False, host: str = "") -> bool:
    """Whether an HTTP server says 200 there, or, with ``any_status``, says anything at all.

    It is asked for ``host``, where that is not the host of ``url``.
    """
    try:
        request = urllib.request.Request(url, headers={"Host": host} if host else {})
        with urllib.request.urlopen(request, timeout=2) as response:
            return any_status or bool(response.status == 200)
    except urllib.error.HTTPError:
        return any_status
    except OSError:
        return False
