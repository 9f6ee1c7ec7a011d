"""What belongs where, how it is weighted, and what was read."""

from decimal import Decimal
from typing import ClassVar, cast

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from timescale.db.models.fields import TimescaleDateTimeField

from sectors.types import WeightSetting, WeightSource
from universe.models import Revision
from universe.series import Series


class Sector(models.Model):
    """One of the eight fixed sectors; ``position`` is its place and key on the board."""

    slug = models.SlugField(max_length=50, primary_key=True, allow_unicode=False)
    name = models.CharField(max_length=60)
    short_name = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField(unique=True)
    large_cap_proxy = models.CharField(max_length=8)
    small_cap_proxy = models.CharField(max_length=8)
    gap_class = models.CharField(max_length=12)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class VolatilityWeight(Revision):
    """A sector's volatility weight. Revisions, never edits; one active row per sector."""

    class Source(models.TextChoices):
        STATIC = "static", "static: set by hand"
        DYNAMIC = "dynamic", "dynamic: measured"
        HYBRID = "hybrid", "hybrid: both"

    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="weights")
    weight = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.10")), MaxValueValidator(Decimal("3.00"))],
        help_text="0.10 to 3.00, two decimals. The next run uses it.",
    )
    source = models.CharField(
        max_length=8,
        choices=Source.choices,
        default=Source.STATIC,
        help_text="Set by hand, measured (60 sessions of the sector against the universe), or both.",
    )
    dynamic_share = models.DecimalField(
        "measured share",
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.50"),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal("0.99"))],
        help_text="Of a hybrid: how much of the weight is measured, 0.01 to 0.99.",
    )

    class Meta:
        ordering = ["sector__position", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sector"], condition=models.Q(active=True), name="one_active_weight"
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gte=Decimal("0.10"), weight__lte=Decimal("3.00")),
                name="weight_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(dynamic_share__gte=Decimal("0.01"), dynamic_share__lte=Decimal("0.99")),
                name="dynamic_share_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sector_id} {self.setting}"

    @property
    def setting(self) -> WeightSetting:
        return WeightSetting(self.weight, cast(WeightSource, self.source), self.dynamic_share, self.pk)


class Classification(models.Model):
    """The newest sector of one symbol, with its evidence. ``sector`` empty: unknown, counted, in none."""

    symbol = models.CharField(max_length=16, unique=True)
    sector = models.ForeignKey(Sector, null=True, blank=True, on_delete=models.PROTECT)
    subsector = models.CharField(max_length=40, blank=True)
    confidence = models.DecimalField(max_digits=3, decimal_places=2)
    evidence = models.JSONField(default=list)
    disputed = models.BooleanField(default=False)
    excluded = models.BooleanField(default=False)
    rules_version = models.CharField(max_length=12)
    classified_at = models.DateTimeField()

    class Meta:
        ordering = ["symbol"]

    def __str__(self) -> str:
        return f"{self.symbol}: {self.sector_id or 'unknown'}"


class SectorOverride(models.Model):
    """A listing's sector set by hand. Revisions, never edits; a listing is a symbol with its FIGI.

    ``sector`` empty: in no sector. ``clears``: the row ends the one before it, the rules decide again.
    """

    symbol = models.CharField(max_length=16, db_index=True, help_text="As it was when this was set.")
    figi = models.CharField("composite FIGI", max_length=12, blank=True, help_text="Empty: not known then.")
    sector = models.ForeignKey(Sector, null=True, blank=True, on_delete=models.PROTECT)
    clears = models.BooleanField("back to the rules", default=False)
    reason = models.CharField(max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    active = models.BooleanField("in force", default=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "figi"], condition=models.Q(active=True), name="one_active_override"
            ),
            models.CheckConstraint(
                condition=models.Q(clears=False) | models.Q(active=False, sector=None),
                name="clearing_sets_no_sector",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol}: {'back to the rules' if self.clears else self.sector_id or 'in no sector'}"


class SentimentReading(models.Model):
    """One sector's light of one run. ``timestamp`` is the publish time in market time, rising per sector.

    Kept for ever: a correction is a new row with a later time.
    """

    series: ClassVar = Series(segment_by="sector", order_by="timestamp DESC")

    pk = models.CompositePrimaryKey("timestamp", "sector")
    timestamp = TimescaleDateTimeField(interval="30 days")
    sector = models.CharField(max_length=50)
    sentiment_score = models.DecimalField(max_digits=4, decimal_places=3)
    color_classification = models.CharField(max_length=20)
    confidence_level = models.DecimalField(max_digits=3, decimal_places=2)
    run_id = models.BigIntegerField(db_index=True)
    run_kind = models.CharField(max_length=16)
    as_of = models.DateTimeField()
    computed_at = models.DateTimeField()
    state = models.CharField(max_length=16)
    cautions = models.JSONField(default=list)
    relative_score = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    relative_colour = models.CharField(max_length=20, blank=True)
    returns = models.JSONField(default=dict)
    frame_notes = models.JSONField(default=dict)
    pattern = models.CharField(max_length=80, blank=True)
    advancing = models.IntegerField()
    valid = models.IntegerField()
    members = models.IntegerField()
    core = models.IntegerField()
    coverage = models.FloatField()
    waterfall = models.JSONField(default=dict)
    tops = models.JSONField(default=dict)
    weight_revision_id = models.BigIntegerField(null=True)
    oldest_input_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=40)
    world = models.CharField(max_length=12)
    interpolated = models.BooleanField(default=False)
    flags = models.JSONField(default=list)

    class Meta:
        db_table = "sector_sentiment"
        indexes = [models.Index(fields=["sector", "-timestamp"], name="reading_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sentiment_score__gte=-1, sentiment_score__lte=1), name="score_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence_level__gte=0, confidence_level__lte=1),
                name="confidence_in_range",
            ),
        ]


class BoardSnapshot(models.Model):
    """The board as one run published it: the eight cards' data, the context strip, and their SHA-256."""

    run_id = models.BigIntegerField(unique=True)
    timestamp = models.DateTimeField(db_index=True)
    as_of = models.DateTimeField()
    board = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-timestamp"]
