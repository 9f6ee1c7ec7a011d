"""Slots, notices, runs, outcomes, constants, preferences, catalysts and weights in the admin.

The weights are of `sectors`; what another weight would change is computed here, so their admin is here too.
"""

from analysis.admin.outcomes import OutcomeAdmin
from analysis.admin.runs import (
    AnalysisRunAdmin,
    CatalystEventAdmin,
    FreshnessPreferenceAdmin,
    ParameterRevisionAdmin,
)
from analysis.admin.slots import NoticeAdmin, SlotAdmin
from analysis.admin.weights import VolatilityWeightAdmin

__all__ = [
    "AnalysisRunAdmin",
    "CatalystEventAdmin",
    "FreshnessPreferenceAdmin",
    "NoticeAdmin",
    "OutcomeAdmin",
    "ParameterRevisionAdmin",
    "SlotAdmin",
    "VolatilityWeightAdmin",
]
