"""Volatility weights: revisions, never edits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from sectors.models import Sector, VolatilityWeight
from sectors.types import WeightSetting

WEIGHT_MIN = Decimal("0.10")
WEIGHT_MAX = Decimal("3.00")
SHARE_MIN = Decimal("0.01")
SHARE_MAX = Decimal("0.99")
CENT = Decimal("0.01")

#: Sent with ``revision`` inside the transaction that put it in force.
weight_revised = Signal()


@transaction.atomic
def weight_revise(
    sector: Sector | str,
    wanted: WeightSetting | Decimal | str,
    *,
    reason: str,
    author: AbstractBaseUser | None,
    expected_revision: int | None = None,
) -> VolatilityWeight:
    """Put a new revision of a sector's weight in force; the former one stays in the history.

    ``wanted`` as a number is a weight set by hand. ``expected_revision`` is the revision that the author saw.
    Raises ValidationError, by field: a weight out of 0.10 to 3.00 or finer than two decimals, a share out of
    0.01 to 0.99, an unknown source, no reason, or someone else's revision in between.
    """
    setting = setting_of(wanted)
    standing = weight_check(sector, setting, reason=reason, expected_revision=expected_revision)
    if standing is not None:
        VolatilityWeight.objects.filter(pk=standing.pk).update(active=False)
    revision = VolatilityWeight.objects.create(
        sector_id=_slug(sector),
        weight=setting.weight,
        source=setting.source,
        dynamic_share=setting.dynamic_share,
        reason=reason.strip(),
        author_id=author.pk if author is not None else None,
    )
    weight_revised.send(VolatilityWeight, revision=revision)
    return revision


def weight_check(
    sector: Sector | str,
    wanted: WeightSetting | Decimal | str,
    *,
    reason: str,
    expected_revision: int | None = None,
) -> VolatilityWeight | None:
    """Raise what `weight_revise` would refuse, and hold the sector's lock until the transaction ends.

    Returns the revision in force.
    """
    slug, setting = _slug(sector), setting_of(wanted)
    if not reason.strip():
        raise ValidationError({"reason": "A reason is required: it stands in the history of this weight."})
    if not Sector.objects.select_for_update().filter(pk=slug).exists():
        raise ValidationError({"sector": f"There is no sector {slug!r}."})
    standing = VolatilityWeight.objects.select_related("author").filter(sector_id=slug, active=True).first()
    if standing is not None and expected_revision is not None and standing.pk != expected_revision:
        raise ValidationError({"weight": _conflict(standing)}, code="conflict")
    if standing is not None and standing.setting.says_as(setting):
        raise ValidationError({"weight": f"The weight of {slug} is {setting} already."})
    return standing


@transaction.atomic
def weight_undo(
    sector: Sector | str, *, author: AbstractBaseUser | None, expected_revision: int | None = None
) -> VolatilityWeight:
    """Put the former value back in force, as a new revision.

    ValidationError when there is none, or when another revision than the ``expected_revision``, which the
    author saw, is in force.
    """
    slug = _slug(sector)
    # The same lock as a revision takes, and first: two that lock in either order would wait for each other.
    Sector.objects.select_for_update().get(pk=slug)
    revisions = VolatilityWeight.objects.filter(sector_id=slug).order_by("-created_at", "-pk")
    standing, *earlier = revisions[:2]
    if not earlier:
        raise ValidationError(f"The weight of {slug} has no former value to go back to.")
    if expected_revision is not None and standing.pk != expected_revision:
        raise ValidationError({"weight": _conflict(standing)}, code="conflict")
    former = earlier[0].setting
    reason = f"Undo of revision {standing.pk} ({standing.setting}): back to {former}."
    return weight_revise(slug, former, reason=reason, author=author, expected_revision=standing.pk)


def setting_of(wanted: WeightSetting | Decimal | str) -> WeightSetting:
    """The setting with its numbers checked; a number alone is a weight set by hand.

    Raises ValidationError by field, as `weight_revise` says.
    """
    setting = wanted if isinstance(wanted, WeightSetting) else WeightSetting(_weight(wanted))
    if setting.source not in VolatilityWeight.Source.values:
        sources = ", ".join(VolatilityWeight.Source.values)
        raise ValidationError(
            {"source": f"{setting.source!r} is no source of a weight; there are {sources}."}
        )
    if not SHARE_MIN <= setting.dynamic_share <= SHARE_MAX:
        raise ValidationError(
            {"dynamic_share": f"A measured share is {SHARE_MIN} to {SHARE_MAX}, not {setting.dynamic_share}."}
        )
    return replace(
        setting, weight=_weight(setting.weight), dynamic_share=setting.dynamic_share.quantize(CENT)
    )


def _weight(weight: Decimal | str) -> Decimal:
    try:
        value = Decimal(weight)
    except (InvalidOperation, TypeError, ValueError) as exc:
        raise ValidationError({"weight": f"{weight!r} is no number: a weight is 0.10 to 3.00."}) from exc
    if not value.is_finite() or not WEIGHT_MIN <= value <= WEIGHT_MAX:
        raise ValidationError({"weight": f"A weight is {WEIGHT_MIN} to {WEIGHT_MAX}, not {weight}."})
    if value != value.quantize(CENT):
        raise ValidationError({"weight": f"A weight has at most two decimals, not {weight}."})
    return value.quantize(CENT)


def _conflict(standing: VolatilityWeight) -> str:
    author = standing.author.get_username() if standing.author else "the product"
    at = timezone.localtime(standing.created_at)
    return (
        f"{author} has set this weight to {standing.setting} at {at:%Y-%m-%d %H:%M} ({standing.reason}), "
        "after you opened it. Nothing was saved: open it again and decide anew."
    )


def _slug(sector: Sector | str) -> str:
    return sector.pk if isinstance(sector, Sector) else sector
