"""Every listing's verdict of one session over HTTP: page by page, or all that are asked for as CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from sectors.api import ProblemDocumentSerializer
from sectors.listing_query import (
    ALONE,
    CHANGES,
    REASONS,
    SECTORS,
    STAGES,
    TIERS,
    ListingQuery,
    ListingsRefusedError,
    listing_query,
    printable,
)
from sectors.listing_selectors import ListingRow, listing_row, listing_values
from sectors.pages.listings import listings_csv, tier_cell
from universe.clock import market_now
from universe.models import UniverseSnapshot
from universe.selectors import snapshot_of, universe_before, universe_current
from universe.sessions import session_of

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[object]
else:
    AnySerializer = serializers.Serializer

PROBLEM = "application/problem+json"
SYMBOL_LENGTH = 16


class ListingsPagination(CursorPagination):
    """By symbol, which never changes within a session: no row comes twice, none is left out."""

    page_size = 200
    page_size_query_param = "page_size"
    max_page_size = 1000
    ordering = "symbol"

    def get_page_size(self, request: Request) -> int:
        """Raises `ValidationError` for anything but 1 to 1000."""
        text = request.query_params.get(self.page_size_query_param, str(self.page_size)).strip()
        is_number = text.isascii() and text.isdecimal() and len(text) <= 6
        if not is_number or not 1 <= int(text) <= self.max_page_size:
            words = f"page_size is “{printable(text)}”; it must be a number from 1 to {self.max_page_size}."
            raise ValidationError({self.page_size_query_param: [words]})
        return int(text)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Raises `NotFound` for a position that no symbol can be: PostgreSQL refuses to be asked for some."""
        cursor: Cursor | None = super().decode_cursor(request)
        place = str(cursor.position or "") if cursor else ""
        if not place.isprintable() or len(place) > SYMBOL_LENGTH:
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def stay_in(self, session: dt.date) -> None:
        """Lets the links lead through the universe of ``session``, even when another one is in force."""
        self.base_url = replace_query_param(self.base_url or "", "session", session.isoformat())


