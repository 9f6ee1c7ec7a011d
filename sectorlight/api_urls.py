"""The REST API under /api/, its description and the page that shows it."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from sectors.api import SectorsView, SectorView
from universe.api import FunnelView

# The stock page of the API's description has inline styles, which our content security policy refuses.
_docs = SpectacularSwaggerSplitView.as_view(
    template_name="sectorlight/api_docs.html", url_name="api-schema", title="SectorLight"
)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", _docs, name="api-docs"),
    path("v1/sectors/", SectorsView.as_view(), name="api-sectors"),
    path("v1/sectors/<slug:slug>/", SectorView.as_view(), name="api-sector"),
    path("v1/universe/funnel/", FunnelView.as_view(), name="api-funnel"),
]
