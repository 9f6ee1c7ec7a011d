"""`python -m tests.timescale`: the storage tests on TimescaleDB's Apache edition, installed here as root.

Debian 13 packs that edition. So a small Debian 13 is made in a folder (``TIMESCALE_DIR``, kept
for the next time), and its PostgreSQL runs inside for as long as the tests do. What stands behind the
command goes to pytest; `--install` installs and does no more.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("TIMESCALE_DIR") or ROOT / ".timescale")
RELEASE, PACKAGES = "trixie", "postgresql-17,postgresql-17-timescaledb"
PROGRAMS = "/usr/lib/postgresql/17/bin"
USER = "sectorlight"
OPTIONS = (
    *(
        "listen_addresses=127.0.0.1",
        "shared_preload_libraries=timescaledb",
        "timescaledb.telemetry_level=off",
    ),
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=120", "jit=off"),
    *("log_min_messages=fatal", "log_min_error_statement=panic"),
)


def main(arguments: list[str]) -> int:
    if os.geteuid() != 0:
        print("The Apache edition of TimescaleDB is installed into a folder of its own, which takes root.")
        return 2
    if not _install():
        return 1
    if arguments == ["--install"]:
        return 0
    with _server() as address:
        environment = os.environ | {"DATABASE_URL": address}
        command = [sys.executable, "-m", "pytest", "-rs", "tests/storage", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT).returncode


def _install() -> bool:
    """Make the folder if it is not there; False, with a sentence, when that fails."""
    if (FOLDER / PROGRAMS.lstrip("/") / "postgres").is_file():
        return True
    if not shutil.which("debootstrap") and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "debootstrap"], stdout=subprocess.DEVNULL, check=False
        )
    if not shutil.which("debootstrap"):
        print("debootstrap is not there and could not be installed. On Debian: apt-get install debootstrap")
        return False
    print(f"Installing TimescaleDB into {FOLDER} ...", flush=True)
    # Under another name until it is whole: what was cut short is not taken for an installation.
    part = FOLDER.with_name(f"{FOLDER.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE, str(part)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(
            f"debootstrap failed ({done.returncode}):", *done.stdout.splitlines()[-5:], done.stderr, sep="\n"
        )
        return False
    part.rename(FOLDER)
    return True


@contextmanager
def _server() -> Iterator[str]:
    """A fresh cluster inside the folder, and the address of its server."""
    from sectorlight.embedded.ports import free_port, wait_listening

    port, password = free_port(), secrets.token_hex(8)
    outside = Path(tempfile.mkdtemp(prefix="cluster-", dir=FOLDER / "var/lib"))
    inside = f"/{outside.relative_to(FOLDER)}"
    server, log = None, (outside / "log").open("wb")
    try:
        (outside / "password").write_text(password)
        _inside("chown", "-R", "postgres:postgres", inside)
        _inside(
            *(f"{PROGRAMS}/initdb", "-D", f"{inside}/data", "-U", USER, f"--pwfile={inside}/password"),
            *("-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            account="postgres:postgres",
        )
        options = [word for option in OPTIONS for word in ("-c", option)]
        server = subprocess.Popen(
            [
                *("chroot", "--userspec=postgres:postgres", str(FOLDER), f"{PROGRAMS}/postgres"),
                *("-D", f"{inside}/data", "-p", str(port), "-c", f"unix_socket_directories={inside}/data"),
                *options,
            ],
            start_new_session=True,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        if not wait_listening(port, within=20):
            raise SystemExit(f"PostgreSQL did not start within 20 s:\n{(outside / 'log').read_text()}")
        yield f"postgres://{USER}:{password}@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                server.wait(20)
            server.kill()
        log.close()
        shutil.rmtree(outside, ignore_errors=True)


def _inside(*command: str, account: str = "root:root") -> None:
    done = subprocess.run(
        ["chroot", f"--userspec={account}", str(FOLDER), *command], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed inside {FOLDER}: {done.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
