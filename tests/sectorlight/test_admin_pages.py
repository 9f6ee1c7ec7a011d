"""Every page of the admin opens, every list is searched and filtered, and none asks a question per row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sectorlight.models import User
from sectors.services import sectors_seed

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

OURS = ("universe", "sectors", "analysis", "sectorlight", "authtoken", "admin")
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]
MOMENT = dt.datetime(2026, 3, 10, 14, 0, tzinfo=dt.UTC)
#: The eight are there from the start; more of them there are not.
SEEDED = {"sectors.sector", "sectors.volatilityweight"}
SPECIAL: dict[str, Callable[[int], dict[str, Any]]] = {
    "universe.criteriarevision": lambda n: {"active": n == 0, "values": {"price_min": 3.0 + n}},
    "analysis.parameterrevision": lambda n: {"active": n == 0},
    "analysis.slot": lambda n: {"at": dt.time(5 + n)},
    "analysis.freshnesspreference": lambda n: {"fresh_minutes": 60, "stale_minutes": 90},
    "analysis.outcome": lambda n: {"state": "measured", "value_pct": 1},
    "sectors.sectoroverride": lambda n: {"clears": False, "sector_id": "energy"},
    "sectors.classification": lambda n: {"sector_id": "energy", "evidence": []},
    "sectorlight.user": lambda n: {"is_superuser": False},
    "admin.logentry": lambda n: {"action_flag": CHANGE, "change_message": "one to two"},
    "universe.newscoverage": lambda n: {"last": MOMENT + dt.timedelta(days=40)},
}


def made(model: type[models.Model], number: int) -> models.Model:
    """A row whose every column has a value, another one in each row where the column takes one; but for a
    row of the same table, which would need another."""
    values = SPECIAL.get(model._meta.label_lower, lambda n: {})(number)
    for field in model._meta.concrete_fields:
        if field.attname not in values and field.name not in values and not _fills_itself(field):
            values[field.attname] = _value(field, number)
    return model._default_manager.create(**values)


def _fills_itself(field: models.Field[Any, Any]) -> bool:
    is_of_the_same_table = field.is_relation and field.related_model is field.model
    return (
        isinstance(field, models.AutoField) or getattr(field, "auto_now_add", False) or is_of_the_same_table
    )


def _value(field: Any, number: int) -> Any:
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.ForeignKey):
        return _related(field.related_model, number).pk
    if isinstance(field, models.DateTimeField):
        return MOMENT + dt.timedelta(days=number)
    if isinstance(field, models.DateField):
        return (MOMENT + dt.timedelta(days=number)).date()
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.IntegerField | models.FloatField):
        return number
    if isinstance(field, models.DecimalField):
        return 1
    if field.get_internal_type() == "ArrayField":
        return [f"A{number}"]
    return {} if isinstance(field, models.JSONField) else f"a{number}"


def _related(model: type[models.Model], number: int) -> models.Model:
    if model is ContentType:
        return ContentType.objects.get_for_model(User)
    return (
        User.objects.create(username=f"user{User.objects.count()}") if model is User else made(model, number)
    )


def _name(model: type[models.Model]) -> str:
    return model._meta.label_lower


@pytest.fixture
def boss(client: Client) -> Client:
    sectors_seed()
    client.force_login(User.objects.create_superuser("boss", password="x"))
    return client


def address(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=_name)
def test_every_list_is_searched_and_filtered_without_a_question_per_row(
    boss: Client, model: type[models.Model]
) -> None:
    shown = admin.site._registry[model]
    assert shown.search_fields
    assert shown.list_filter
    listed = address(model, "changelist")
    boss.get(listed)  # what is kept for a while is asked for once
    counts = []
    for numbers in (range(2), range(2, 8)):
        for number in () if model._meta.label_lower in SEEDED else numbers:
            made(model, number)
        with CaptureQueriesContext(connection) as asked:
            page = boss.get(listed)
        assert page.status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]

    changelist = page.context["cl"]
    choices = [choice for spec in changelist.filter_specs for choice in spec.choices(changelist)]
    for query in ("?q=a1", *(choice["query_string"] for choice in choices)):
        request = RequestFactory().get(listed + query)
        request.user = page.wsgi_request.user
        # Only what is asked of the database: the page around it is the one above.
        assert len(shown.get_changelist_instance(request).result_list) <= changelist.result_count, query


@pytest.mark.parametrize("model", MODELS, ids=_name)
def test_every_row_opens_and_what_cannot_be_added_says_so(boss: Client, model: type[models.Model]) -> None:
    row = model._default_manager.first() if model._meta.label_lower in SEEDED else made(model, 1)
    assert row is not None
    page = boss.get(address(model, "change", row.pk))
    assert page.status_code == 200
    assert "style=" not in page.content.decode().split('id="content"')[1].split("<footer")[0]

    may_add = admin.site._registry[model].has_add_permission(page.wsgi_request)
    assert boss.get(address(model, "add")).status_code == (200 if may_add else 403)


def test_the_log_tells_who_did_what_and_leads_there(boss: Client) -> None:
    user = User.objects.get(username="boss")
    tom = User.objects.create(username="tom")
    LogEntry.objects.log_actions(user.pk, [tom], CHANGE, "renamed to tom", single_object=True)
    page = boss.get(address(LogEntry, "changelist"), {"q": "renamed"}).content.decode()

    assert "renamed to tom" in page
    assert f'href="/admin/sectorlight/user/{tom.pk}/change/"' in page


def test_nobody_edits_or_deletes_the_log_nor_a_person_who_stands_in_it(boss: Client) -> None:
    tom = User.objects.create(username="tom")
    LogEntry.objects.log_actions(tom.pk, [tom], CHANGE, "x", single_object=True)
    entry = LogEntry.objects.get()

    assert boss.post(address(LogEntry, "change", entry.pk), {"change_message": "y"}).status_code == 403
    assert boss.post(address(LogEntry, "delete", entry.pk), {"post": "yes"}).status_code == 403
    assert boss.post(address(User, "delete", tom.pk), {"post": "yes"}).status_code == 403
    assert LogEntry.objects.get().change_message == "x"
