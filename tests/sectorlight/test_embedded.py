"""The embedded servers: as root and as an ordinary user, kept between starts, never in each other's way."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL

import psycopg
import pytest

from sectorlight.embedded import database, home, ports, processes, redis
from sectorlight.embedded.home import Home, home_choose, others_reach, reachable_copy
from sectorlight.embedded.processes import Account, EmbeddedError, is_running, spawn, stop_all
from sectorlight.embedded.secrets import kept_secret

ROOT = Path(__file__).resolve().parents[2]
NOBODY = pwd.getpwnam("nobody")


def _as_nobody_is_possible() -> bool:
    """Whether we may become nobody, and nobody may read the interpreter and the checkout."""
    places = (Path(sys.executable).resolve(), Path(sys.prefix), ROOT)
    return os.geteuid() == 0 and all(others_reach(place.parent) for place in places)


#: As we are, and as an ordinary user where that is somebody else.
PEOPLE = [None, *([NOBODY.pw_uid] if _as_nobody_is_possible() else [])]


@pytest.fixture
def strict_umask() -> Iterator[None]:
    """As on machines where a new file is its owner's alone."""
    usual = os.umask(0o077)
    yield
    os.umask(usual)


def _probe(folder: Path, uid: int | None = None) -> str:
    command = [sys.executable, "-m", "tests.sectorlight.embedded_probe", str(folder)]
    who = {"user": uid, "group": NOBODY.pw_gid, "extra_groups": []} if uid is not None else {}
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        **who,  # type: ignore[call-overload]
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


@pytest.mark.parametrize("uid", PEOPLE)
def test_both_servers_start_keep_their_data_and_stop_cleanly(open_folder: Path, uid: int | None) -> None:
    if uid is not None:
        os.chown(open_folder, uid, NOBODY.pw_gid)
    assert "visits 1 1" in _probe(open_folder, uid)
    said = _probe(open_folder, uid)
    assert "visits 2 2" in said
    assert "killed []" in said
    assert "owner 0\n" not in said


def test_a_folder_that_nobody_may_pass_moves_the_servers_data(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "SHARED", open_folder / "shared")
    tmp_path.chmod(0o700)
    first, second = home_choose(tmp_path / "one"), home_choose(tmp_path / "two")
    if os.geteuid() == 0:
        assert first.account is not None
        assert first.data.parent == second.data.parent == open_folder / "shared"
    else:
        assert first == Home(tmp_path / "one", None)
    assert first.data != second.data


@pytest.mark.usefixtures("strict_umask")
def test_a_strict_umask_does_not_lock_the_servers_out_of_their_own_data(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "SHARED", open_folder / "shared")
    tmp_path.chmod(0o700)
    place = home_choose(tmp_path / "var")
    assert place.account is None or others_reach(place.data)
    (tmp_path / "wheel").mkdir()
    assert others_reach(
        reachable_copy(tmp_path / "wheel", Home(open_folder, Account("nobody", NOBODY.pw_uid, NOBODY.pw_gid)))
    )


def test_programs_that_nobody_may_reach_are_copied_with_their_libraries(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "SHARED", open_folder / "shared")
    tmp_path.chmod(0o700)
    programs, libraries = tmp_path / "wheel" / "install", tmp_path / "wheel.libs"
    for folder in (programs / "bin", libraries):
        folder.mkdir(parents=True)
    (programs / "bin" / "postgres").write_text("program")
    (programs / "bin" / "postgres").chmod(0o700)
    (libraries / "libpq.so").write_text("library")
    place = Home(open_folder, Account("nobody", NOBODY.pw_uid, NOBODY.pw_gid))
    copy = reachable_copy(programs, place, beside=(libraries,))
    assert copy == reachable_copy(programs, place, beside=(libraries,))
    assert others_reach(copy / "bin")
    assert (copy / "bin" / "postgres").stat().st_mode & 0o005 == 0o005
    assert (copy.parents[1] / "wheel.libs" / "libpq.so").read_text() == "library"


def test_programs_within_reach_are_used_where_they_are(open_folder: Path) -> None:
    place = Home(open_folder, Account("nobody", NOBODY.pw_uid, NOBODY.pw_gid))
    assert reachable_copy(open_folder, place) == open_folder


def test_programs_behind_a_link_that_nobody_may_pass_are_used_where_they_truly_are(
    tmp_path: Path, open_folder: Path
) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "link").symlink_to(open_folder)
    place = Home(open_folder, Account("nobody", NOBODY.pw_uid, NOBODY.pw_gid))
    assert reachable_copy(tmp_path / "link", place) == open_folder.resolve()


@pytest.fixture
def cluster(open_folder: Path) -> Path:
    return database.database_make(home_choose(open_folder), "pw")


def _abandon(program: processes.Program) -> subprocess.Popen[bytes]:
    """Start a server as a supervisor would that is killed before it can stop it."""
    child = spawn(program, output=DEVNULL)
    return child.process


def test_a_postgresql_left_over_by_a_killed_supervisor_is_ended(open_folder: Path, cluster: Path) -> None:
    place, port = home_choose(open_folder), ports.free_port()
    left_over = _abandon(database.database_program(place, cluster, port))
    database.database_ensure(port, "pw", name="kept")
    assert database.database_make(place, "pw") == cluster
    assert left_over.wait(10) == 0
    child = spawn(database.database_program(place, cluster, port), output=DEVNULL)
    try:
        database.database_ensure(port, "pw")
        with psycopg.connect(database.database_url(port, "pw", "kept")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        stop_all([child], within=10)


def test_a_pid_file_of_a_postgresql_that_is_gone_is_no_hindrance(open_folder: Path, cluster: Path) -> None:
    place, port = home_choose(open_folder), ports.free_port()
    child = spawn(database.database_program(place, cluster, port), output=DEVNULL)
    database.database_ensure(port, "pw")
    os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait(10)
    pid_file = cluster / "postmaster.pid"
    # The number now belongs to somebody else, as it may in a container.
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    database.database_make(place, "pw")
    assert not pid_file.exists()
    assert is_running(os.getpid(), having="python")


def test_a_redis_left_over_by_a_killed_supervisor_is_ended(open_folder: Path) -> None:
    place, port = home_choose(open_folder), ports.free_port()
    left_over = _abandon(redis.redis_program(place, port, "pw"))
    assert ports.wait_listening(port, within=10)
    redis.redis_program(place, port, "pw")
    assert left_over.wait(10) == 0


def test_a_database_that_cannot_be_made_says_where_and_what_else_to_do(open_folder: Path) -> None:
    place = home_choose(open_folder)
    shutil.rmtree(place.folder("postgres"))
    (open_folder / "postgres" / "cluster").mkdir(parents=True)
    (open_folder / "postgres" / "cluster" / "something").touch()
    with pytest.raises(EmbeddedError, match=rf"(?s)could not be made in {open_folder}.*DATABASE_URL"):
        database.database_make(place, "pw")


def test_a_taken_port_is_seen_and_another_one_is_given() -> None:
    port = ports.free_port()
    assert ports.port_is_free("127.0.0.1", port)
    assert ports.free_port(wish=port) == port
    with ports.socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        assert not ports.port_is_free("127.0.0.1", port)
        assert ports.free_port(wish=port) != port
        assert ports.wait_listening(port, within=1)
    assert not ports.wait_listening(port, within=0.1)


def test_a_secret_is_made_once_even_after_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "x").touch()
    assert kept_secret(tmp_path, "x") == kept_secret(tmp_path, "x") != ""
