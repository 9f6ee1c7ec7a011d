"""Which stocks there are, what they cost, and who was in the universe of which session."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from universe.integrity import Doubt


class Stock(models.Model):
    """A listing under its newest symbol, with the newest known slow facts. ``None`` means not known."""

    symbol = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=200)
    mic = models.CharField("exchange (MIC)", max_length=8, blank=True)
    kind = models.CharField(max_length=16, blank=True, help_text="The vendor's type code; empty: not known.")
    cik = models.CharField(max_length=10, blank=True)
    figi = models.CharField("composite FIGI", max_length=12, blank=True, db_index=True)
    active = models.BooleanField(default=True)
    market_cap_usd = models.BigIntegerField(null=True, blank=True)
    shares_outstanding = models.BigIntegerField(null=True, blank=True)
    float_shares = models.BigIntegerField(null=True, blank=True)
    sector_label = models.CharField(max_length=80, blank=True)
    industry_label = models.CharField(max_length=120, blank=True)
    sic = models.CharField(max_length=4, blank=True)
    country = models.CharField(max_length=60, blank=True)
    description = models.TextField(blank=True)
    is_fund = models.BooleanField(default=False)
    short_interest = models.BigIntegerField(null=True, blank=True)
    days_to_cover = models.FloatField(null=True, blank=True)
    facts_source = models.CharField(max_length=40, blank=True)
    facts_fetched_at = models.DateTimeField(null=True, blank=True)
    last_listed_at = models.DateTimeField(help_text="When the vendor's list last named it.")

    class Meta:
        ordering = ["symbol"]

    def __str__(self) -> str:
        return self.symbol


class SymbolChange(models.Model):
    """One listing under a new symbol, told by its FIGI. ``session`` is the first under the new one."""

    old = models.CharField(max_length=16, db_index=True)
    new = models.CharField(max_length=16, db_index=True)
    session = models.DateField()
    figi = models.CharField("composite FIGI", max_length=12)

    class Meta:
        ordering = ["-session", "old"]
        constraints = [
            models.UniqueConstraint(fields=["old", "new", "session"], name="one_change_per_session")
        ]

    def __str__(self) -> str:
        return f"{self.old} is {self.new}"


class StockSplit(models.Model):
    symbol = models.CharField(max_length=16)
    session = models.DateField()
    split_from = models.DecimalField(max_digits=20, decimal_places=8)
    split_to = models.DecimalField(max_digits=20, decimal_places=8)
    source = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["symbol", "session"], name="one_split_per_symbol_session")
        ]


class DailyBar(models.Model):
    """A regular session of one symbol as the vendor sent it, not adjusted.

    Read by session and symbol together, so that the key is the only index: half a million rows at the start.
    """

    pk = models.CompositePrimaryKey("session", "symbol")
    session = models.DateField()
    symbol = models.CharField(max_length=16)
    open = models.FloatField(null=True)
    high = models.FloatField(null=True)
    low = models.FloatField(null=True)
    close = models.FloatField()
    volume = models.FloatField(null=True)
    source = models.CharField(max_length=20)
    fetched_at = models.DateTimeField()


class MinuteQuote(models.Model):
    """The price of a symbol at a market moment: from the stream each minute, from each snapshot."""

    pk = models.CompositePrimaryKey("as_of", "symbol")
    as_of = models.DateTimeField()
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


class QuarantinedPrice(models.Model):
    """A price that was not believed: kept apart, it reaches no return, rank or alert.

    ``price`` and ``last_at`` are of the newest trade held for this reason, ``reference`` is what it was
    measured against (USD), ``seen`` counts how often it was told. ``released_at`` is the moment of the first
    price of the symbol that was believed again.
    """

    class Reason(models.TextChoices):
        RATIO = Doubt.RATIO.value, "jump like a split that nobody listed"
        SINGLE = Doubt.SINGLE.value, "a single print far off"
        IMPLAUSIBLE = Doubt.IMPLAUSIBLE.value, "a move beyond belief"

    symbol = models.CharField(max_length=16)
    session = models.DateField()
    reason = models.CharField(max_length=20, choices=Reason.choices)
    price = models.FloatField()
    reference = models.FloatField(null=True)
    source = models.CharField(max_length=20)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    seen = models.PositiveIntegerField(default=1)
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-last_at", "symbol"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "symbol", "reason"], name="one_quarantine_per_symbol_session_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.session} {self.reason}"


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


class CriteriaRevision(models.Model):
    """The limits of the universe, never edited: a change is a new row, one row is active."""

    values = models.JSONField(
        default=dict, blank=True, help_text="Fields of UniverseCriteria that differ from the default."
    )
    reason = models.CharField(max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    active = models.BooleanField(default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["active"], condition=models.Q(active=True), name="one_active_criteria"
            )
        ]


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

    class Meta:
        ordering = ["-session"]

    def __str__(self) -> str:
        return f"{self.session}: {self.core} core, {self.breadth} breadth"


class SnapshotMember(models.Model):
    """One listing's verdict in one snapshot. ``tier`` empty: out, for every reason in ``reasons``.

    Breadth members have tier ``breadth``; core members are breadth members too (tier ``core``).
    """

    snapshot = models.ForeignKey(UniverseSnapshot, on_delete=models.CASCADE, related_name="members")
    symbol = models.CharField(max_length=16, db_index=True)
    tier = models.CharField(max_length=8, blank=True)
    cap_tier = models.CharField(max_length=12, blank=True)
    reasons = ArrayField(models.CharField(max_length=40), default=list)
    price = models.FloatField(null=True)
    market_cap = models.FloatField(null=True)
    avg_volume = models.FloatField(null=True)
    float_estimated = models.BooleanField(default=False)
    gap_share = models.FloatField(
        null=True, help_text="Share of the last 60 sessions with an opening gap of 5 % or more."
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


class MarketContext(models.Model):
    """The newest price of a benchmark or index that is no member: IWM, SPY, QQQ, VIX."""

    symbol = models.CharField(max_length=16, primary_key=True)
    price = models.FloatField()
    previous_close = models.FloatField(null=True)
    as_of = models.DateTimeField()
    source = models.CharField(max_length=20)


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
