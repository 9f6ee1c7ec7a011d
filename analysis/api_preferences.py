"""The caller's own preferences over HTTP. They change what the caller sees, never a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.api_problems import problems
from analysis.models import FreshnessPreference
from analysis.selectors import preference_of
from analysis.services import preference_set

if TYPE_CHECKING:
    PreferenceModelSerializer = serializers.ModelSerializer[FreshnessPreference]
else:
    PreferenceModelSerializer = serializers.ModelSerializer


class PreferencesSerializer(PreferenceModelSerializer):
    """Every preference there is; a whole set must name all of them, a change any."""

    class Meta:
        model = FreshnessPreference
        exclude = ["id", "user", "updated_at"]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = not self.partial
        return fields


REFUSED = problems(
    bad_request="A preference is none, is missing from a whole set, or makes no sense; `errors` names it.",
    unauthorized="No or a wrong token or session.",
)


class PreferencesView(APIView):
    @extend_schema(
        operation_id="preferences_retrieve",
        summary="The caller's preferences, or the defaults",
        responses={200: PreferencesSerializer, **problems(unauthorized="No or a wrong token or session.")},
    )
    def get(self, request: Request) -> Response:
        return Response(PreferencesSerializer(preference_of(request.user)).data)

    @extend_schema(
        operation_id="preferences_update",
        summary="Set all preferences of the caller; open boards follow at once",
        request=PreferencesSerializer,
        responses={200: PreferencesSerializer, **REFUSED},
    )
    def put(self, request: Request) -> Response:
        return _set(request, partial=False)

    @extend_schema(
        operation_id="preferences_partial_update",
        summary="Set some preferences of the caller; the others stay",
        request=PreferencesSerializer,
        responses={200: PreferencesSerializer, **REFUSED},
    )
    def patch(self, request: Request) -> Response:
        return _set(request, partial=True)


def _set(request: Request, *, partial: bool) -> Response:
    given = PreferencesSerializer(data=request.data, partial=partial)
    is_valid = given.is_valid()
    unknown = sorted(set(request.data) - set(given.fields)) if isinstance(request.data, dict) else []
    if unknown or not is_valid:
        known = ", ".join(given.fields)
        raise ValidationError(
            {str(name): [f"No such preference; there are {known}."] for name in unknown} | dict(given.errors)
        )
    stored = preference_set(cast(AbstractBaseUser, request.user), **given.validated_data)
    return Response(PreferencesSerializer(stored).data)
