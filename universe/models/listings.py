"""Which stocks there are, under which symbols, and how they were split."""

from django.db import models


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


class FundHolding(models.Model):
    """One stock that a fund holds, as last told. What the fund no longer holds has no row."""

    fund = models.CharField(max_length=16)
    symbol = models.CharField(max_length=16, db_index=True)
    weight_pct = models.FloatField(null=True, help_text="Percent of the fund; empty: not told.")
    told_on = models.DateField(null=True, help_text="When the vendor brought it up to date.")
    source = models.CharField(max_length=20)
    fetched_on = models.DateField(help_text="The market's day on which the fund was asked about.")
    fetched_at = models.DateTimeField()

    class Meta:
        ordering = ["fund", "symbol"]
        constraints = [models.UniqueConstraint(fields=["fund", "symbol"], name="one_holding_per_fund_symbol")]

    def __str__(self) -> str:
        return f"{self.symbol} in {self.fund}"


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
