"""The vendors' words for what they refuse."""

from __future__ import annotations

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from universe.simulator.dialects.answers import fmp_error, json_answer, polygon_error

PLAN = "You are not entitled to this data. Please upgrade your plan at https://polygon.io/pricing"
TIMEFRAME = (
    "Your plan doesn't include this data timeframe. Please upgrade your plan at https://polygon.io/pricing"
)
TOO_MANY = (
    "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue. "
    "https://polygon.io/pricing"
)
_PRICING = "https://site.financialmodelingprep.com/developer/docs/pricing"
RESTRICTED = (
    "Restricted Endpoint: This endpoint is not available under your current subscription please visit our "
    f"subscription page to upgrade your plan at {_PRICING}"
)
SPECIAL = (
    "Premium Query Parameter: 'Special Endpoint : This value set for 'symbol' is not available under your "
    f"current subscription please visit our subscription page to upgrade your plan at {_PRICING}"
)
LEGACY = (
    "Legacy Endpoint : Due to Legacy endpoints being no longer supported - This endpoint is only available "
    "for legacy users who have valid subscriptions prior August 31, 2025. Please visit our subscription page "
    f"to upgrade your plan at {_PRICING}"
)
LIMIT = (
    "Limit Reach . Please upgrade your plan or visit our documentation for more details at "
    "https://site.financialmodelingprep.com/"
)
REASONS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}
PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


def not_in_plan(vendor: str, words: str = "") -> Response:
    """Polygon's 403 (``words`` timeframe: the date), FMP's 402 in plain text (``words`` symbol)."""
    if vendor == "polygon":
        return polygon_error(403, TIMEFRAME if words == "timeframe" else PLAN)
    return PlainTextResponse(SPECIAL if words == "symbol" else RESTRICTED, 402)


def forbidden(vendor: str, words: str = "") -> Response:
    return not_in_plan(vendor, words) if vendor == "polygon" else fmp_error(403, LEGACY)


def payment_required(words: str = "") -> Response:
    return not_in_plan("fmp", words)


def too_many(vendor: str, retry_after: float | None = None) -> Response:
    """429; without ``retry_after`` (seconds) nothing says how long to wait."""
    refusal = polygon_error(429, TOO_MANY) if vendor == "polygon" else fmp_error(429, LIMIT)
    if retry_after is not None:
        refusal.headers["Retry-After"] = f"{retry_after:g}"
    return refusal


def broken(status: int) -> Response:
    """The page of the proxy in front."""
    return HTMLResponse(PAGE.format(f"{status} {REASONS[status]}"), status)


def error_with_200(vendor: str) -> Response:
    if vendor == "polygon":
        return json_answer({"status": "ERROR", "error": TOO_MANY})
    return json_answer({"Error Message": LIMIT})


def page_with_200() -> Response:
    return HTMLResponse(PAGE.format("Just a moment..."))
