"""What is set, what is missing, how to mend it. Never prints a key or a password."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from analysis.notice_mail import mail_is_set
from sectorlight.backup.archive import backups_of
from sectorlight.embedded.ports import answers, host_refusal, port_beside, port_is_free
from sectorlight.embedded.processes import is_running
from sectorlight.embedded.state import state_read
from sectorlight.env import SettingError, without_password
from sectorlight.health import database_check
from sectorlight.management.commands.prepare import database_refusal, pending_migrations
from sectorlight.market import market_try
from sectorlight.operations import VENDORS
from universe.errors import Rejected, SourceError
from universe.redis import client
from universe.services import plan_probe
from universe.sources import Entitlement, plan_of

Mark = Literal["ok", "note", "bad"]
SIGNS: dict[Mark, str] = {"ok": "ok  ", "note": "note", "bad": "BAD "}
#: Under this a day of minute bars and the embedded servers' logs may not fit.
DISK_MIN_GB = 1.0
RUN = "It starts with: make run"
PREPARE = ".venv/bin/python manage.py prepare"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``mend`` says what to do about it."""

    mark: Mark
    what: str
    mend: str = ""


class Command(BaseCommand):
    help = "Tells what is set, what is missing and how to mend it. Exit code 1 when something is bad."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        bad = 0
        for finding in chain(_market(), _servers(), _vendors(), _web(), _mail(), _machine(), _checks()):
            bad += finding.mark == "bad"
            self.stdout.write(f"{SIGNS[finding.mark]}  {finding.what}")
            if finding.mend:
                self.stdout.write(f"      -> {finding.mend}")
        self.stdout.write(f"{bad} to mend." if bad else "Nothing to mend.")
        if bad:
            raise SystemExit(1)


def _market() -> Iterator[Finding]:
    world = settings.MARKET_WORLD
    if world == "live":
        yield Finding("ok", f"MARKET is live, with POLYGON_API_KEY, from {settings.POLYGON_BASE_URL}.")
        if settings.FMP_API_KEY:
            yield Finding("ok", "FMP_API_KEY is set.")
        return
    try:
        if world == "replay" or settings.MARKET_FROM:
            market_try(settings.MARKET, settings.MARKET_FROM)
    except SettingError as exc:
        yield Finding("bad", str(exc), "Mend it, or unset it.")
        return
    start = f" from {settings.MARKET_FROM}" if settings.MARKET_FROM else ""
    name = "simulated" if world == "simulated" else f"a replay of {settings.MARKET}{start}"
    yield Finding("ok", f"MARKET is {name}, at {settings.MARKET_SPEED:g} times the real speed.")
    yield Finding("note", "POLYGON_API_KEY is not in use.", "For the real market put your key into .env.")
    if answers(f"{settings.SIMULATOR_URL}/simulator/health"):
        yield Finding("ok", f"The simulated market answers at {settings.SIMULATOR_URL}.")
    else:
        yield Finding("note", "The simulated market does not run.", RUN)


def _servers() -> Iterator[Finding]:
    kind = _kind(settings.DATABASE_EMBEDDED, "DATABASE_URL")
    check = database_check()
    if check["status"] == "ok":
        yield Finding("ok", f"PostgreSQL {check['server']} ({kind}), {check['storage']}.")
        yield from _tables()
    elif settings.DATABASE_EMBEDDED:
        yield Finding("note", "The embedded PostgreSQL does not run.", RUN)
    else:
        refusal = database_refusal() or "it does not answer"
        mend = "Start it, make the database, mend or unset DATABASE_URL."
        yield Finding("bad", f"PostgreSQL does not let us in ({kind}): {refusal}.", mend)
    kind = _kind(settings.REDIS_EMBEDDED, "REDIS_URL")
    try:
        client().ping()
        yield Finding("ok", f"Redis answers ({kind}).")
    except redis.RedisError:
        if settings.REDIS_EMBEDDED:
            yield Finding("note", "The embedded Redis does not run.", RUN)
        else:
            yield Finding("bad", f"Redis does not answer ({kind}).", "Start it, mend or unset REDIS_URL.")


