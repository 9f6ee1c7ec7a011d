"""The eight sectors and their first weights."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from sectors.models import Sector, VolatilityWeight
from sectors.places import PLACES


@transaction.atomic
def sectors_seed() -> dict[str, int]:
    """The eight sectors as the product defines them, and a default weight where none is in force.

    Safe to repeat: a weight that an admin has set stays. Returns how many rows were new.
    """
    standing = set(Sector.objects.values_list("slug", flat=True))
    for place in PLACES:
        facts = {
            "name": place.name,
            "short_name": place.short_name,
            "position": place.key,
            "large_cap_proxy": place.large_cap_proxy,
            "small_cap_proxy": place.small_cap_proxy,
            "gap_class": place.gap_class,
        }
        Sector.objects.update_or_create(slug=place.slug, defaults=facts)
    weighted = set(VolatilityWeight.objects.filter(active=True).values_list("sector_id", flat=True))
    defaults = [
        VolatilityWeight(sector_id=place.slug, weight=Decimal(place.weight), reason="default")
        for place in PLACES
        if place.slug not in weighted
    ]
    VolatilityWeight.objects.bulk_create(defaults)
    return {"sectors": len(PLACES) - len(standing), "weights": len(defaults)}
