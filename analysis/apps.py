from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "analysis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A new weight asks for its sector's light anew: `sectors`, which stores it, knows no runs."""
        from analysis.reweighing import reweigh_on_revision  # models, so only once the apps are there
        from sectors.services import weight_revised

        weight_revised.connect(reweigh_on_revision, dispatch_uid="reweigh")
