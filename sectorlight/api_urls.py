"""The REST API under /api/."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView

urlpatterns: list[URLPattern] = [path("schema/", SpectacularAPIView.as_view(), name="api-schema")]
for _route, _module, _view, _name in (
    ("v1/sectors/", "sectors.api", "SectorList", "api-sectors"),
    ("v1/universe/funnel/", "universe.api", "Funnel", "api-funnel"),
):
    if find_spec(_module) and hasattr(import_module(_module), _view):
        urlpatterns.append(path(_route, getattr(import_module(_module), _view).as_view(), name=_name))
