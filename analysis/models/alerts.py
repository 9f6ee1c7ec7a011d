"""What traders are told at once."""

from django.db import models


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
