"""Releases, articles and papers, and of which time they are known."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone


class EconomicEvent(models.Model):
    at = models.DateTimeField()
    country = models.CharField(max_length=8)
    event = models.CharField(max_length=160)
    impact = models.CharField(max_length=8)
    previous = models.FloatField(null=True)
    estimate = models.FloatField(null=True)
    actual = models.FloatField(null=True)
    unit = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=20)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["at", "country", "event"], name="one_release_per_moment")
        ]


class NewsArticle(models.Model):
    """An article as one vendor told it. ``vendor_id`` is the vendor's number, shortened where it is long;
    ``tone`` is -1, 0 or 1 per symbol, empty where nobody judged; ``fetched_at`` is when it first came."""

    source = models.CharField(max_length=20)
    vendor_id = models.CharField(max_length=200)
    published_at = models.DateTimeField(db_index=True)
    title = models.CharField(max_length=500)
    text = models.TextField(blank=True)
    url = models.TextField(blank=True)
    publisher = models.CharField(max_length=120, blank=True)
    symbols = ArrayField(models.CharField(max_length=16), default=list)
    tone = models.JSONField(default=dict)
    fetched_at = models.DateTimeField()
    changed_at = models.DateTimeField(
        default=timezone.now, db_index=True, help_text="When it came, or something new about it. Wall clock."
    )

    class Meta:
        ordering = ["-published_at"]
        constraints = [models.UniqueConstraint(fields=["source", "vendor_id"], name="one_article_per_source")]
        indexes = [GinIndex(fields=["symbols"], name="news_article_symbols")]

    def __str__(self) -> str:
        return self.title


class SecFiling(models.Model):
    """A paper filed with the SEC, once whoever told it. ``accepted_at`` None: only the day is known.
    ``source`` is who told it first, ``fetched_at`` when."""

    accession_number = models.CharField(max_length=40, unique=True)
    form = models.CharField(max_length=32)
    filed_on = models.DateField(db_index=True)
    accepted_at = models.DateTimeField(null=True)
    symbols = ArrayField(models.CharField(max_length=16), default=list)
    cik = models.CharField(max_length=10, blank=True)
    url = models.TextField(blank=True)
    categories = ArrayField(models.CharField(max_length=200), default=list)
    text = models.TextField(blank=True)
    source = models.CharField(max_length=20)
    fetched_at = models.DateTimeField()
    changed_at = models.DateTimeField(
        default=timezone.now, db_index=True, help_text="When it came, or something new about it. Wall clock."
    )

    class Meta:
        ordering = ["-filed_on", "accession_number"]
        indexes = [GinIndex(fields=["symbols"], name="sec_filing_symbols")]

    def __str__(self) -> str:
        return f"{self.form} {self.accession_number}"


class NewsCoverage(models.Model):
    """A span of market time of which everything that one list has was fetched. Spans of a list that touch
    are one row; between two rows lies a gap."""

    class Kind(models.TextChoices):
        NEWS = "news", "news"
        PAPERS = "papers", "filings"
        DISCLOSURES = "disclosures", "disclosures of 8-Ks"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    first = models.DateTimeField()
    last = models.DateTimeField()

    class Meta:
        ordering = ["kind", "first"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="span_not_reversed")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M}"
