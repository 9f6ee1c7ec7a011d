from django.apps import AppConfig


class SectorLightConfig(AppConfig):
    name = "sectorlight"
    default_auto_field = "django.db.models.BigAutoField"
