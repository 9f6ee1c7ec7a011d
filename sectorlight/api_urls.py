"""The REST API under /api/."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

# The stock page of the API's description has inline styles, which our content security policy refuses.
_docs = SpectacularSwaggerSplitView.as_view(
    template_name="sectorlight/api_docs.html", url_name="api-schema", title="SectorLight"
)

urlpatterns: list[URLPattern] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", _docs, name="api-docs"),
]
for _route, _module, _view, _name in (
    ("v1/sectors/", "sectors.api", "SectorsView", "api-sectors"),
    ("v1/sectors/<slug:slug>/", "sectors.api", "SectorView", "api-sector"),
    ("v1/universe/funnel/", "universe.api", "FunnelView", "api-funnel"),
):
    if find_spec(_module) and hasattr(import_module(_module), _view):
        urlpatterns.append(path(_route, getattr(import_module(_module), _view).as_view(), name=_name))
