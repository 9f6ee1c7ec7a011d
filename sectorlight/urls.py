"""Every address of the product; the apps name their own pages."""

from django.contrib import admin
from django.urls import include, path

from sectorlight import health

handler403 = "sectors.views.errors.forbidden"
handler404 = "sectors.views.errors.not_found"

urlpatterns = [
    path("", include("sectors.urls")),
    path("", include("analysis.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("sectorlight.api_urls")),
    path("health", health.overall, name="health"),
    *[path(f"health/{name}", view, name=f"health-{name}") for name, view in health.VIEWS.items()],
]
