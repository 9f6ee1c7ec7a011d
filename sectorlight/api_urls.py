"""The REST API under /api/, its description and the page that shows it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.api_preferences import PreferencesView
from analysis.api_runs import RunCancelView, RunRetryView, RunsView, RunView
from sectors.api import SectorsView, SectorView
from sectors.api_universe import UniverseView
from universe.api import FunnelView


class NothingThere(APIView):
    """What no resource answers: a problem document like every other error, not a page."""

    schema = None

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        raise NotFound("No resource has this address. /api/docs/ lists them all.")


# The stock page of the API's description has inline styles, which our content security policy refuses.
_docs = SpectacularSwaggerSplitView.as_view(
    template_name="sectorlight/api_docs.html", url_name="api-schema", title="SectorLight"
)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", login_required(_docs), name="api-docs"),
    path("v1/sectors/", SectorsView.as_view(), name="api-sectors"),
    path("v1/sectors/<slug:slug>/", SectorView.as_view(), name="api-sector"),
    path("v1/universe/", UniverseView.as_view(), name="api-universe"),
    path("v1/universe/funnel/", FunnelView.as_view(), name="api-funnel"),
    path("v1/runs/", RunsView.as_view(), name="api-runs"),
    path("v1/runs/<int:run_id>/", RunView.as_view(), name="api-run"),
    path("v1/runs/<int:run_id>/cancel/", RunCancelView.as_view(), name="api-run-cancel"),
    path("v1/runs/<int:run_id>/retry/", RunRetryView.as_view(), name="api-run-retry"),
    path("v1/preferences/", PreferencesView.as_view(), name="api-preferences"),
    # With the slash only: without one, an address is first tried with it.
    re_path(r"^v1/(?:.*/)?$", NothingThere.as_view()),
]
