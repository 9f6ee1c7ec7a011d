"""FMP's sectors and industries, and Yahoo's spellings of the same, to the eight sectors.

Sources: FMP `available-sectors` and `available-industries`; Yahoo Finance's industry names.
Each line: sector, weight, industries separated by ";". The weights below 0.90 mark labels under which index
providers file several sectors.
"""

from __future__ import annotations

from sectors.classification.rules import Rule, names, normalised, split_rule

_LINES: tuple[tuple[str, float, str], ...] = (
    (
        "materials",
        0.92,
        "Gold; Silver; Copper; Aluminum; Steel; Other Precious Metals; Other Precious Metals & Mining; "
        "Other Industrial Metals & Mining; Industrial Materials; Construction Materials; "
        "Building Materials; Chemicals; Agricultural Inputs; Coking Coal; Paper & Paper Products",
    ),
    ("materials", 0.75, "Paper, Lumber & Forest Products; Lumber & Wood Production; Packaging & Containers"),
    (
        "energy",
        0.95,
        "Oil & Gas Drilling; Oil & Gas E&P; Oil & Gas Exploration & Production; Oil & Gas Integrated",
    ),
    (
        "energy",
        0.90,
        "Oil & Gas Midstream; Oil & Gas Refining & Marketing; Oil & Gas Energy; Uranium; Coal; Thermal Coal",
    ),
    ("energy", 0.85, "Oil & Gas Equipment & Services"),
    (
        "financial",
        0.96,
        "Banks; Banks - Regional; Banks - Diversified; Insurance - Life; Insurance - Diversified; "
        "Insurance - Reinsurance; Insurance - Property & Casualty; Insurance - Specialty; "
        "Financial - Mortgages; Mortgage Finance",
    ),
    (
        "financial",
        0.88,
        "Insurance Brokers; Insurance - Brokers; Credit Services; Financial - Credit Services; "
        "Asset Management; Financial - Diversified; Financial Conglomerates; Financial - Conglomerates; "
        "Financial - Data & Stock Exchanges; Financial Data & Stock Exchanges; "
        "Investment - Banking & Investment Services; Asset Management - Global",
    ),
    (
        "healthcare",
        0.97,
        "Biotechnology; Drug Manufacturers - General; Drug Manufacturers - Specialty & Generic; "
        "Medical - Pharmaceuticals; Medical - Devices; Medical Devices; Medical - Instruments & Supplies; "
        "Medical Instruments & Supplies; Medical - Diagnostics & Research; Diagnostics & Research; "
        "Medical - Care Facilities; Medical Care Facilities; Medical - Healthcare Plans; Healthcare Plans; "
        "Medical - Equipment & Services; Medical - Specialties; Medical - Distribution; "
        "Medical Distribution",
    ),
    (
        "healthcare",
        0.85,
        "Medical - Healthcare Information Services; Health Information Services; Pharmaceutical Retailers",
    ),
    (
        "industrials",
        0.92,
        "Trucking; Railroads; Airlines; Airports & Air Services; Airlines, Airports & Air Services; "
        "Integrated Freight & Logistics; General Transportation; Waste Management; Industrial - Machinery; "
        "Specialty Industrial Machinery; Farm & Heavy Construction Machinery; Agricultural - Machinery; "
        "Tools & Accessories; Manufacturing - Tools & Accessories; Engineering & Construction; "
        "Industrial - Distribution; Industrial Distribution; Business Equipment & Supplies; "
        "Staffing & Employment Services; Industrial - Capital Goods; "
        "Industrial - Infrastructure Operations",
    ),
    (
        "industrials",
        0.84,
        "Electrical Equipment & Parts; Consulting Services; Rental & Leasing Services; "
        "Pollution & Treatment Controls; Industrial - Pollution & Treatment Controls; Construction; "
        "Environmental Services",
    ),
    ("industrials", 0.72, "Industrial - Specialties; Manufacturing - Miscellaneous"),
    ("industrials", 0.55, "Conglomerates"),
    ("utilities", 0.94, "Regulated Electric; Regulated Water; Regulated Gas; Diversified Utilities"),
    (
        "utilities",
        0.94,
        "Utilities - Regulated Electric; Utilities - Regulated Water; Utilities - Diversified; "
        "General Utilities",
    ),
    (
        "utilities",
        0.80,
        "Renewable Utilities; Utilities - Renewable; Independent Power Producers; "
        "Utilities - Independent Power Producers",
    ),
    (
        "technology",
        0.88,
        "Semiconductors; Semiconductor Equipment & Materials; Computer Hardware; Communication Equipment; "
        "Hardware, Equipment & Parts; Technology Distributors; Electronics & Computer Distribution; "
        "Networking & Communication Devices; Software - Application; Software - Services",
    ),
    ("technology", 0.80, "Software - Infrastructure"),
    (
        "consumer_discretionary",
        0.93,
        "Specialty Retail; Luxury Goods; Home Improvement; Home Improvement Retail; "
        "Residential Construction; Department Stores; Leisure; Gambling; Gambling, Resorts & Casinos; "
        "Resorts & Casinos; Restaurants; Travel Lodging; Lodging; Travel Services; "
        "Auto - Recreational Vehicles; Recreational Vehicles; Apparel - Retail; Apparel Retail; "
        "Apparel - Manufacturers; Apparel Manufacturing; Apparel - Footwear & Accessories; "
        "Footwear & Accessories; Internet Retail; Personal Services; Personal Products & Services; "
        "Education & Training Services",
    ),
    ("consumer_discretionary", 0.85, "Auto - Parts; Auto Parts; Auto - Manufacturers; Auto Manufacturers"),
    ("consumer_discretionary", 0.75, "Manufacturing - Textiles"),
)
#: Labels under which index providers (GICS 2023) file several sectors: industry, then sectors with their
#: weights. Tankers and gas carriers are energy, payments financial, payrolls and outsourcing industrials.
_SPLIT: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = (
    ("Marine Shipping", (("industrials", 0.48), ("energy", 0.44))),
    ("Solar", (("technology", 0.52), ("industrials", 0.28), ("utilities", 0.10))),
    ("Information Technology Services", (("technology", 0.58), ("industrials", 0.20), ("financial", 0.15))),
    ("Specialty Business Services", (("industrials", 0.55), ("financial", 0.20), ("technology", 0.12))),
    (
        "Scientific & Technical Instruments",
        (("technology", 0.66), ("healthcare", 0.15), ("industrials", 0.13)),
    ),
    ("Consumer Electronics", (("consumer_discretionary", 0.52), ("technology", 0.40))),
    ("Electronic Components", (("technology", 0.80), ("industrials", 0.12))),
    ("Security & Protection Services", (("industrials", 0.68), ("technology", 0.24))),
    ("Metal Fabrication", (("industrials", 0.80), ("materials", 0.14))),
    ("Manufacturing - Metal Fabrication", (("industrials", 0.80), ("materials", 0.14))),
    ("Building Products & Equipment", (("industrials", 0.72), ("materials", 0.16))),
    ("Auto & Truck Dealerships", (("consumer_discretionary", 0.80), ("industrials", 0.14))),
    ("Auto - Dealerships", (("consumer_discretionary", 0.80), ("industrials", 0.14))),
    ("Furnishings, Fixtures & Appliances", (("consumer_discretionary", 0.70), ("industrials", 0.24))),
    ("Textile Manufacturing", (("consumer_discretionary", 0.70), ("industrials", 0.20))),
    ("Aerospace & Defense", (("industrials", 0.85), ("consumer_discretionary", 0.07))),
    ("Utilities - Regulated Gas", (("utilities", 0.80), ("energy", 0.14))),
    ("Capital Markets", (("financial", 0.74), ("technology", 0.10))),
    ("Financial - Capital Markets", (("financial", 0.74), ("technology", 0.10))),
    ("Specialty Chemicals", (("materials", 0.85), ("consumer_discretionary", 0.06))),
    ("Chemicals - Specialty", (("materials", 0.85), ("consumer_discretionary", 0.06))),
)
#: Folded into one of the eight: sector, subsector, weight, industries.
_FOLDED: tuple[tuple[str, str, float, str], ...] = (
    (
        "consumer_discretionary",
        "staples",
        0.93,
        "Tobacco; Grocery Stores; Discount Stores; Household & Personal Products; Packaged Foods; "
        "Food Distribution; Food Confectioners; Confectioners; Agricultural Farm Products; Farm Products; "
        "Beverages - Wineries & Distilleries; Beverages - Non - Alcoholic; Beverages - Alcoholic; "
        "Beverages - Brewers; Agricultural - Commodities/Milling",
    ),
    (
        "consumer_discretionary",
        "media",
        0.85,
        "Broadcasting; Entertainment; Media & Entertainment; Publishing; Advertising Agencies",
    ),
    ("technology", "telecom", 0.90, "Telecommunications Services; Telecom Services"),
    ("technology", "interactive", 0.85, "Internet Content & Information; Electronic Gaming & Multimedia"),
    (
        "financial",
        "real_estate",
        0.93,
        "REIT - Specialty; REIT - Retail; REIT - Residential; REIT - Office; REIT - Industrial; "
        "REIT - Hotel & Motel; REIT - Healthcare Facilities; REIT - Diversified; Real Estate - Services; "
        "Real Estate Services; Real Estate - Diversified; Real Estate - Development; Real Estate - General",
    ),
    ("financial", "mortgage_reit", 0.95, "REIT - Mortgage"),
)
_EXCLUDED = (
    "Shell Companies; Asset Management - Bonds; Asset Management - Income; Asset Management - Leveraged; "
    "Asset Management - Cryptocurrency; Closed - End Fund - Equity; Closed - End Fund - Debt"
)
#: Where the industry is empty or new: the sector alone.
_SECTORS: dict[str, tuple[str, float, str]] = {
    "basic materials": ("materials", 0.75, ""),
    "communication services": ("technology", 0.50, ""),
    "consumer cyclical": ("consumer_discretionary", 0.80, ""),
    "consumer defensive": ("consumer_discretionary", 0.85, "staples"),
    "energy": ("energy", 0.80, ""),
    "financial services": ("financial", 0.80, ""),
    "financial": ("financial", 0.80, ""),
    "healthcare": ("healthcare", 0.88, ""),
    "industrials": ("industrials", 0.70, ""),
    "real estate": ("financial", 0.80, "real_estate"),
    "technology": ("technology", 0.70, ""),
    "utilities": ("utilities", 0.80, ""),
}


def _industries() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for sector, weight, line in _LINES:
        rules |= {name: Rule("industry", sector, weight) for name in names(line)}
    for sector, subsector, weight, line in _FOLDED:
        rules |= {name: Rule("industry", sector, weight, subsector) for name in names(line)}
    rules |= {name: Rule("industry", None, 0.9, excludes=True) for name in names(_EXCLUDED)}
    rules |= {normalised(name): split_rule("industry", sectors) for name, sectors in _SPLIT}
    return rules


INDUSTRIES = _industries()
SECTOR_ALONE = {name: Rule("sector", *facts) for name, facts in _SECTORS.items()}
