"""What every setting that is revised has."""

from django.conf import settings
from django.db import models


class Revision(models.Model):
    """A setting as it was decided once, never edited: a change is a new row, and the one before is not
    ``active`` any more. ``author`` None: the product."""

    reason = models.CharField(max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    active = models.BooleanField(default=True, editable=False)

    class Meta:
        abstract = True
