"""Bring the database of DATABASE_URL to the first migrations of our apps and fill every table that exists
then: run by path, in a process of its own. ``fill_early.py ROWS``"""

from __future__ import annotations

import datetime as dt
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sectorlight.settings.test")

import django

django.setup()

from django.contrib.postgres.fields import ArrayField  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from tests.sectors.market import SLUGS  # noqa: E402
from tests.storage.own_databases import offers_timescale  # noqa: E402

OURS = ("sectorlight", "universe", "sectors", "analysis")
START = dt.datetime(2026, 1, 5, 14, 30, tzinfo=dt.UTC)
EIGHT = 8
#: What a rule of the tables asks for; the number is the row's.
SPECIAL: dict[str, Any] = {
    "sectors.volatilityweight.weight": lambda row: Decimal(10 + row % 290) / 100,
    "sectors.volatilityweight.active": lambda row: row < EIGHT,
    "sectors.sector.slug": lambda row: SLUGS[row],
    "sectors.sector.position": lambda row: row + 1,
    "universe.criteriarevision.active": lambda row: row == 0,
    "analysis.parameterrevision.active": lambda row: row == 0,
    # All rows of a run have its time.
    "analysis.stockreading.run_id": lambda row: row // 20,
    "analysis.stockreading.timestamp": lambda row: START + dt.timedelta(minutes=30 * (row // 20)),
}


def main(rows: int) -> None:
    if offers_timescale():
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in OURS]
    state = executor.migrate([*others, *((app, "0001_initial") for app in OURS)])
    waiting = {label: model for app in OURS for label, model in _models(state.apps, app)}
    while waiting:
        for label, model in list(waiting.items()):
            if not _needed(model) & (set(waiting) - {label}):
                _fill(model, EIGHT if label == "sectors.sector" else rows)
                del waiting[label]
    _tokens_in_the_log(state.apps)


def _models(apps: Any, app: str) -> list[tuple[str, type[models.Model]]]:
    return [(model._meta.label_lower, model) for model in apps.get_app_config(app).get_models()]


def _needed(model: type[models.Model]) -> set[str]:
    """The models that a row of this one points at."""
    pointing = [field for field in model._meta.concrete_fields if field.remote_field]
    return {field.related_model._meta.label_lower for field in pointing}  # type: ignore[union-attr]


def _fill(model: type[models.Model], rows: int) -> None:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    keys = {
        field.name: list(field.related_model.objects.order_by("pk").values_list("pk", flat=True))  # type: ignore[union-attr]
        for field in fields
        if field.remote_field and field.related_model is not model
    }
    model.objects.bulk_create(  # type: ignore[attr-defined]
        model(**{field.attname: _value(field, row, keys.get(field.name, [])) for field in fields})
        for row in range(rows)
    )


def _value(field: Any, row: int, keys: list[Any]) -> Any:
    special = SPECIAL.get(f"{field.model._meta.label_lower}.{field.name}")
    if special is not None:
        return special(row)
    if field.remote_field:
        return keys[row % len(keys)] if keys else None
    if field.choices:
        return field.choices[row % len(field.choices)][0]
    return _plain(field, row)


def _plain(field: Any, row: int) -> Any:
    match field:
        case ArrayField():
            return [f"reason {row % 5}", "two, words"]
        case models.DateTimeField():
            return START + dt.timedelta(hours=row)
        case models.DateField():
            return START.date() + dt.timedelta(days=row)
        case models.TimeField():
            return (START + dt.timedelta(minutes=row)).time()
        case models.DecimalField():
            return Decimal(row % 10) / 10
        case models.FloatField():
            return row / 7
        case models.BooleanField():
            return row % 3 == 0
        case models.IntegerField():
            return row
        case models.JSONField():
            return {"row": row, "text": 'it\'s "quoted" – ✓'}
        case models.BinaryField():
            return bytes([row % 256, 0, 255])
        case _:
            text = f"{field.name[:3]}{row}"
            return text[-field.max_length :] if field.max_length else text


def _tokens_in_the_log(apps: Any) -> None:
    """The admin's entries about tokens, as they were: called by their keys."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="authtoken", model="tokenproxy"
    )
    people = list(apps.get_model("sectorlight", "User").objects.order_by("pk")[:3])
    entries = apps.get_model("admin", "LogEntry").objects
    for person in people:
        entries.create(
            user=person,
            content_type=kind,
            object_id=str(person.pk),
            object_repr=f"{person.pk:040x}",
            action_flag=1,
            change_message="[]",
            action_time=START,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
