"""Writing the market: what is fetched, checked and stored. One file a noun, the names are used from here."""

from universe.services.bar_files import ImportReport, bars_export, bars_import
from universe.services.bar_store import BarsStored, bars_store, corrections_prune
from universe.services.bars import bars_refresh
from universe.services.calls import calls_kept, calls_prune, calls_store
from universe.services.criteria import criteria_check, criteria_expect, criteria_revise, criteria_undo
from universe.services.criteria_preview import CriteriaPreview, criteria_preview
from universe.services.facts import details_refresh, facts_refresh, facts_store, short_interest_refresh
from universe.services.frozen import Frozen
from universe.services.holdings import holdings_refresh
from universe.services.indices import IndexMove, IndicesReport, indices_refresh
from universe.services.listings import listings_refresh, listings_store
from universe.services.locks import lock_take
from universe.services.market_days import market_days_check
from universe.services.news import NewsReport, news_backfill, news_prune, news_refresh
from universe.services.plans import plan_probe
from universe.services.progress import Progress, unheard
from universe.services.quotes import (
    QuotesReport,
    minute_bars_accept,
    minute_bars_store,
    minutes_kept_from,
    minutes_refuse,
    quotes_backfill,
    quotes_refresh,
    refresh_order,
    tracked_symbols,
)
from universe.services.refusals import quarantine_prune, refusals_keep
from universe.services.releases import releases_refresh
from universe.services.revisions import revision_conflict
from universe.services.series import Kept, series_arrange, series_keep
from universe.services.snapshot import snapshot_build
from universe.services.splits import splits_refresh, splits_store, splits_today
from universe.services.stock_universe import (
    stock_universe_is_behind,
    stock_universe_mend,
    stock_universe_replace,
)

__all__ = [
    "BarsStored",
    "CriteriaPreview",
    "Frozen",
    "ImportReport",
    "IndexMove",
    "IndicesReport",
    "Kept",
    "NewsReport",
    "Progress",
    "QuotesReport",
    "bars_export",
    "bars_import",
    "bars_refresh",
    "bars_store",
    "calls_kept",
    "calls_prune",
    "calls_store",
    "corrections_prune",
    "criteria_check",
    "criteria_expect",
    "criteria_preview",
    "criteria_revise",
    "criteria_undo",
    "details_refresh",
    "facts_refresh",
    "facts_store",
    "holdings_refresh",
    "indices_refresh",
    "listings_refresh",
    "listings_store",
    "lock_take",
    "market_days_check",
    "minute_bars_accept",
    "minute_bars_store",
    "minutes_kept_from",
    "minutes_refuse",
    "news_backfill",
    "news_prune",
    "news_refresh",
    "plan_probe",
    "quarantine_prune",
    "quotes_backfill",
    "quotes_refresh",
    "refresh_order",
    "refusals_keep",
    "releases_refresh",
    "revision_conflict",
    "series_arrange",
    "series_keep",
    "short_interest_refresh",
    "snapshot_build",
    "splits_refresh",
    "splits_store",
    "splits_today",
    "stock_universe_is_behind",
    "stock_universe_mend",
    "stock_universe_replace",
    "tracked_symbols",
    "unheard",
]
