"""The eight sectors, classes of stocks, those set by hand and the boards in the admin.

Weights are in `analysis.admin`.
"""

from sectors.admin.boards import BoardSnapshotAdmin, SectorAdmin
from sectors.admin.classes import ClassificationAdmin
from sectors.admin.overrides import SectorOverrideAdmin

__all__ = ["BoardSnapshotAdmin", "ClassificationAdmin", "SectorAdmin", "SectorOverrideAdmin"]
