"""Every Redis key and channel group of the product is named here, and nowhere else."""

from django.conf import settings

BOARD_GROUP = "board"


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}{name}"


def sector_sentiment(slug: str) -> str:
    return _key(f"sector:{slug}:sentiment")


def sector_top_stocks(slug: str) -> str:
    return _key(f"sector:{slug}:top_stocks")


def universe_stocks() -> str:
    return _key("universe:stocks")


def board() -> str:
    """The newest board snapshot as JSON."""
    return _key("board:newest")


def board_filling() -> str:
    """Held by the one reader that fills the board from PostgreSQL, for as long as that takes."""
    return _key("board:filling")


def generations() -> str:
    """Hash: how often each table was written, and by whom it is being written."""
    return _key("generations")


def page_reads(page: str) -> str:
    """What one page read from PostgreSQL; ``page`` is its fingerprint."""
    return _key(f"reads:{page}")


def probe() -> str:
    """Written to see whether Redis takes writing; says nothing."""
    return _key("probe")


def hit_counts() -> str:
    """Hash: how often the board and the pages were asked of Redis, and how often in vain."""
    return _key("hits")


def market_clock() -> str:
    """The last known anchor of the simulated market's clock."""
    return _key("market:clock")


def vendor_status(vendor: str) -> str:
    """JSON: when the vendor last answered, its last error."""
    return _key(f"vendor:{vendor}:status")


def vendor_budget(vendor: str, key: str) -> str:
    """When the next call of one vendor key is due; ``key`` is its fingerprint."""
    return _key(f"vendor:{vendor}:budget:{key}")


def vendor_plan(vendor: str, key: str) -> str:
    """Hash: what the plan of one vendor key holds; ``key`` is its fingerprint."""
    return _key(f"vendor:{vendor}:plan:{key}")


def worker_heartbeat() -> str:
    return _key("worker:heartbeat")


def stream_heartbeat() -> str:
    return _key("stream:heartbeat")


def tick_heartbeat() -> str:
    return _key("tick:heartbeat")


def mover_latch(symbol: str) -> str:
    return _key(f"mover:{symbol}")


def user_group(user_id: int) -> str:
    return f"user.{user_id}"
