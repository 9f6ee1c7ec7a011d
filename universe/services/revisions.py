"""Settings as revisions: one is in force, and of two people who revise at once the second is told."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from universe.services.locks import lock_take


def revision_conflict(model: Any, expected: int | None, *, lock: int, what: str) -> str:
    """Who revised ``what`` after the author had seen the revision ``expected``; empty: nobody.

    ``model`` has revisions with `active`, `author`, `created_at` and `reason`; 0 is expected before the first
    one, None is not checked. Inside a transaction nobody else who asks with ``lock`` comes before its end.
    """
    # The row in force could not be locked instead: who waited for it would find it past, and none in force.
    lock_take(lock)
    standing = model.objects.select_related("author").filter(active=True).first()
    if standing is None or expected in (None, standing.pk):
        return ""
    author = standing.author.get_username() if standing.author else "the product"
    at = timezone.localtime(standing.created_at)
    return (
        f"Meanwhile {author} has revised {what}, at {at:%Y-%m-%d %H:%M} ({standing.reason}). Nothing "
        "was saved: open them again and decide anew."
    )
