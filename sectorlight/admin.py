"""People, tokens and the log of the admin, for the group `admin`: nobody is made a superuser there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm, UsernameField
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from rest_framework.authtoken.admin import TokenAdmin as RestTokenAdmin
from rest_framework.authtoken.models import Token, TokenProxy

from sectorlight.accounts import role_of, role_set
from sectorlight.models import User
from sectors.broadcast import announce_log_out
from universe.look_only import LookOnlyAdmin

if TYPE_CHECKING:
    AnyUserAdmin = DjangoUserAdmin[User]
    CreationForm = AdminUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
else:
    AnyUserAdmin = DjangoUserAdmin
    CreationForm = AdminUserCreationForm
    ChangeForm = UserChangeForm

ROLES = [
    (User.Role.TRADER, "trader: reads the board, asks for runs"),
    (User.Role.ADMIN, "admin: also changes settings, adds people and tokens"),
]
PERSON = ("first_name", "last_name", "email")


class _RoleChoice(forms.ChoiceField):
    def __init__(self) -> None:
        super().__init__(choices=ROLES, initial=User.Role.TRADER, required=False)


class PersonAdd(CreationForm):
    """Name, password, role."""

    role = _RoleChoice()

    class Meta:
        model = User
        fields = ("username",)
        field_classes = {"username": UsernameField}


class PersonChange(ChangeForm):
    """Everything; the password has a page of its own behind its link."""

    role = _RoleChoice()

    class Meta:
        model = User
        fields = "__all__"
        field_classes = {"username": UsernameField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = role_of(self.instance)


@admin.register(User)
class UserAdmin(AnyUserAdmin):
    """A person has a role; permissions, groups and `is_superuser` cannot be chosen here at all.

    Superusers come from `manage.py createsuperuser`; the group sees them and cannot touch them. Nobody
    changes the own role or deactivates himself, so that an admin remains.
    """

    form = PersonChange
    add_form = PersonAdd
    list_display = ("username", "role_shown", *PERSON, "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("username", *PERSON)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "usable_password", "password1", "password2", "role"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        person = (None, {"fields": ("username", "password", *PERSON)})
        rights = ("What this person may do", {"fields": ("role", "is_active")})
        dates = ("Dates", {"fields": self.readonly_fields})
        return (person, dates) if obj.pk == request.user.pk else (person, rights, dates)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and not obj.is_active:
            announce_log_out(obj.pk)
        role = form.cleaned_data.get("role")
        if obj.pk != request.user.pk and role:
            role_set(obj, role)

    @admin.display(description="role")
    def role_shown(self, user: User) -> str:
        return "superuser" if user.is_superuser else role_of(user)


class TokenAdmin(RestTokenAdmin):
    """Tokens of the API. Those of superusers are for superusers only; the key stands in the list alone."""

    list_filter = ("created",)
    list_select_related = ("user",)
    search_help_text = "User"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        tokens = super().get_queryset(request)
        return tokens if _is_superuser(request) else tokens.filter(user__is_superuser=False)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any) -> Any:
        if not _is_superuser(request):
            kwargs["queryset"] = User.objects.filter(is_superuser=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(LogEntry)
class LogEntryAdmin(LookOnlyAdmin):
    """Who did what in the admin, and when. Nobody edits or deletes it here, nor a person who stands in it."""

    list_display = ["action_time", "user", "act", "content_type", "thing", "what"]
    list_filter = [
        "action_flag",
        ("content_type", admin.RelatedOnlyFieldListFilter),
        ("user", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["user", "content_type"]
    list_display_links = ["action_time"]
    search_fields = ["object_repr", "change_message", "user__username"]
    search_help_text = "What it was done to, words of the change, who"
    date_hierarchy = "action_time"
    fields = ["action_time", "user", "act", "content_type", "thing", "what"]
    show_full_result_count = False

    @admin.display(description="act", ordering="action_flag")
    def act(self, entry: LogEntry) -> str:
        return entry.get_action_flag_display()

    @admin.display(description="done to", ordering="object_repr")
    def thing(self, entry: LogEntry) -> SafeString | str:
        is_token = entry.content_type is not None and entry.content_type.app_label == Token._meta.app_label
        address = None if entry.is_deletion() or is_token else entry.get_admin_url()
        return (
            format_html('<a href="{}">{}</a>', address, entry.object_repr) if address else entry.object_repr
        )

    @admin.display(description="what")
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message() or "–"


def token_words(token: Token) -> str:
    """What stands for a token in titles, messages, questions and the log."""
    return f"token of {token.user.get_username()}" if token.user_id else "token"


# By itself a token goes by its key, and the log keeps what things are called, for every admin to read.
Token.add_to_class("__str__", token_words)
admin.site.unregister(TokenProxy)
admin.site.register(TokenProxy, TokenAdmin)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
