"""What the admin shows of rows that the product writes itself, and the links between its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.ModelAdmin


class LookOnlyAdmin(AnyAdmin):
    """What the product wrote: to look at, not to edit."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def link(words: object, name: str, *args: object, **query: object) -> SafeString | str:
    """A link to the page called ``name``; ``query`` goes behind its question mark.

    The bare words where no address can be made: an empty symbol.
    """
    try:
        address = reverse(name, args=args)
    except NoReverseMatch:
        return str(words)
    return format_html('<a href="{}">{}</a>', f"{address}?{urlencode(query)}" if query else address, words)


def links(*parts: object) -> SafeString:
    """Several links in one cell."""
    return format_html_join(" · ", "{}", ((part,) for part in parts if part))


def table(head: list[str], rows: list[list[object]]) -> SafeString:
    """A small table inside a form; without rows a dash."""
    if not rows:
        return SafeString("–")
    titles = format_html_join("", "<th>{}</th>", ((title,) for title in head))
    lines = format_html_join(
        "", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows)
    )
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", titles, lines)
