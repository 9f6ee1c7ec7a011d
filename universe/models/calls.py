"""The answered questions to the vendors."""

from django.db import models


class VendorCall(models.Model):
    """An answered question to a vendor, or many of one shape, kept 90 days; without any key.

    ``kept_at`` is one moment for all calls of one piece of work; both times are of the wall clock.
    """

    purpose = models.CharField(max_length=20)
    subject = models.CharField(max_length=40, blank=True, help_text="What was asked about: mostly a session.")
    kept_at = models.DateTimeField(db_index=True)
    vendor = models.CharField(max_length=20)
    transport = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    request_id = models.CharField(max_length=64, blank=True, help_text="The vendor's; empty: it gave none.")
    received_at = models.DateTimeField()
    rows = models.PositiveIntegerField(null=True)
    asked = models.PositiveIntegerField(default=1, help_text="How many questions the row stands for.")

    class Meta:
        ordering = ["-kept_at", "id"]
        indexes = [models.Index(fields=["purpose", "subject", "-kept_at"], name="vendor_call_newest")]

    def __str__(self) -> str:
        return f"{self.vendor} {self.path}"
