"""What followed each reading, to look at. The database itself refuses to change it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from analysis.models import Outcome, world_in_force
from universe.look_only import LookOnlyAdmin, link, links


@admin.register(Outcome)
class OutcomeAdmin(LookOnlyAdmin):
    list_display = [
        *("as_of", "sector", "colour", "score", "horizon", "value_pct", "benchmark_pct", "state", "counted"),
        *("carried_over", "due_at", "world", "pages"),
    ]
    list_filter = ["horizon", "state", "colour", "sector", "carried_over", "world"]
    search_fields = ["=run_id", "=sector", "state__istartswith"]
    search_help_text = "Number of the run, sector, or the beginning of the state"
    date_hierarchy = "as_of"
    show_full_result_count = False

    @admin.display(description="members used")
    def counted(self, outcome: Outcome) -> str:
        return f"{outcome.used} of {outcome.members}"

    @admin.display(description="pages")
    def pages(self, outcome: Outcome) -> SafeString:
        """The reading, when it is of the market world in force, and its run."""
        is_shown = outcome.world == world_in_force()
        at = outcome.timestamp.isoformat()
        return links(
            link("reading", "sector", outcome.sector, at=at) if is_shown else "",
            link("run", "admin:analysis_analysisrun_change", outcome.run_id),
        )
