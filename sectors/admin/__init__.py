"""Weights as revisions, the eight sectors, the classes of stocks and the boards in the admin."""

from sectors.admin.boards import BoardSnapshotAdmin, SectorAdmin
from sectors.admin.classes import ClassificationAdmin
from sectors.admin.weights import VolatilityWeightAdmin

__all__ = ["BoardSnapshotAdmin", "ClassificationAdmin", "SectorAdmin", "VolatilityWeightAdmin"]
