"""Which of eight sectors a company belongs to: pure rules over what vendors say about it."""

from sectors.classification.engine import classify
from sectors.classification.evidence import CompanyProfile, VendorLabel
from sectors.classification.rules import RULES_VERSION

__all__ = ["RULES_VERSION", "CompanyProfile", "VendorLabel", "classify"]
