"""Everything that writes about sectors: the eight, their weights, classes by rule and by hand, and lights."""

from sectors.board_cache import board_forget
from sectors.services.classes import stocks_classify
from sectors.services.lights import board_mend, board_sha256, readings_record
from sectors.services.overrides import override_check, override_clear, override_clear_check, override_set
from sectors.services.seeding import sectors_seed
from sectors.services.weights import setting_of, weight_check, weight_revise, weight_revised, weight_undo

__all__ = [
    "board_forget",
    "board_mend",
    "board_sha256",
    "override_check",
    "override_clear",
    "override_clear_check",
    "override_set",
    "readings_record",
    "sectors_seed",
    "setting_of",
    "stocks_classify",
    "weight_check",
    "weight_revise",
    "weight_revised",
    "weight_undo",
]
