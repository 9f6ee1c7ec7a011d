from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save


class SectorLightConfig(AppConfig):
    name = "sectorlight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_series_arrange, sender=self)
        for changed in (post_save, post_delete):
            changed.connect(_user_changed, sender=self.get_model("User"))
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


def _user_changed(instance: Any, update_fields: Any = None, created: bool = False, **_: Any) -> None:
    """Of a log-in nothing is remembered; whatever else changes, what is remembered is made anew."""
    from django.db import transaction

    from sectorlight.auth import user_changed

    if created or (update_fields and set(update_fields) <= {"last_login"}):
        return
    user_id = instance.pk
    transaction.on_commit(lambda: user_changed(user_id), robust=True)


def _series_arrange(**_: Any) -> None:
    """All tables stand: let them lie as this server can hold them. Keys of older states may not fit.

    Policies wait until it is known that the database is of the market in force (`prepare`).
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from universe.services import series_arrange

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    series_arrange()
