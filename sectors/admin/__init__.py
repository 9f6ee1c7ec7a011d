"""The eight sectors, the classes of stocks and the boards in the admin. Weights are in `analysis.admin`."""

from sectors.admin.boards import BoardSnapshotAdmin, SectorAdmin
from sectors.admin.classes import ClassificationAdmin

__all__ = ["BoardSnapshotAdmin", "ClassificationAdmin", "SectorAdmin"]
