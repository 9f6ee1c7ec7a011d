"""What stocks and benchmarks cost, and which prices were not believed."""

import datetime as dt
from typing import ClassVar

from django.db import models
from timescale.db.models.fields import TimescaleDateTimeField

from universe.integrity import Doubt
from universe.models.refusals import Withheld
from universe.partition import PartitionDateField
from universe.series import DETAIL_KEPT, Series


class ToldBar(models.Model):
    """A regular session of one symbol as it was told, not adjusted: USD a share, shares; null: not known."""

    session = models.DateField()
    symbol = models.CharField(max_length=16)
    open = models.FloatField(null=True)
    high = models.FloatField(null=True)
    low = models.FloatField(null=True)
    close = models.FloatField()
    volume = models.FloatField(null=True)
    source = models.CharField(max_length=20)
    fetched_at = models.DateTimeField()

    class Meta:
        abstract = True


class DailyBar(ToldBar):
    """A regular session of one symbol as the vendor sent it, not adjusted.

    Read by session and symbol together, so that the key is the only index: half a million rows at the start.
    Kept longer than other detail: the engine looks 62 sessions back, which may be 94 days.
    """

    series: ClassVar = Series(segment_by="symbol", order_by="session DESC", keep=dt.timedelta(days=100))

    pk = models.CompositePrimaryKey("session", "symbol")
    session = PartitionDateField(interval="30 days")


class BarCorrection(ToldBar):
    """What a stored daily bar should have been, told later. The bar stays as it was stored; the correction
    with the highest ``number`` of its session and symbol is read in its place.

    A plain table without a foreign key: bars may lie in compressed chunks, which a correction leaves alone.
    """

    number = models.PositiveIntegerField(help_text="1 for the first correction of the bar.")

    class Meta:
        ordering = ["-session", "symbol", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "symbol", "number"], name="one_correction_per_bar_and_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.session} no. {self.number}"


class MinuteQuote(models.Model):
    """The price of a symbol at a market moment: from the stream each minute, from each snapshot."""

    series: ClassVar = Series(
        segment_by="symbol", order_by="as_of DESC", keep=DETAIL_KEPT, keep_made_up=dt.timedelta(days=7)
    )

    pk = models.CompositePrimaryKey("as_of", "symbol")
    as_of = TimescaleDateTimeField(interval="7 days")
    symbol = models.CharField(max_length=16)
    price = models.FloatField()
    day_volume = models.FloatField(null=True)
    day_open = models.FloatField(null=True)
    day_low = models.FloatField(null=True)
    source = models.CharField(max_length=20)
    interpolated = models.BooleanField(default=False)
    halted = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["symbol", "as_of"], name="minute_quote_symbol")]


class QuarantinedPrice(Withheld):
    """A price that was not believed: kept apart, it reaches no return, rank or alert.

    ``price`` and ``last_at`` are of the newest trade held for this reason, ``reference`` is what it was
    measured against (USD), ``seen`` counts how often it was told. ``released_at`` is the moment of the first
    price of the symbol that was believed again.
    """

    class Reason(models.TextChoices):
        RATIO = Doubt.RATIO.value, "jump like a split that nobody listed"
        SINGLE = Doubt.SINGLE.value, "a single print far off"
        IMPLAUSIBLE = Doubt.IMPLAUSIBLE.value, "a move beyond belief"

    reason = models.CharField(max_length=20, choices=Reason.choices)
    price = models.FloatField()
    reference = models.FloatField(null=True)

    class Meta:
        ordering = ["-last_at", "symbol"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "symbol", "reason"], name="one_quarantine_per_symbol_session_reason"
            )
        ]


class ConfirmedMove(models.Model):
    """A move over 30 % that a second source told the same, remembered for its session."""

    symbol = models.CharField(max_length=16)
    session = models.DateField()
    price = models.FloatField(help_text="The second source's.")
    source = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "symbol"], name="one_confirmation_per_symbol_session")
        ]


class MarketContext(models.Model):
    """The newest price of a benchmark or index that is no member: IWM, SPY, QQQ, VIX."""

    symbol = models.CharField(max_length=16, primary_key=True)
    price = models.FloatField()
    previous_close = models.FloatField(null=True)
    as_of = models.DateTimeField()
    source = models.CharField(max_length=20)
