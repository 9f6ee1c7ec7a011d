"""Runs, their inputs, the slots that ask for them, and what each user wants to see."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from analysis.notices import Notice as Notice  # Django looks for an app's models here
from sectors.live import ALERTS_VIEW, BOARD_VIEW, COMPACT_VIEW
from sectors.places import PLACES


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


class StockReading(models.Model):
    """A core stock's rank and its parts in one run."""

    pk = models.CompositePrimaryKey("run_id", "symbol")
    run_id = models.BigIntegerField()
    symbol = models.CharField(max_length=16)
    timestamp = models.DateTimeField()
    sector = models.CharField(max_length=50)
    rank = models.FloatField()
    unconfirmed = models.BooleanField(
        default=False, help_text="Moved over 30 %, and no second source told the same."
    )
    parts = models.JSONField()


class Outcome(models.Model):
    """What followed one reading up to one horizon: kept for ever, and never changed or deleted (a trigger of
    the database refuses both).

    ``value_pct`` is the equal-weighted mean of the members' returns in percent, each cut; empty unless the
    ``state`` is "measured". ``benchmark_pct`` is what the benchmark did over the same span. ``members`` are
    those at the reading's time, ``left_out`` counts by reason those that did not count. Times but
    ``computed_wall`` are market time; score, colour and ``reading_state`` are the reading's.
    """

    run_id = models.BigIntegerField()
    world = models.CharField(max_length=12, help_text="live, simulated or replay: never joined")
    sector = models.CharField(max_length=50)
    timestamp = models.DateTimeField(help_text="When the reading was published.")
    as_of = models.DateTimeField(help_text="Of which moment its prices are.")
    score = models.DecimalField(max_digits=4, decimal_places=3)
    colour = models.CharField(max_length=20)
    reading_state = models.CharField(max_length=16)
    horizon = models.CharField(max_length=8, help_text="4h: four trading hours; close: the next close")
    due_at = models.DateTimeField(help_text="When the horizon ended.")
    carried_over = models.BooleanField(help_text="A night, weekend or holiday lies before its end.")
    measured_at = models.DateTimeField()
    computed_wall = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=40, help_text="measured, insufficient or left_out:<reason>")
    value_pct = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    benchmark_pct = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    members = models.PositiveIntegerField()
    used = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict)

    class Meta:
        ordering = ["-as_of", "sector", "horizon"]
        indexes = [models.Index(fields=["-as_of", "sector", "horizon"], name="outcome_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["run_id", "sector", "horizon"], name="one_outcome_per_reading_horizon"
            ),
            models.CheckConstraint(
                condition=models.Q(state="measured", value_pct__isnull=False)
                | (~models.Q(state="measured") & models.Q(value_pct__isnull=True)),
                name="only_measured_outcomes_have_a_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sector} {self.as_of:%Y-%m-%d %H:%M}, {self.horizon}"


class FundCorrelations(models.Model):
    """How each sector moved with its funds over the 60 sessions before ``session``, as measured last.

    ``ties``: by sector the rows of `sectors.types.FundTie`.
    """

    session = models.DateField(unique=True)
    ties = models.JSONField()
    measured_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"fund correlations before {self.session}"


class CatalystEvent(models.Model):
    """What one article or paper tells as a catalyst of one company, judged by the rules of its version."""

    key = models.CharField(max_length=160, help_text="news:<source>:<id> or sec:<accession number>")
    symbol = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField(db_index=True, help_text="When it was known, market time.")
    tone = models.FloatField()
    relevance = models.FloatField()
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=1000, blank=True)
    publisher = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=20)
    fetched_at = models.DateTimeField()
    rule = models.CharField(max_length=60)
    form = models.CharField(max_length=20, blank=True)
    rules_version = models.CharField(max_length=12)

    class Meta:
        ordering = ["-at", "symbol"]
        indexes = [models.Index(fields=["symbol", "at"], name="catalyst_symbol_at")]
        constraints = [models.UniqueConstraint(fields=["key", "symbol"], name="one_catalyst_per_text_symbol")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.kind} {self.at:%Y-%m-%d %H:%M}"


class CatalystMark(models.Model):
    """Up to which change of news and filings catalysts were judged, and by which rules. One row."""

    rules_version = models.CharField(max_length=12)
    judged_until = models.DateTimeField(
        null=True, help_text="Wall clock of the newest change that was judged."
    )


class ParameterRevision(models.Model):
    """The tunable constants of the score, never edited: a change is a new row, one row is active."""

    values = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    active = models.BooleanField(default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["active"], condition=models.Q(active=True), name="one_active_parameters"
            )
        ]

    def __str__(self) -> str:
        return f"constants of {self.created_at:%Y-%m-%d %H:%M} UTC: {self.reason}"


class FreshnessPreference(models.Model):
    """What one user calls fresh, and how the board is shown to them."""

    class OnOpen(models.TextChoices):
        VIEW = "view", "Show the newest analysis"
        ASK = "ask", "Offer a fresh run when it is aging"
        RUN = "run", "Start a fresh run when it is stale"

    class Theme(models.TextChoices):
        DARK = "dark"
        LIGHT = "light"
        CONTRAST = "contrast", "High contrast"

    class Palette(models.TextChoices):
        TRADER = "trader", "Trader (red and green)"
        SAFE = "safe", "Colour-blind safe"

    #: What "/" shows. A sector stands for its page.
    VIEWS = (
        (BOARD_VIEW, "Board: eight cards"),
        (COMPACT_VIEW, "Compact: one line a sector"),
        (ALERTS_VIEW, "Alerts"),
        *((place.slug, place.name) for place in PLACES),
    )

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="freshness")
    fresh_minutes = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(1), MaxValueValidator(2880)]
    )
    stale_minutes = models.PositiveIntegerField(
        default=240, validators=[MinValueValidator(1), MaxValueValidator(2880)]
    )
    on_open = models.CharField(max_length=8, choices=OnOpen.choices, default=OnOpen.ASK)
    time_zone = models.CharField(max_length=60, blank=True, help_text="Shown beside New York time.")
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.DARK)
    palette = models.CharField(max_length=8, choices=Palette.choices, default=Palette.TRADER)
    default_view = models.CharField(
        max_length=50, choices=VIEWS, default=BOARD_VIEW, help_text="What opens after the log-in, and at “/”."
    )
    updated_at = models.DateTimeField(auto_now=True)


class Alert(models.Model):
    """A 15 % mover or a light that changed colour, in market time."""

    class Kind(models.TextChoices):
        MOVER = "mover"
        COLOUR = "colour"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField(db_index=True)
    session = models.DateField()
    sector = models.CharField(max_length=50, blank=True)
    symbol = models.CharField(max_length=16, blank=True)
    level = models.IntegerField(default=0, help_text="Percent passed (15, 25, ...), signed.")
    crossing = models.PositiveSmallIntegerField(
        default=1, help_text="How often in a session the symbol came from under 12 % to 15 % and more."
    )
    change_pct = models.FloatField(null=True)
    old = models.CharField(max_length=20, blank=True)
    new = models.CharField(max_length=20, blank=True)
    old_score = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    new_score = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    run_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "symbol", "level", "crossing"],
                condition=models.Q(kind="mover"),
                name="one_alert_per_level",
            )
        ]
