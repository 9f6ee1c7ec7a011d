"""Bring database and static files to where the code expects them; as often as you like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from analysis.models import AnalysisRun
from sectorlight.accounts import first_login_ensure, roles_ensure
from sectorlight.env import without_password
from sectorlight.models import User
from sectorlight.statics import statics_collect
from universe.services import series_arrange

#: Commands of the apps that fill tables with the product's own rows; each may run again and again.
SEEDS = ("seed_sectors", "seed_slots")
#: `manage.py up` shows these lines last.
LOGIN_LINE = "log-in "
#: An advisory lock of PostgreSQL: one host prepares a database at a time.
PREPARE_LOCK = 7_310_004


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def database_refusal() -> str:
    """Why PostgreSQL does not let us in, in its own words on one line; empty when it does.

    Asked without the pool, which tries again and again and in the end tells only how long it waited.
    """
    try:
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.Error as exc:
        # Lines that begin with a tab are libpq's questions to the reader.
        words = " ".join(line.strip() for line in str(exc).splitlines() if not line.startswith("\t"))
        return words.rpartition("FATAL: ")[2].removeprefix("connection failed: ").strip().rstrip(".")
    return ""


class Command(BaseCommand):
    help = "Migrates, seeds, collects static files, makes the roles and the first admin and trader."

    def handle(self, *args: Any, **options: Any) -> None:
        self._reach_servers()
        with self._alone():
            if pending_migrations():
                call_command("migrate", interactive=False, verbosity=0)
                self.stdout.write("Database migrated.")
            roles_ensure()
            self._refuse_another_market()
            self.stdout.write(f"Market data in {series_arrange(world=settings.MARKET_WORLD).words}.")
            for command in SEEDS:
                call_command(command, stdout=self.stdout)
            self._first_logins()
        if statics_collect():
            self.stdout.write("Static files collected.")

    def _reach_servers(self) -> None:
        if refusal := database_refusal():
            address = without_password(settings.DATABASE_URL)
            raise CommandError(
                f"PostgreSQL does not let us in at DATABASE_URL ({address}): {refusal}. "
                "Start it, make the database, mend the address or its password, or unset DATABASE_URL to use "
                "the embedded one."
            )
        try:
            with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3) as client:
                client.ping()
        except redis.RedisError as exc:
            address = without_password(settings.REDIS_URL)
            raise CommandError(
                f"Redis does not answer at REDIS_URL ({address}): {exc}. "
                "Start it, mend the address, or unset REDIS_URL to use the embedded one."
            ) from exc

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no other host prepares this database.

        The lock is a transaction's, which a pooler between us and PostgreSQL leaves to one session.
        """
        with psycopg.connect(**connection.get_connection_params()) as session:
            session.execute("SET LOCAL statement_timeout = 0")
            session.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            row = session.execute("SELECT pg_try_advisory_xact_lock(%s)", [PREPARE_LOCK]).fetchone()
            if not (row and row[0]):
                self.stdout.write("Another host prepares this database; waiting for its end.")
                session.execute("SELECT pg_advisory_xact_lock(%s)", [PREPARE_LOCK])
            yield

    def _refuse_another_market(self) -> None:
        """Bars and universes carry no market, so a database serves one market only."""
        other = (
            AnalysisRun.objects.exclude(world=settings.MARKET_WORLD).values_list("world", flat=True).first()
        )
        if other:
            address = without_password(settings.DATABASE_URL)
            raise CommandError(
                f"The database at {address} holds runs of a {other} market, and MARKET asks for a "
                f"{settings.MARKET_WORLD} one. Give each market a database and a Redis of its own: change "
                "DATABASE_URL and REDIS_URL, or MARKET."
            )

    def _first_logins(self) -> None:
        for username, role in (("admin", User.Role.ADMIN), ("trader", User.Role.TRADER)):
            variable = f"FIRST_{username.upper()}_PASSWORD"
            login = first_login_ensure(username, role, str(getattr(settings, variable)))
            if login.generated:
                words = f"{login.password}   (made now and shown only this once)"
            elif login.password:
                words = f"the password in {variable}"
            else:
                words = "its password as set before"
            self.stdout.write(f"{LOGIN_LINE}{username:<7} {words}")
