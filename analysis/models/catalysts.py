"""Catalysts as judged, and how far."""

from django.db import models


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
