"""Rows that were told and cannot be true."""

from django.db import models

from universe.gates import Fault, Kind


class Withheld(models.Model):
    """What was told of a symbol in a session and is kept apart for a ``reason``, from ``source``, ``seen`` so
    often; held until ``released_at``."""

    symbol = models.CharField(max_length=16)
    session = models.DateField()
    reason = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    seen = models.PositiveIntegerField(default=1)
    released_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.symbol} {self.session} {self.reason}"


class RefusedRow(Withheld):
    """A row that was not stored, because a field of it cannot be. One row for each field, kind and reason of
    a symbol in a session, however often it is told.

    ``at`` is the moment that the row claims, null for a daily bar and where it is not known. ``value``, as it
    was told, and ``source`` are the newest. ``first_at`` and ``last_at`` are the market's time when it was
    told first and last; ``released_at`` is that at which a row that can be true came for the symbol.
    """

    class RowKind(models.TextChoices):
        BAR = Kind.BAR.value, "daily bar"
        MINUTE = Kind.MINUTE.value, "minute"
        QUOTE = Kind.QUOTE.value, "quote"

    class Reason(models.TextChoices):
        PRICE = Fault.PRICE.value, "a price that cannot be"
        RANGE = Fault.RANGE.value, "outside the day’s own range"
        VOLUME = Fault.VOLUME.value, "a volume that cannot be"
        FUTURE = Fault.FUTURE.value, "of a time to come"
        CLOSED = Fault.CLOSED.value, "of a day without a session"
        TWICE = Fault.TWICE.value, "told twice, with different values"
        UNREADABLE = Fault.UNREADABLE.value, "a field that cannot be read"

    at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=12, choices=RowKind.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=60)

    class Meta:
        ordering = ["-last_at", "symbol", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "symbol", "kind", "reason", "field"],
                name="one_refusal_per_field",
            )
        ]
        indexes = [models.Index(fields=["-last_at"], name="refused_row_newest")]
