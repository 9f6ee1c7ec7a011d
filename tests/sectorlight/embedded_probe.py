"""Start both embedded servers below a folder, use them, stop them, and tell the account: run by path."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import DEVNULL

import psycopg
import redis

from sectorlight.embedded import database, home, ports, processes
from sectorlight.embedded import redis as embedded_redis


def main(folder: Path) -> None:
    place = home.home_choose(folder)
    cluster = database.database_make(place, "pw")
    database_port, redis_port = ports.free_port(), ports.free_port()
    programs = [
        database.database_program(place, cluster, database_port),
        embedded_redis.redis_program(place, redis_port, "pw"),
    ]
    children = [processes.spawn(program, output=DEVNULL) for program in programs]
    try:
        database.database_ensure(database_port, "pw")
        assert ports.wait_listening(redis_port, within=10)
        with psycopg.connect(database.database_url(database_port, "pw"), autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS visits (at timestamptz DEFAULT now())")
            connection.execute("INSERT INTO visits DEFAULT VALUES")
            row = connection.execute("SELECT count(*) FROM visits").fetchone()
        with redis.Redis.from_url(embedded_redis.redis_url(redis_port, "pw")) as client:
            count = client.incr("visits")
        owner = Path(f"/proc/{children[0].process.pid}").stat().st_uid
        print(f"visits {row[0] if row else None} {count} owner {owner}")
    finally:
        killed = processes.stop_all(children, within=10)
    print(f"killed {killed}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
