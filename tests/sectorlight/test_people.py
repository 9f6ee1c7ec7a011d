"""The group `admin` adds people and tokens in the admin, and cannot reach beyond its own rights."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token

from sectorlight.accounts import first_login_ensure, role_of, roles_ensure
from sectorlight.models import User

pytestmark = pytest.mark.django_db

NEW = {
    "username": "maria",
    "usable_password": "true",
    "password1": "a long enough secret",
    "password2": "a long enough secret",
    "role": "trader",
}


@pytest.fixture
def admin(client: Client) -> Client:
    """Logged in as a member of the group, not as a superuser."""
    roles_ensure()
    first_login_ensure("boss", User.Role.ADMIN, "boss-password")
    assert client.login(request=None, username="boss", password="boss-password")
    return client


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", password="root-password")


def _change(user: User, **more: str) -> dict[str, str]:
    return {"username": user.username, "role": role_of(user), "is_active": "on", **more}


def test_an_admin_adds_a_trader_who_can_log_in(admin: Client, client: Client) -> None:
    assert admin.get("/admin/sectorlight/user/add/").status_code == 200
    assert admin.post("/admin/sectorlight/user/add/", NEW).status_code == 302
    maria = User.objects.get(username="maria")
    assert (role_of(maria), maria.is_staff, maria.is_superuser) == ("trader", False, False)
    visitor = Client()
    answer = visitor.post("/login/", {"username": "maria", "password": NEW["password1"]})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert visitor.get("/admin/").status_code == 302


def test_an_admin_adds_an_admin_who_reaches_the_admin_pages(admin: Client) -> None:
    admin.post("/admin/sectorlight/user/add/", NEW | {"role": "admin"})
    maria = User.objects.get(username="maria")
    assert (role_of(maria), maria.is_staff, maria.is_superuser) == ("admin", True, False)
    visitor = Client()
    visitor.force_login(maria)
    assert visitor.get("/admin/sectorlight/user/").status_code == 200


def test_an_admin_cannot_make_a_superuser(admin: Client) -> None:
    admin.post("/admin/sectorlight/user/add/", NEW | {"is_superuser": "on", "user_permissions": "1"})
    maria = User.objects.get(username="maria")
    path = f"/admin/sectorlight/user/{maria.pk}/change/"
    forged = _change(maria, is_superuser="on", is_staff="on", user_permissions="1")
    assert admin.post(path, forged).status_code == 302
    maria.refresh_from_db()
    assert (maria.is_superuser, maria.is_staff, maria.user_permissions.count()) == (False, False, 0)
    assert b"is_superuser" not in admin.get(path).content


def test_an_admin_cannot_touch_a_superuser(admin: Client, root: User) -> None:
    path = f"/admin/sectorlight/user/{root.pk}"
    assert admin.post(f"{path}/change/", _change(root, email="x@example.com")).status_code == 403
    answer = admin.post(f"{path}/password/", {"password1": "taken-over-1", "password2": "taken-over-1"})
    assert answer.status_code == 403
    root.refresh_from_db()
    assert root.check_password("root-password")
    assert root.email == ""


def test_a_role_is_changed_and_a_person_deactivated(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr("sectorlight.admin.announce_log_out", closed.append)
    admin.post("/admin/sectorlight/user/add/", NEW)
    maria = User.objects.get(username="maria")
    path = f"/admin/sectorlight/user/{maria.pk}/change/"
    admin.post(path, _change(maria) | {"role": "admin"})
    maria.refresh_from_db()
    assert (role_of(maria), maria.is_staff) == ("admin", True)
    admin.post(path, {"username": "maria", "role": "trader"})
    maria.refresh_from_db()
    assert (role_of(maria), maria.is_staff, maria.is_active) == ("trader", False, False)
    assert not Client().login(request=None, username="maria", password=NEW["password1"])
    assert closed == [maria.pk]


def test_nobody_takes_the_own_rights_away(admin: Client) -> None:
    boss = User.objects.get(username="boss")
    own = {"username": "boss", "role": "trader", "email": "boss@example.com"}
    assert admin.post(f"/admin/sectorlight/user/{boss.pk}/change/", own).status_code == 302
    boss.refresh_from_db()
    assert (boss.email, boss.is_active, role_of(boss)) == ("boss@example.com", True, "admin")


def test_an_admin_makes_a_token_for_a_program_but_not_for_a_superuser(admin: Client, root: User) -> None:
    robot = User.objects.create_user("robot")
    assert admin.get("/admin/authtoken/tokenproxy/add/").status_code == 200
    assert admin.post("/admin/authtoken/tokenproxy/add/", {"user": robot.pk}).status_code == 302
    key = Token.objects.get(user=robot).key
    answer = Client().get("/api/v1/sectors/", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 200
    assert admin.post("/admin/authtoken/tokenproxy/add/", {"user": root.pk}).status_code == 200
    assert not Token.objects.filter(user=root).exists()
    secret = Token.objects.create(user=root).key
    assert secret not in admin.get("/admin/authtoken/tokenproxy/").content.decode()


def test_the_list_of_people_asks_for_all_roles_at_once(
    admin: Client, django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    for number in range(20):
        first_login_ensure(f"trader{number}", User.Role.TRADER, "a-password")
    with django_assert_max_num_queries(12):
        page = admin.get("/admin/sectorlight/user/").content.decode()
    assert page.count('<td class="field-role_shown">trader</td>') == 20


def test_a_trader_sees_no_people(client: Client) -> None:
    roles_ensure()
    first_login_ensure("trader", User.Role.TRADER, "trader-password")
    client.force_login(User.objects.get(username="trader"))
    assert client.get("/admin/sectorlight/user/").status_code == 302


@pytest.mark.parametrize(
    "page",
    ["admin/logentry/", "sectors/classification/?review=core", "universe/criteriarevision/add/"],
)
def test_the_group_needs_no_superuser_for_its_daily_work(admin: Client, page: str) -> None:
    assert admin.get(f"/admin/{page}").status_code == 200
