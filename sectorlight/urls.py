"""Every address of the product; the apps name their own pages."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

from sectorlight import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("sectorlight.api_urls")),
    path("health", health.overall, name="health"),
    *[path(f"health/{name}", view, name=f"health-{name}") for name, view in health.VIEWS.items()],
    *[
        path("", include(f"{app}.urls"))
        for app in ("sectors", "analysis", "universe")
        if find_spec(f"{app}.urls")
    ],
]
