"""Runs, the slots that ask for them, who asked, and the inputs that a run used."""

from django.conf import settings
from django.db import models


class RunKind(models.TextChoices):
    COMPREHENSIVE = "comprehensive", "comprehensive (20:00)"
    OVERNIGHT = "overnight", "overnight (4:00)"
    RELEASE = "release", "economic release (8:00, 8:35)"
    PASS = "pass", "half-hourly pass"
    ON_DEMAND = "on_demand", "on demand"
    MOVER = "mover", "15 % mover, one sector"
    REWEIGHT = "reweight", "new weight, one sector"


#: The full runs whose age decides freshness.
ANALYSIS_KINDS = (RunKind.COMPREHENSIVE, RunKind.OVERNIGHT, RunKind.RELEASE, RunKind.ON_DEMAND)

#: Runs that read one sector alone.
SECTOR_KINDS = (RunKind.MOVER, RunKind.REWEIGHT)


class RunStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    CARRIED = "carried", "carried forward"
    FAILED = "failed"
    COVERED = "covered", "covered by a later run"
    CANCELLED = "cancelled"


#: States that a run never leaves.
TERMINAL = (
    RunStatus.COMPLETE,
    RunStatus.PARTIAL,
    RunStatus.CARRIED,
    RunStatus.FAILED,
    RunStatus.COVERED,
    RunStatus.CANCELLED,
)
#: Terminal states that published readings.
PUBLISHED = (RunStatus.COMPLETE, RunStatus.PARTIAL)
#: Terminal states of a run that should have published readings and could not: for want of an input, while an
#: earlier board stands and is carried forward; or by a fault, or with nothing to stand on.
UNPUBLISHED = (RunStatus.CARRIED, RunStatus.FAILED)
#: Terminal states after which somebody may want the run again.
RETRYABLE = (RunStatus.FAILED, RunStatus.CARRIED, RunStatus.PARTIAL, RunStatus.CANCELLED)


def world_in_force() -> str:
    """The market world of this process: a run belongs to one and never serves another."""
    return str(settings.MARKET_WORLD)


class Slot(models.Model):
    """A time of day, New York, at which a run is due on every exchange session that reaches it."""

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=16, choices=RunKind.choices)
    at = models.TimeField(help_text="New York time.")
    enabled = models.BooleanField(default=True)
    ceiling_seconds = models.PositiveIntegerField(default=120)

    class Meta:
        ordering = ["at", "kind"]
        constraints = [models.UniqueConstraint(fields=["at", "kind"], name="one_slot_per_time_and_kind")]

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.name}"


class AnalysisRun(models.Model):
    """One run. Unique per (kind, scheduled_for) of one market world and, for a mover's run, one sector.

    All times but the wall clocks are market time.
    """

    world = models.CharField(max_length=12, default=world_in_force, help_text="live, simulated or replay")
    kind = models.CharField(max_length=16, choices=RunKind.choices)
    scheduled_for = models.DateTimeField()
    sector = models.CharField(max_length=50, blank=True, help_text="Only for a run of one sector.")
    status = models.CharField(max_length=12, choices=RunStatus.choices, default=RunStatus.QUEUED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    retry_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="retries",
        help_text="The run that this one was asked for again.",
    )
    late = models.BooleanField(default=False)
    as_of = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_wall = models.DateTimeField(auto_now_add=True)
    started_wall = models.DateTimeField(null=True, blank=True)
    finished_wall = models.DateTimeField(null=True, blank=True)
    heartbeat_wall = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=80, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    publishing = models.BooleanField(default=False, help_text="Its end has begun: too late to cancel it.")
    cancel_requested = models.DateTimeField(
        null=True, blank=True, help_text="Wall clock. A run at work sees it with its next step and ends."
    )
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    message = models.TextField(blank=True)
    counts = models.JSONField(default=dict, blank=True)
    timings = models.JSONField(default=dict, blank=True)
    outcomes_open = models.BooleanField(
        default=True, help_text="What followed its readings is not written down for every horizon yet."
    )

    class Meta:
        ordering = ["-scheduled_for", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["world", "kind", "scheduled_for", "sector"], name="one_run_per_slot"
            ),
        ]
        indexes = [
            models.Index(
                fields=["world", "as_of"],
                condition=models.Q(outcomes_open=True, published_at__isnull=False),
                name="run_outcomes_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.scheduled_for:%Y-%m-%d %H:%M}"

    @property
    def completes_inputs(self) -> bool:
        """Whether older inputs that came in were its reason: then a light may turn without any price."""
        return bool(self.counts.get("completes_inputs"))


class RunRequest(models.Model):
    """Somebody asked for a run: who began it, and everyone who got the one that waited or worked already.

    ``key`` is the caller's own name for what was asked, so that asking twice gives one run; empty: none was
    given, or it is a day old. ``again`` is the run that was wanted again with it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="requests")
    key = models.CharField(max_length=255, blank=True)
    again = models.ForeignKey(
        AnalysisRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_wall = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], condition=~models.Q(key=""), name="one_run_per_key_of_a_user"
            )
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} asked for run {self.run_id}"


class RunInput(models.Model):
    """The input frame that a run used: compressed arrays and their SHA-256.

    ``lineage`` tells where each input came from (`sectors.types.Lineage`); empty for runs before it was kept.
    """

    run = models.OneToOneField(AnalysisRun, on_delete=models.CASCADE, primary_key=True, related_name="input")
    frame = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    lineage = models.JSONField(default=dict)
