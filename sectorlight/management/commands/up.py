"""The one-command start behind `make run`."""

from __future__ import annotations

import ctypes
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sectorlight.embedded.leash import PR_SET_PDEATHSIG
from sectorlight.embedded.ports import host_refusal, port_beside, port_is_free
from sectorlight.embedded.processes import EmbeddedError
from sectorlight.embedded.state import family_lock, state_read
from sectorlight.embedded.supervisor import Family, FamilyEnded
from sectorlight.embedded.terminal import Output
from sectorlight.env import refuse
from sectorlight.family import Address, Start


class Command(BaseCommand):
    help = "Starts everything (servers, market, web, worker, beat, stream) and stops it with Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help="Stop when the process that started this one ends, however it ends.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        address, say = Address(settings.HOST, settings.PORT), Output(sys.stdout)
        with _lock(Path(settings.DATA_DIR)):
            _refuse_taken(address)
            _refuse_unanswered(address)
            if options["with_parent"]:
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
            self._run(address, say)
        say("Everything is stopped.")

    def _run(self, address: Address, say: Output) -> None:
        family = Family(say)
        family.obey_signals()
        try:
            Start(family, address, say).run()
        except (FamilyEnded, EmbeddedError) as exc:
            raise CommandError(str(exc)) from exc
        finally:
            family.stop()


def _refuse_taken(address: Address) -> None:
    """The web server must be able to listen; which of HOST and PORT is at fault is said."""
    refusal = host_refusal(address.host)
    if refusal:
        raise CommandError(refusal)
    if not port_is_free(address.host, address.port):
        raise CommandError(
            f"Port {address.port} on {address.host} is taken, or only root may use it. "
            f"Choose another: PORT={port_beside(address.port)} make run"
        )


def _refuse_unanswered(address: Address) -> None:
    """Some name of ALLOWED_HOSTS must lead to HOST, or the server would refuse everybody."""
    if not address.name(settings.ALLOWED_HOSTS):
        allowed = f"names that lead to HOST, such as {address.own}, or the name that people type"
        raise CommandError(str(refuse("ALLOWED_HOSTS", ",".join(settings.ALLOWED_HOSTS), allowed)))


def _lock(data_dir: Path) -> IO[str]:
    """One family per data folder: hold its lock, or say who does."""
    handle = family_lock(data_dir)
    if handle is None:
        state = state_read(data_dir)
        raise CommandError(
            f"SectorLight already runs from this folder (process {state.get('supervisor_pid', 'unknown')}, "
            f"{state.get('web_url', 'address unknown')}). Stop it first, or set DATA_DIR to another folder."
        )
    return handle
