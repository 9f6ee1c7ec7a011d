from django.apps import AppConfig


class UniverseConfig(AppConfig):
    name = "universe"
    default_auto_field = "django.db.models.BigAutoField"
