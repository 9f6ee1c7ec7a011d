"""How refusals about runs and preferences look over HTTP: their status, and the document's description."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied

from analysis.errors import KeysSpent, MarketSilent, RunForbidden, RunLimitReached, RunRefused
from universe.clock import ClockUnavailableError

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[object]
else:
    AnySerializer = serializers.Serializer

PROBLEM = "application/problem+json"


class ProblemDetailsSerializer(AnySerializer):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # a field, not the errors of one
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="By field or parameter, where input was refused.",
    )


class Conflict(APIException):
    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


class TooManyKeys(APIException):
    """No wait helps: the caller has to use a key that it has."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    default_code = "throttled"


class TooManyRuns(APIException):
    """The hour's runs are spent; ``wait`` becomes Retry-After, seconds rounded up."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    default_code = "throttled"

    def __init__(self, refused: RunLimitReached) -> None:
        super().__init__(str(refused))
        self.wait = max(1, math.ceil(refused.free_in.total_seconds()))


def problem_of(refused: RunRefused) -> Exception:
    """What to raise in a view for a refusal of the services; `problem_handler` makes the document of it."""
    if isinstance(refused, MarketSilent):
        return ClockUnavailableError(str(refused))
    if isinstance(refused, RunLimitReached):
        return TooManyRuns(refused)
    if isinstance(refused, KeysSpent):
        return TooManyKeys(str(refused))
    if isinstance(refused, RunForbidden):
        return PermissionDenied(str(refused))
    return Conflict(str(refused))


def problems(**descriptions: str) -> dict[tuple[int, str], OpenApiResponse]:
    """The problem documents that a resource may answer with: ``problems(not_found="No such run.")``."""
    return {
        (HTTPStatus[name.upper()].value, PROBLEM): OpenApiResponse(
            ProblemDetailsSerializer, description=words
        )
        for name, words in descriptions.items()
    }
