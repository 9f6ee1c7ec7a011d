"""The time column of a table that is kept in chunks, for days; for moments there is django-timescaledb's."""

from __future__ import annotations

from typing import Any

from django.db import models


class PartitionDateField(models.DateField):  # type: ignore[type-arg]
    """A day by which TimescaleDB, where the server has it, cuts the table into chunks of ``interval``."""

    def __init__(self, *args: Any, interval: str, **kwargs: Any) -> None:
        self.interval = interval
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"interval": self.interval}
