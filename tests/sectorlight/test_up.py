"""`manage.py up`: the whole family, started, watched and stopped as `make run` does it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from sectorlight.embedded.ports import answers, free_port, port_beside
from sectorlight.embedded.processes import wait_gone
from sectorlight.embedded.state import state_read
from sectorlight.management.commands import up

ROOT = Path(__file__).resolve().parents[2]


def test_a_taken_port_is_named_with_the_way_to_another(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with (
            override_settings(PORT=port, DATA_DIR=tmp_path),
            pytest.raises(CommandError, match=rf"Port {port} on 127.0.0.1 is taken.*PORT={port + 1} make"),
        ):
            call_command("up")


@pytest.mark.parametrize("host", ["bogus.invalid", "8.8.8.8", "[::1]", "two..dots"])
def test_an_address_of_another_machine_is_named_and_not_the_port(tmp_path: Path, host: str) -> None:
    with (
        override_settings(HOST=host, DATA_DIR=tmp_path),
        pytest.raises(CommandError) as caught,
    ):
        call_command("up")
    assert str(caught.value).startswith(f"HOST is '{host}', but must be an address of this machine")
    assert "ort " not in str(caught.value)


def test_a_server_that_would_answer_to_nobody_is_refused(tmp_path: Path) -> None:
    with (
        override_settings(ALLOWED_HOSTS=["[::1]"], PORT=free_port(), DATA_DIR=tmp_path),
        pytest.raises(CommandError, match=r"ALLOWED_HOSTS is '\[::1\]', but must be .* such as 127\.0\.0\.1"),
    ):
        call_command("up")


def test_a_server_is_asked_for_a_host_that_it_is_known_by() -> None:
    asked: list[str | None] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            self.send_response(200 if self.headers["Host"] == "board.example.com:80" else 400)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/"
            assert not answers(url)
            assert answers(url, host="board.example.com:80")
        finally:
            server.shutdown()
            thread.join()
    assert asked[1:] == ["board.example.com:80"]


def test_no_port_above_the_last_one_is_suggested() -> None:
    assert (port_beside(8000), port_beside(65535)) == (8001, 65534)


def test_a_second_family_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    lock = up._lock(tmp_path)
    with (
        override_settings(DATA_DIR=tmp_path),
        pytest.raises(CommandError, match="already runs from this folder"),
    ):
        call_command("up")
    lock.close()


@pytest.fixture
def family_environment(open_folder: Path) -> dict[str, str]:
    """A bare machine: no server, no key, a port and a data folder of its own."""
    kept = {
        name: value for name, value in os.environ.items() if name.startswith(("PATH", "COV", "LANG", "HOME"))
    }
    own = {"DATA_DIR": str(open_folder / "var"), "PORT": str(free_port()), "SECTORLIGHT_DOTENV": "off"}
    return {
        **kept,
        **own,
        "FIRST_ADMIN_PASSWORD": "admin-pw",
        "DJANGO_SETTINGS_MODULE": "sectorlight.settings.base",
    }


class Running:
    """A started family and what it prints."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until(self, pattern: str) -> re.Match[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"no line matched {pattern}:\n" + "\n".join(self.lines))

    def rest(self) -> str:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self.lines += [line.rstrip() for line in lines]
        self.process.wait(20)
        return "\n".join(self.lines)


@pytest.fixture
def running(family_environment: dict[str, str]) -> Iterator[list[Running]]:
    started: list[Running] = []
    yield started
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.rest()


def _descendants(pid: int) -> set[int]:
    """Every process whose ancestor is ``pid``."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


@pytest.mark.family
def test_one_command_brings_up_everything_and_one_signal_ends_it(
    running: list[Running], family_environment: dict[str, str], open_folder: Path
) -> None:
    family = Running(family_environment)
    running.append(family)
    url = family.until(r"SectorLight is at (http://\S+) and shows a simulated market")[1]
    family.until(r"log-in admin   the password in FIRST_ADMIN_PASSWORD")
    password = family.until(r"log-in trader  (\S+)   \(made now")[1]
    assert httpx.get(f"{url}/health/ready", timeout=60).json()["status"] in ("ok", "degraded")
    with httpx.Client(base_url=url, follow_redirects=True, timeout=60) as browser:
        page = browser.get("/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None
        answer = browser.post(
            "/login/",
            data={"username": "trader", "password": password, "csrfmiddlewaretoken": token[1]},
            headers={"Referer": f"{url}/login/"},
        )
        assert answer.status_code == 200
        assert answer.url.path == "/"
    state = state_read(open_folder / "var")
    assert state["supervisor_pid"] == family.process.pid
    children = _descendants(family.process.pid)
    assert len(children) >= 5
    family.process.send_signal(signal.SIGTERM)
    assert "Everything is stopped." in family.rest()
    assert all(wait_gone(pid, having="", within=10) for pid in children)


@pytest.mark.family
@pytest.mark.unmeasured
def test_after_kill_9_the_next_start_is_clean_and_the_log_ins_are_kept(
    running: list[Running], family_environment: dict[str, str]
) -> None:
    first = Running(family_environment)
    running.append(first)
    first.until("SectorLight is at")
    children = _descendants(first.process.pid)
    first.process.kill()
    assert all(wait_gone(pid, having="", within=10) for pid in children)
    first.rest()
    second = Running(family_environment)
    running.append(second)
    second.until(r"log-in trader  its password as set before")


def test_the_checkouts_own_data_folder_is_not_the_tests() -> None:
    assert not str(settings.DATA_DIR).startswith(str(ROOT))