def _vendors() -> Iterator[Finding]:
    """What each vendor says to its key and what the plan lacks: a few small questions, once a day."""
    is_live = settings.MARKET_WORLD == "live"
    if not is_live and not answers(f"{settings.SIMULATOR_URL}/simulator/health"):
        return
    for vendor, name in VENDORS.items():
        if vendor == "fmp" and not settings.FMP_API_KEY:
            mend = "Sectors then come from SIC codes, floats from Polygon if its plan has them."
            yield Finding("note", "FMP_API_KEY is not set.", mend)
            continue
        error = plan_probe(vendor)
        if error is not None:
            yield _vendor_refusal(name, vendor, error)
            continue
        plan = plan_of(vendor)
        yield Finding("ok", f"{name} answers. Plan: {plan.plan() or 'not known yet'}.")
        yield from _lacking(name, plan.entitlements())


def _vendor_refusal(name: str, vendor: str, error: SourceError) -> Finding:
    if isinstance(error, Rejected):
        return Finding("bad", f"{name} refuses the key: {error}", f"Mend {vendor.upper()}_API_KEY in .env.")
    return Finding("note", f"{name} could not be asked: {error}", "Try again in a minute.")


def _lacking(name: str, entitlements: Iterable[Entitlement]) -> Iterator[Finding]:
    for entry in entitlements:
        if entry.allowed is False:
            instead = f"Taken instead: {entry.capability.instead}."
            yield Finding("note", f"The plan of {name} lacks: {entry.capability.title}.", instead)


def _kind(is_embedded: bool, variable: str) -> str:
    return "embedded" if is_embedded else f"{variable}: {without_password(getattr(settings, variable))}"


def _tables() -> Iterator[Finding]:
    """Migrations in force, and somebody who can log in. Needs a database that answers."""
    try:
        if pending := pending_migrations():
            yield Finding("bad", f"{pending} migrations are not applied.", PREPARE)
            return
        people = get_user_model().objects.filter(is_active=True).count()
    except DatabaseError as exc:
        yield Finding("bad", f"The tables cannot be read: {exc}".strip(), PREPARE)
        return
    if people:
        yield Finding("ok", f"{people} people can log in.")
    else:
        yield Finding("bad", "Nobody can log in.", f"{PREPARE} makes admin and trader.")


def _web() -> Iterator[Finding]:
    kept = state_read(settings.DATA_DIR)
    url = kept.get("web_url", "")
    # The file outlives its family, and by now somebody else may listen there.
    runs = is_running(kept.get("supervisor_pid", 0), having="manage.py\0up")
    if runs and answers(f"{url}/health/live", any_status=True):
        yield Finding("ok", f"The web server answers at {url}.")
    elif port_is_free(settings.HOST, settings.PORT):
        yield Finding("ok", f"Port {settings.PORT} on {settings.HOST} is free.")
    elif refusal := host_refusal(settings.HOST):
        yield Finding("bad", refusal, "Set HOST to such an address, or unset it.")
    else:
        mend = f"PORT={port_beside(settings.PORT)} make run"
        yield Finding("bad", f"Port {settings.PORT} on {settings.HOST} is taken.", mend)


def _mail() -> Iterator[Finding]:
    """Whether the owner hears of a schedule that stands still."""
    if not settings.OWNER_EMAIL:
        mend = "Set OWNER_EMAIL and EMAIL_URL in .env, or watch /health/slots from outside."
        yield Finding("note", "OWNER_EMAIL is not set: nobody is mailed when a slot has no result.", mend)
    elif not mail_is_set():
        yield Finding(
            "bad", "OWNER_EMAIL is set, but EMAIL_URL is not: no mail goes out.", "Set EMAIL_URL in .env."
        )
    else:
        yield Finding("ok", f"{settings.OWNER_EMAIL} is mailed when a slot has no result.")


def _machine() -> Iterator[Finding]:
    folder = Path(settings.DATA_DIR)
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize / 1e9
    if free < DISK_MIN_GB:
        yield Finding("bad", f"{free:.1f} GB are free at {folder}.", "Free some space, or set DATA_DIR.")
    else:
        yield Finding("ok", f"{free:.0f} GB are free at {folder}.")
    kept = backups_of(folder / "backups", settings.MARKET_WORLD)
    if kept:
        hours = (timezone.now() - kept[-1][1].made_at).total_seconds() / 3600
        yield Finding("ok", f"The newest backup in {folder / 'backups'} is {hours:.1f} hours old.")
    env_file = settings.BASE_DIR / ".env"
    if env_file.is_file() and env_file.stat().st_mode & 0o077:
        yield Finding("note", ".env can be read by others on this machine.", f"chmod 600 {env_file}")


def _checks() -> Iterator[Finding]:
    for message in run_checks():
        mark: Mark = "bad" if message.is_serious() else "note"
        yield Finding(mark, f"{message.id}: {message.msg}", message.hint or "")
