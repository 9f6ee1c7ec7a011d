"""How the product is, as JSON."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse


@login_not_required
def overall(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok", "checks": {}, "version": ""})


VIEWS: dict[str, Callable[[HttpRequest], JsonResponse]] = {}
