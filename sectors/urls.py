"""The pages of the board and of the sectors; logging in and out."""

from django.urls import path

from sectors.views.board import board, sectors
from sectors.views.detail import sector_detail
from sectors.views.funnel import funnel
from sectors.views.listings import listings
from sectors.views.login import BoardLoginView, BoardLogoutView
from sectors.views.quarantine import quarantine

urlpatterns = [
    path("", board, name="board"),
    path("login/", BoardLoginView.as_view(), name="login"),
    path("logout/", BoardLogoutView.as_view(), name="logout"),
    path("sectors/", sectors, name="sectors"),
    path("sectors/<slug:slug>/", sector_detail, name="sector"),
    path("universe/", funnel, name="funnel"),
    path("universe/listings/", listings, name="listings"),
    path("universe/quarantine/", quarantine, name="quarantine"),
]
