"""The limits of the universe, and who was in it in which session."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from universe.models.revisions import Revision


class CriteriaRevision(Revision):
    """The limits of the universe, never edited: a change is a new row, one row is active."""

    values = models.JSONField(
        default=dict, blank=True, help_text="Fields of UniverseCriteria that differ from the default."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["active"], condition=models.Q(active=True), name="one_active_criteria"
            )
        ]

    def __str__(self) -> str:
        return f"limits of {self.created_at:%Y-%m-%d %H:%M} UTC: {self.reason}"


class UniverseSnapshot(models.Model):
    """The universe of one session, built from data through the session before, fixed for the day."""

    session = models.DateField(unique=True)
    built_from = models.DateField()
    built_at = models.DateTimeField()
    criteria = models.JSONField(default=dict)
    funnel = models.JSONField(default=list)
    listings = models.IntegerField()
    core = models.IntegerField()
    breadth = models.IntegerField()
    relaxing = models.JSONField(default=dict)
    alarms = models.JSONField(
        default=list, help_text="Stages that moved by 20 % or more against the universe before."
    )

    class Meta:
        ordering = ["-session"]

    def __str__(self) -> str:
        return f"{self.session}: {self.core} core, {self.breadth} breadth"


class SnapshotMember(models.Model):
    """One listing's verdict in one snapshot. ``tier`` empty: out, for every reason in ``reasons``.

    Breadth members have tier ``breadth``; core members are breadth members too (tier ``core``). ``mic``,
    ``kind`` (of a shell "SPAC") and both counts of shares are as they were judged; universes that were built
    by an older version have none of these four.
    """

    snapshot = models.ForeignKey(UniverseSnapshot, on_delete=models.CASCADE, related_name="members")
    symbol = models.CharField(max_length=16, db_index=True)
    tier = models.CharField(max_length=8, blank=True)
    cap_tier = models.CharField(max_length=12, blank=True)
    reasons = ArrayField(models.CharField(max_length=40), default=list)
    price = models.FloatField(null=True)
    market_cap = models.FloatField(null=True)
    avg_volume = models.FloatField(null=True)
    float_shares = models.FloatField(null=True)
    shares_outstanding = models.FloatField(null=True)
    float_estimated = models.BooleanField(default=False)
    mic = models.CharField(max_length=8, blank=True, default="")
    kind = models.CharField(max_length=16, blank=True, default="")
    gap_share = models.FloatField(
        null=True, help_text="Share of the last 60 sessions with an opening gap of 5 % or more."
    )
    gap_share_10 = models.FloatField(
        null=True, help_text="Share of the last 60 sessions with an opening gap of 10 % or more."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "symbol"], name="one_verdict_per_snapshot")
        ]


class StockUniverse(models.Model):
    """The newest universe, one row per member, for anyone who reads the table."""

    symbol = models.CharField(max_length=10, primary_key=True)
    market_cap = models.BigIntegerField(null=True)
    avg_daily_volume = models.BigIntegerField(null=True)
    sector = models.CharField(max_length=50, blank=True)
    volatility_multiplier = models.DecimalField(max_digits=4, decimal_places=2, default=1)
    last_updated = models.DateTimeField()
    tier = models.CharField(max_length=8)
    cap_tier = models.CharField(max_length=12)
    float_shares = models.BigIntegerField(null=True)
    session = models.DateField()

    class Meta:
        db_table = "stock_universe"
