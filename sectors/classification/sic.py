"""SIC codes (four digits, text) to the eight sectors; all 444 codes of the SEC's list have a rule.

A company picks its code when it registers and seldom changes it, so a code weighs less than a vendor's label.
A later line overrides an earlier one inside its range. A code outside every range takes the nearest range's
rule at half its weight.
"""

from __future__ import annotations

from sectors.classification.rules import Rule

CD = "consumer_discretionary"
_RANGES: tuple[tuple[int, int, str | None, float, str], ...] = (
    (100, 999, CD, 0.85, "staples"),
    (800, 800, "materials", 0.85, ""),
    (1000, 1099, "materials", 0.90, ""),
    (1220, 1221, "energy", 0.75, ""),
    (1311, 1389, "energy", 0.92, ""),
    (1400, 1400, "materials", 0.80, ""),
    (1520, 1531, CD, 0.88, ""),
    (1540, 1731, "industrials", 0.85, ""),
    (2000, 2111, CD, 0.90, "staples"),
    (2200, 2390, CD, 0.88, ""),
    (2400, 2421, "materials", 0.75, ""),
    (2430, 2430, "industrials", 0.75, ""),
    (2451, 2452, CD, 0.85, ""),
    (2510, 2511, CD, 0.85, ""),
    (2520, 2590, "industrials", 0.80, ""),
    (2600, 2673, "materials", 0.85, ""),
    (2711, 2790, CD, 0.80, "media"),
    (2750, 2750, "industrials", 0.75, ""),
    (2800, 2891, "materials", 0.80, ""),
    (2833, 2836, "healthcare", 0.96, ""),
    (2840, 2844, CD, 0.85, "staples"),
    (2911, 2911, "energy", 0.88, ""),
    (2950, 2950, "materials", 0.75, ""),
    (2990, 2990, "energy", 0.65, ""),
    (3011, 3021, CD, 0.85, ""),
    (3050, 3089, "materials", 0.70, ""),
    (3100, 3140, CD, 0.90, ""),
    (3211, 3290, "materials", 0.75, ""),
    (3310, 3390, "materials", 0.75, ""),
    (3411, 3411, "materials", 0.80, ""),
    (3412, 3490, "industrials", 0.75, ""),
    (3510, 3569, "industrials", 0.80, ""),
    (3533, 3533, "energy", 0.65, ""),
    (3555, 3559, "industrials", 0.60, ""),
    (3570, 3579, "technology", 0.88, ""),
    (3580, 3590, "industrials", 0.80, ""),
    (3600, 3629, "industrials", 0.75, ""),
    (3630, 3634, CD, 0.85, ""),
    (3640, 3640, "industrials", 0.80, ""),
    (3651, 3652, CD, 0.70, ""),
    (3661, 3679, "technology", 0.85, ""),
    (3674, 3674, "technology", 0.88, ""),
    (3690, 3690, "industrials", 0.65, ""),
    (3695, 3695, "technology", 0.75, ""),
    (3711, 3716, CD, 0.80, ""),
    (3713, 3713, "industrials", 0.80, ""),
    (3715, 3715, "industrials", 0.85, ""),
    (3720, 3730, "industrials", 0.88, ""),
    (3743, 3743, "industrials", 0.90, ""),
    (3751, 3751, CD, 0.85, ""),
    (3760, 3769, "industrials", 0.88, ""),
    (3790, 3790, CD, 0.70, ""),
    (3812, 3812, "industrials", 0.75, ""),
    (3821, 3821, "healthcare", 0.80, ""),
    (3822, 3822, "industrials", 0.75, ""),
    (3823, 3829, "technology", 0.65, ""),
    (3826, 3826, "healthcare", 0.85, ""),
    (3841, 3851, "healthcare", 0.95, ""),
    (3861, 3861, "technology", 0.70, ""),
    (3873, 3990, CD, 0.80, ""),
    (4011, 4581, "industrials", 0.88, ""),
    (4400, 4412, "industrials", 0.50, ""),
    (4610, 4610, "energy", 0.88, ""),
    (4700, 4700, CD, 0.70, ""),
    (4731, 4731, "industrials", 0.85, ""),
    (4812, 4822, "technology", 0.85, "telecom"),
    (4832, 4841, CD, 0.85, "media"),
    (4899, 4899, "technology", 0.75, "telecom"),
    (4900, 4991, "utilities", 0.88, ""),
    (4922, 4922, "energy", 0.80, ""),
    (4923, 4924, "utilities", 0.65, ""),
    (4950, 4955, "industrials", 0.85, ""),
    (5000, 5190, "industrials", 0.70, ""),
    (5010, 5020, CD, 0.70, ""),
    (5045, 5045, "technology", 0.80, ""),
    (5047, 5047, "healthcare", 0.80, ""),
    (5050, 5051, "materials", 0.70, ""),
    (5065, 5065, "technology", 0.75, ""),
    (5122, 5122, "healthcare", 0.75, ""),
    (5130, 5130, CD, 0.80, ""),
    (5140, 5150, CD, 0.85, "staples"),
    (5160, 5160, "materials", 0.75, ""),
    (5171, 5172, "energy", 0.80, ""),
    (5180, 5180, CD, 0.85, "staples"),
    (5200, 5990, CD, 0.88, ""),
    (5411, 5411, CD, 0.90, "staples"),
    (5912, 5912, CD, 0.75, "staples"),
    (6021, 6411, "financial", 0.92, ""),
    (6189, 6199, "financial", 0.60, ""),
    (6221, 6221, "financial", 0.60, ""),
    (6324, 6324, "healthcare", 0.85, ""),
    (6500, 6799, "financial", 0.85, "real_estate"),
    (6770, 6770, None, 0.95, "shell"),
    (6792, 6792, "energy", 0.80, ""),
    (6794, 6794, "technology", 0.45, ""),
    (6795, 6795, "materials", 0.75, ""),
    (6799, 6799, "financial", 0.70, ""),
    (7000, 7299, CD, 0.85, ""),
    (7310, 7331, CD, 0.75, "media"),
    (7320, 7320, "industrials", 0.70, ""),
    (7340, 7389, "industrials", 0.75, ""),
    (7370, 7379, "technology", 0.80, ""),
    (7374, 7374, "technology", 0.65, ""),
    (7389, 7389, "industrials", 0.40, ""),
    (7500, 7699, CD, 0.75, ""),
    (7510, 7510, "industrials", 0.75, ""),
    (7800, 7999, CD, 0.88, ""),
    (7812, 7841, CD, 0.85, "media"),
    (8000, 8099, "healthcare", 0.92, ""),
    (8100, 8399, CD, 0.88, ""),
    (8111, 8111, "industrials", 0.70, ""),
    (8700, 8748, "industrials", 0.75, ""),
    (8731, 8734, "healthcare", 0.70, ""),
)
#: Codes that say nothing about the business: membership bodies, depositary receipts, governments, "nec".
_SILENT = frozenset({8600, 8880, 8888, 8900, 9721, 9995})


def _rule_of(line: tuple[int, int, str | None, float, str]) -> Rule:
    _, _, sector, weight, subsector = line
    return Rule("sic", sector, weight, "" if sector is None else subsector, excludes=subsector == "shell")


def _table() -> dict[int, Rule]:
    return {code: _rule_of(line) for line in _RANGES for code in range(line[0], line[1] + 1)}


_RULES = _table()


def sic_rule(sic: str) -> Rule | None:
    """The rule of a code, leading zeros or none; None: empty, no number, or a code that says nothing."""
    text = sic.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        return None
    code = int(text)
    if code in _SILENT or code == 0:
        return None
    return _RULES.get(code) or _nearest(code)


def _nearest(code: int) -> Rule | None:
    line = min(_RANGES, key=lambda line: min(abs(code - line[0]), abs(code - line[1])))
    distance = min(abs(code - line[0]), abs(code - line[1]))
    rule = _rule_of(line)
    if distance > 100 or rule.sector is None:
        return None
    return Rule("sic, nearest range", rule.sector, rule.weight / 2, rule.subsector)
