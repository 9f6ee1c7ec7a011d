"""Runs, their inputs, the slots that ask for them, what they found, and what each user wants to see."""

from analysis.models.alerts import Alert
from analysis.models.catalysts import CatalystEvent, CatalystMark
from analysis.models.readings import FundCorrelations, Outcome, StockReading
from analysis.models.runs import (
    ANALYSIS_KINDS,
    PUBLISHED,
    RETRYABLE,
    SECTOR_KINDS,
    TERMINAL,
    UNPUBLISHED,
    AnalysisRun,
    RunInput,
    RunKind,
    RunRequest,
    RunStatus,
    Slot,
    world_in_force,
)
from analysis.models.settings import FreshnessPreference, ParameterRevision
from analysis.notices import Notice

__all__ = [
    "ANALYSIS_KINDS",
    "PUBLISHED",
    "RETRYABLE",
    "SECTOR_KINDS",
    "TERMINAL",
    "UNPUBLISHED",
    "Alert",
    "AnalysisRun",
    "CatalystEvent",
    "CatalystMark",
    "FreshnessPreference",
    "FundCorrelations",
    "Notice",
    "Outcome",
    "ParameterRevision",
    "RunInput",
    "RunKind",
    "RunRequest",
    "RunStatus",
    "Slot",
    "StockReading",
    "world_in_force",
]