class CsvRenderer(BaseRenderer):
    """Writes a text that is a table already."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        return str(data)


class ListingVerdictSerializer(AnySerializer):
    symbol = serializers.CharField()
    name = serializers.CharField(help_text="Today's.")
    tier = serializers.ChoiceField(
        ["core", "breadth", "out"],
        allow_null=True,
        help_text="Null: no longer listed; the values are then those of the universe before.",
    )
    tier_before = serializers.CharField(
        allow_null=True,
        help_text="core, breadth or out in the universe before; null: not listed then, or there is none.",
    )
    cap_tier = serializers.CharField(allow_null=True, help_text="micro_cap or small_cap.")
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="Every reason that keeps it out of the core tier."
    )
    price = serializers.FloatField(allow_null=True, help_text="USD, the close before the session.")
    market_cap = serializers.FloatField(allow_null=True, help_text="USD.")
    avg_volume = serializers.FloatField(allow_null=True, help_text="Shares a session.")
    float_shares = serializers.FloatField(allow_null=True, help_text="The free float, or what bounds it.")
    float_is_upper_bound = serializers.BooleanField()
    exchange = serializers.CharField(allow_null=True, help_text="Operating MIC.")
    kind = serializers.CharField(allow_null=True, help_text="As judged: CS, ADRC, ETF, SPAC, ...")
    sector = serializers.CharField(allow_null=True, help_text="Today's; null: in none.")
    gap_share_5pct = serializers.FloatField(
        allow_null=True, help_text="Share of the last 60 openings 5 % or more away from the close before."
    )
    gap_share_10pct = serializers.FloatField(allow_null=True, help_text="The same for 10 %.")


class ListingsSerializer(AnySerializer):
    session = serializers.DateField(help_text="The session that these verdicts hold for.")
    built_from = serializers.DateField(help_text="The last session whose data they were made from.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ListingVerdictSerializer(many=True)


def _parameter(name: str, words: str, enum: tuple[str, ...] | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=words, enum=enum)


PARAMETERS = [
    OpenApiParameter(
        "session", OpenApiTypes.DATE, description="Default: the universe in force at the market's now."
    ),
    _parameter("tier", "Only this tier; in: either of them.", TIERS),
    _parameter("reason", "Only those with this reason.", REASONS),
    _parameter("stage", "Only those that this stage of the funnel took out.", STAGES),
    _parameter("alone", "Only those that this criterion alone keeps out of the breadth tier.", ALONE),
    _parameter("sector", "Only this sector; unknown: in none.", SECTORS),
    _parameter("changed", "Only those whose tier changed so since the universe before.", CHANGES),
    _parameter("q", "Beginning of a symbol, or a part of a name."),
    _parameter("cursor", "Where a page begins, from `next` and `previous`."),
    OpenApiParameter("page_size", OpenApiTypes.INT, description="1 to 1000, by default 200."),
    _parameter("format", "csv: every listing found, in one table by symbol.", ("json", "csv")),
]


class UniverseView(APIView):
    """Every listing's verdict of one session."""

    renderer_classes = [JSONRenderer, CsvRenderer]

    @extend_schema(
        operation_id="universe_list",
        summary="Every listing with its tier or all its reasons, and the values that decided, by symbol",
        parameters=PARAMETERS,
        responses={
            (200, "application/json"): ListingsSerializer,
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="A head and a row a listing."),
            (400, PROBLEM): ProblemDocumentSerializer,
            (404, PROBLEM): ProblemDocumentSerializer,
        },
    )
    def get(self, request: Request) -> Response:
        query = _query(request.query_params)
        snapshot = _snapshot(query)
        rows = listing_values(snapshot, universe_before(snapshot.session), query).order_by("symbol")
        if request.accepted_renderer.format == CsvRenderer.format:
            name = f'attachment; filename="universe-{snapshot.session}.csv"'
            text = listings_csv(snapshot.session, map(listing_row, rows.iterator()))
            return Response(text, headers={"Content-Disposition": name})
        pages = ListingsPagination()
        shown = pages.paginate_queryset(rows, request, view=self)
        pages.stay_in(snapshot.session)
        results = [_verdict(listing_row(row)) for row in shown or []]
        return Response(
            {
                "session": snapshot.session,
                "built_from": snapshot.built_from,
                "next": pages.get_next_link(),
                "previous": pages.get_previous_link(),
                "results": results,
            }
        )


def _query(asked: Mapping[str, str]) -> ListingQuery:
    """400 for a value that cannot be, and for a parameter that is none: it would be passed over unseen."""
    known = [parameter.name for parameter in PARAMETERS]
    errors = {
        printable(name): f"{printable(name)} is no parameter here; these are: {', '.join(known)}."
        for name in asked
        if name not in known
    }
    if "sort" in asked:
        errors["sort"] = "sort is not served here; rows come by symbol, page by page and as CSV."
    try:
        query = listing_query({name: value for name, value in asked.items() if name in known})
    except ListingsRefusedError as exc:
        errors |= exc.errors
    if errors:
        raise ValidationError({name: [words] for name, words in errors.items()})
    return query


def _snapshot(query: ListingQuery) -> UniverseSnapshot:
    session = query.session
    snapshot = snapshot_of(session) if session else universe_current(session_of(market_now()))
    if snapshot is None:
        raise NotFound(
            f"No universe of {session or 'any session'} is stored; they are built before each session."
        )
    return snapshot


def _verdict(row: ListingRow) -> dict[str, Any]:
    values = row.values
    return {
        "symbol": values.symbol,
        "name": row.name,
        "tier": tier_cell(row.tier),
        "tier_before": tier_cell(row.was),
        "cap_tier": row.cap_tier or None,
        "reasons": row.reasons,
        "price": values.price,
        "market_cap": values.market_cap,
        "avg_volume": values.avg_volume,
        "float_shares": row.shares,
        "float_is_upper_bound": row.is_bound and row.shares is not None,
        "exchange": values.exchange,
        "kind": values.kind,
        "sector": row.sector,
        "gap_share_5pct": row.gap_share,
        "gap_share_10pct": row.gap_share_10,
    }
