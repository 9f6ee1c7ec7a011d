"""A new weight on the board at once: the inputs that the light stands on, scored again with it.

Nothing is fetched: the frame is the one that the sector's newest reading was made from, so what was shown
as a preview before saving is what comes.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from analysis.engine.frames import unpack
from analysis.engine.volatility import reweighed
from analysis.errors import PricesMissing
from analysis.inputs import Findings
from analysis.lifecycle import TICK_LOCK, run_create_now, run_enqueue
from analysis.models import AnalysisRun, RunInput, RunKind, RunStatus
from analysis.selectors import runs_of_world
from analysis.types import InputFrame
from sectors.models import VolatilityWeight
from sectors.pages.explanation import weight_input
from sectors.selectors import board_current, reading_newest, weight_settings, weights_named
from universe.clock import ClockUnavailableError
from universe.services import lock_take

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a sector's newest light was made from: its inputs with the weight in force, and their origin.

    ``context`` is the board's own words about its run; None: there is no board.
    """

    frame: InputFrame
    findings: Findings
    lineage: dict[str, Any]
    context: dict[str, Any] | None


def reweigh_on_revision(sender: object, revision: VolatilityWeight, **_: object) -> None:
    """Ask for a run once the revision is there to be read. What goes wrong then is logged: the revision
    stands, and the next run uses it."""
    transaction.on_commit(partial(reweigh_request, revision), robust=True)


def reweigh_request(revision: VolatilityWeight) -> AnalysisRun | None:
    """Ask for a run of the revision's sector; a run that waits already will read the newest revision.

    None: there is no light to weigh anew, or the market does not tell its time: the next run uses the weight.
    """
    slug = revision.sector_id
    try:
        with transaction.atomic():
            lock_take(TICK_LOCK)
            waiting = runs_of_world().filter(kind=RunKind.REWEIGHT, sector=slug, status=RunStatus.QUEUED)
            if reading_newest(slug) is None or waiting.exists():
                return waiting.first()
            run = run_create_now(RunKind.REWEIGHT, sector=slug, requested_by=revision.author)
            transaction.on_commit(partial(run_enqueue, run.pk))
    except ClockUnavailableError as exc:
        logger.warning("the new weight of %s counts from the next run on: %s", slug, exc)
        return None
    return run


def is_weighed(slug: str) -> bool:
    """Whether the sector's newest light uses the revision in force already, or there is none to weigh."""
    reading, setting = reading_newest(slug), weight_settings().get(slug)
    return reading is None or setting is None or reading.weight_revision_id == setting.revision_id


def standing_take(slug: str) -> Standing:
    """The inputs of the sector's newest light, with the weight in force. PricesMissing: they are not kept."""
    reading = reading_newest(slug)
    stored = RunInput.objects.filter(run_id=reading.run_id).first() if reading else None
    if reading is None or stored is None:
        raise PricesMissing(
            "The inputs of this light are not kept any more; the next run uses the new weight."
        )
    findings = Findings(
        degraded=list(reading.flags), source=reading.source, oldest_input_at=reading.oldest_input_at
    )
    setting = weight_settings()[slug]
    frame = reweighed(unpack(bytes(stored.frame)), slug, setting)
    board = board_current()
    lineage = _lineage(stored.lineage, slug, setting.revision_id)
    return Standing(frame, findings, lineage, board["context"] if board else None)


def _lineage(stored: Mapping[str, Any], slug: str, revision_id: int | None) -> dict[str, Any]:
    """The inputs' origins with the sector's weight replaced; empty where none was kept."""
    if not stored:
        return {}
    weight = [weight_input(row) for row in weights_named([revision_id] if revision_id else [])]
    others = [one for one in stored["inputs"] if one["name"] != f"weight_{slug}"]
    return dict(stored) | {"inputs": [*others, *weight]}
