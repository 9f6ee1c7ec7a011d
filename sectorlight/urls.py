"""Every address of the product; the apps name their own pages."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import include, path, re_path

from sectorlight import health, operations

handler403 = "sectors.views.errors.forbidden"
handler404 = "sectors.views.errors.not_found"


@login_not_required
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Browsers ask for it where a page names no icon, such as the admin's."""
    return HttpResponseRedirect(static("icon.svg"))


urlpatterns = [
    path("", include("sectors.urls")),
    path("", include("analysis.urls")),
    path("favicon.ico", favicon),
    path("admin/", admin.site.urls),
    path("operations/", operations.operations, name="operations"),
    path("operations/<slug:vendor>/ask-again/", operations.plan_forget, name="plan-forget"),
    path("api/", include("sectorlight.api_urls")),
    # With and without a slash at the end: what asks them rarely follows a redirect.
    re_path(r"^health/?$", health.overall, name="health"),
    *[re_path(rf"^health/{name}/?$", view, name=f"health-{name}") for name, view in health.VIEWS.items()],
]
