"""What a run found of stocks, what followed its readings, what is measured of sectors."""

from typing import ClassVar

from django.db import models
from timescale.db.models.fields import TimescaleDateTimeField

from universe.series import DETAIL_KEPT, Series


class StockReading(models.Model):
    """A core stock's rank and its parts in one run, at the time that its run was published."""

    series: ClassVar = Series(segment_by="symbol", order_by="timestamp DESC", keep=DETAIL_KEPT)

    pk = models.CompositePrimaryKey("timestamp", "symbol")
    run_id = models.BigIntegerField()
    symbol = models.CharField(max_length=16)
    timestamp = TimescaleDateTimeField(interval="7 days")
    sector = models.CharField(max_length=50)
    rank = models.FloatField()
    unconfirmed = models.BooleanField(
        default=False, help_text="Moved over 30 %, and no second source told the same."
    )
    parts = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["symbol", "-timestamp"], name="stock_reading_newest")]


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
