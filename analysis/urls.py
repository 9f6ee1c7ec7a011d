"""The pages of runs and their inputs, alerts, stocks and preferences."""

from django.urls import path

from analysis.views import alerts, finder, members, preferences, runs, stock

urlpatterns = [
    path("analysis/", runs.run_list, name="runs"),
    path("analysis/run/", runs.run_start, name="run-start"),
    path("analysis/run/<int:run_id>/again/", runs.run_again, name="run-again"),
    path("analysis/run/<int:run_id>/cancel/", runs.run_cancelled, name="run-cancel"),
    path("analysis/progress/", runs.run_progress, name="run-progress"),
    path("analysis/preferences/", preferences.preferences, name="preferences"),
    path("alerts/", alerts.alert_list, name="alerts"),
    path("alerts/rail/", alerts.alert_rail_fragment, name="alerts-rail"),
    path("sectors/<slug:slug>/inputs/", members.sector_inputs, name="sector-inputs"),
    path("find/", finder.finder, name="finder"),
    path("stocks/", stock.stock_find, name="stock-find"),
    # A listing that was stored with a slash in its symbol has a page too.
    path("stocks/<path:symbol>/", stock.stock, name="stock"),
]
