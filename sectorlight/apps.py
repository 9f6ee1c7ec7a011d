from django.apps import AppConfig


class SectorLightConfig(AppConfig):
    name = "sectorlight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The decorators in there register the system checks.
        # Web, stream and commands enqueue tasks too: without the app they would ask a broker on localhost.
        import sectorlight.celery
        import sectorlight.checks  # noqa: F401
        from analysis.correlations import correlations_stored
        from analysis.selectors import run_lineage
        from sectors.lineage import lineage_provide
        from sectors.ties import ties_provide

        # Pages of sectors explain a reading by what its run keeps, and show what is measured of returns.
        lineage_provide(run_lineage)
        ties_provide(correlations_stored)
