"""What admins tune and what each user wants to see."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from sectors.live import ALERTS_VIEW, BOARD_VIEW, COMPACT_VIEW
from sectors.places import PLACES
from universe.models import Revision


class ParameterRevision(Revision):
    """The tunable constants of the score, never edited: a change is a new row, one row is active."""

    values = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["active"], condition=models.Q(active=True), name="one_active_parameters"
            )
        ]

    def __str__(self) -> str:
        return f"constants of {self.created_at:%Y-%m-%d %H:%M} UTC: {self.reason}"


class FreshnessPreference(models.Model):
    """What one user calls fresh, and how the board is shown to them."""

    class OnOpen(models.TextChoices):
        VIEW = "view", "Show the newest analysis"
        ASK = "ask", "Offer a fresh run when it is aging"
        RUN = "run", "Start a fresh run when it is stale"

    class Theme(models.TextChoices):
        DARK = "dark"
        LIGHT = "light"
        CONTRAST = "contrast", "High contrast"

    class Palette(models.TextChoices):
        TRADER = "trader", "Trader (red and green)"
        SAFE = "safe", "Colour-blind safe"

    #: What "/" shows. A sector stands for its page.
    VIEWS = (
        (BOARD_VIEW, "Board: eight cards"),
        (COMPACT_VIEW, "Compact: one line a sector"),
        (ALERTS_VIEW, "Alerts"),
        *((place.slug, place.name) for place in PLACES),
    )

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="freshness")
    fresh_minutes = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(1), MaxValueValidator(2880)]
    )
    stale_minutes = models.PositiveIntegerField(
        default=240, validators=[MinValueValidator(1), MaxValueValidator(2880)]
    )
    on_open = models.CharField(max_length=8, choices=OnOpen.choices, default=OnOpen.ASK)
    time_zone = models.CharField(max_length=60, blank=True, help_text="Shown beside New York time.")
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.DARK)
    palette = models.CharField(max_length=8, choices=Palette.choices, default=Palette.TRADER)
    default_view = models.CharField(
        max_length=50, choices=VIEWS, default=BOARD_VIEW, help_text="What opens after the log-in, and at “/”."
    )
    updated_at = models.DateTimeField(auto_now=True)
