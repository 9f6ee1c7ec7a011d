"""The row behind what the owner is told of slots; `deadman` writes it, `notice_mail` sends it."""

from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """What the owner is told of slots that passed without a result. The row is made once, whoever sees it.

    ``slot_kind`` and ``scheduled_for`` name the slot that it is about, ``until`` the newest that it includes.
    ``mailed_wall`` stays empty while no mail went out.
    """

    class Kind(models.TextChoices):
        UNFILLED = "unfilled", "no result"
        LATE = "late", "caught up late"
        RECOVERED = "recovered", "results again"

    world = models.CharField(max_length=12, help_text="live, simulated or replay")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    slot_kind = models.CharField(max_length=16)
    scheduled_for = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField(help_text="When it was noticed, market time.")
    created_wall = models.DateTimeField(auto_now_add=True)
    words = models.TextField()
    mailed_wall = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["world", "kind", "slot_kind", "scheduled_for"], name="one_notice_per_slot"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.slot_kind} {self.scheduled_for:%Y-%m-%d %H:%M}"
