"""The Nasdaq screener's labels to the eight sectors: the pair, never the sector alone.

Its labels are made from SIC codes, so its sector is wrong for hundreds of rows (ships and consultants under
"Consumer Discretionary", chemicals under "Industrials"); the industry is the better half. Counted on the
public screener files of 2025 and 2026. Weights below 0.85 mark industries that hold several sectors.
"""

from __future__ import annotations

from sectors.classification.rules import Rule, names, normalised, split_rule

_LINES: tuple[tuple[str, str, float, str], ...] = (
    (
        "materials",
        "",
        0.85,
        "Agricultural Chemicals; Aluminum; Building Materials; Containers/Packaging; Forest Products; "
        "Metal Mining; Paints/Coatings; Paper; Plastic Products; Precious Metals; Specialty Chemicals; "
        "Other Metals and Minerals",
    ),
    ("energy", "", 0.90, "Oil & Gas Production; Integrated oil Companies; Oilfield Services/Equipment"),
    ("energy", "", 0.80, "Oil Refining/Marketing; Oil/Gas Transmission"),
    ("energy", "", 0.65, "Oil and Gas Field Machinery"),
    (
        "financial",
        "",
        0.92,
        "Accident &Health Insurance; Banks; Commercial Banks; Finance Companies; Life Insurance; "
        "Major Banks; Property-Casualty Insurers; Savings Institutions; Investment Managers; "
        "Investment Bankers/Brokers/Service; Diversified Financial Services",
    ),
    ("financial", "", 0.80, "Finance/Investors Services; Specialty Insurers"),
    ("financial", "real_estate", 0.92, "Real Estate Investment Trusts; Building operators"),
    ("financial", "real_estate", 0.45, "Real Estate"),
    (
        "healthcare",
        "",
        0.94,
        "Biotechnology: Biological Products (No Diagnostic Substances); Hospital/Nursing Management; "
        "Biotechnology: Commercial Physical & Biological Resarch; Managed Health Care; Medical Electronics; "
        "Biotechnology: Electromedical & Electrotherapeutic Apparatus; Medical Specialities; "
        "Biotechnology: In Vitro & In Vivo Diagnostic Substances; Medical/Dental Instruments; "
        "Biotechnology: Pharmaceutical Preparations; Medical/Nursing Services; Other Pharmaceuticals; "
        "Misc Health and Biotechnology Services; Pharmaceuticals and Biotechnology; "
        "Biotechnology: Laboratory Analytical Instruments",
    ),
    ("healthcare", "", 0.70, "Ophthalmic Goods; Precision Instruments"),
    (
        "industrials",
        "",
        0.88,
        "Aerospace; Air Freight/Delivery Services; Building Products; Construction/Ag Equipment/Trucks; "
        "Engineering & Construction; Fluid Controls; Integrated Freight & Logistics; "
        "Military/Government/Technical; Misc Corporate Leasing Services; Pollution Control Equipment; "
        "Railroads; Tools/Hardware; Trucking Freight/Courier Services; Environmental Services; "
        "Water Sewer Pipeline Comm & Power Line Construction; Wholesale Distributors; "
        "General Bldg Contractors - Nonresidential Bldgs; Rental/Leasing Companies; Other Transportation; "
        "Professional and commerical equipment",
    ),
    (
        "industrials",
        "",
        0.70,
        "Diversified Commercial Services; Electrical Products; Miscellaneous manufacturing industries; "
        "Office Equipment/Supplies/Services",
    ),
    ("industrials", "", 0.40, "Business Services; Multi-Sector Companies"),
    (
        "technology",
        "",
        0.88,
        "Computer Communications Equipment; Computer Manufacturing; Computer peripheral equipment; "
        "Electronic Components; Electronics Distribution; Retail: Computer Software & Peripheral Equipment; "
        "Semiconductors; Diversified Electronic Products",
    ),
    ("technology", "", 0.72, "Computer Software: Programming Data Processing"),
    ("technology", "telecom", 0.80, "Telecommunications Equipment"),
    ("utilities", "", 0.88, "Electric Utilities: Central; Power Generation; Water Supply"),
    (
        "consumer_discretionary",
        "",
        0.90,
        "Apparel; Auto & Home Supply Stores; Automotive Aftermarket; Catalog/Specialty Distribution; "
        "Clothing/Shoe/Accessory Stores; Consumer Electronics/Video Chains; Consumer Specialties; "
        "Department/Specialty Retail Stores; Durable Goods; Garments and Clothing; Homebuilding; "
        "Hotels/Resorts; Motor Vehicles; Other Specialty Stores; Recreational Games/Products/Toys; "
        "Restaurants; Services-Misc. Amusement & Recreation; Shoe Manufacturing",
    ),
    ("consumer_discretionary", "", 0.80, "Auto Parts:O.E.M.; Home Furnishings"),
    (
        "consumer_discretionary",
        "",
        0.60,
        "Other Consumer Services; Textiles; Consumer Electronics/Appliances",
    ),
    (
        "consumer_discretionary",
        "staples",
        0.90,
        "Beverages (Production/Distribution); Farming/Seeds/Milling; Food Chains; Food Distributors; "
        "Meat/Poultry/Fish; Packaged Foods; Package Goods/Cosmetics; Specialty Foods; Tobacco; "
        "Retail-Drug Stores and Proprietary Stores",
    ),
    (
        "consumer_discretionary",
        "media",
        0.85,
        "Advertising; Books; Broadcasting; Movies/Entertainment; Newspapers/Magazines; "
        "Cable & Other Pay Television Services",
    ),
)
#: Industries that hold several sectors: industry, then sectors with their weights.
_SPLIT: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = (
    ("Marine Transportation", (("industrials", 0.48), ("energy", 0.44))),
    (
        "Computer Software: Prepackaged Software",
        (("technology", 0.82), ("consumer_discretionary", 0.05), ("financial", 0.05)),
    ),
    ("EDP Services", (("technology", 0.60), ("industrials", 0.18), ("financial", 0.11))),
    ("Finance: Consumer Services", (("financial", 0.60), ("technology", 0.30))),
    ("Metal Fabrications", (("industrials", 0.48), ("materials", 0.42))),
    ("Steel/Iron Ore", (("materials", 0.55), ("industrials", 0.36))),
    ("Natural Gas Distribution", (("utilities", 0.50), ("energy", 0.42))),
    ("Publishing", (("consumer_discretionary", 0.45), ("industrials", 0.38))),
    ("Major Chemicals", (("materials", 0.72), ("energy", 0.12))),
    (
        "Mining & Quarrying of Nonmetallic Minerals (No Fuels)",
        (("materials", 0.70), ("energy", 0.22)),
    ),
    ("Industrial Machinery/Components", (("industrials", 0.74), ("technology", 0.12))),
    ("Professional Services", (("industrials", 0.68), ("healthcare", 0.12), ("technology", 0.10))),
    (
        "Radio And Television Broadcasting And Communications Equipment",
        (("technology", 0.66), ("industrials", 0.24)),
    ),
    ("Medicinal Chemicals and Botanical Products", (("healthcare", 0.64), ("consumer_discretionary", 0.28))),
    ("Retail-Auto Dealers and Gas Stations", (("consumer_discretionary", 0.68), ("industrials", 0.22))),
    ("Transportation Services", (("industrials", 0.40), ("consumer_discretionary", 0.30))),
    ("Industrial Specialties", (("industrials", 0.52), ("materials", 0.20))),
    ("Coal Mining", (("energy", 0.58), ("materials", 0.32))),
    ("Ordnance And Accessories", (("consumer_discretionary", 0.60), ("industrials", 0.32))),
    ("RETAIL: Building Materials", (("consumer_discretionary", 0.50), ("industrials", 0.28))),
    ("Auto Manufacturing", (("consumer_discretionary", 0.58), ("industrials", 0.32))),
)
#: Pairs that differ from their industry's rule: screener sector, industry, our sector, weight, subsector.
_PAIRS: tuple[tuple[str, str, str, float, str], ...] = (
    ("Health Care", "Industrial Specialties", "healthcare", 0.80, ""),
    ("Technology", "Electrical Products", "technology", 0.80, ""),
    ("Technology", "Consumer Electronics/Appliances", "technology", 0.70, ""),
    ("Technology", "Office Equipment/Supplies/Services", "technology", 0.60, ""),
    ("Miscellaneous", "Office Equipment/Supplies/Services", "technology", 0.45, ""),
    ("Miscellaneous", "Industrial Machinery/Components", "industrials", 0.85, ""),
    ("Consumer Staples", "Apparel", "consumer_discretionary", 0.85, ""),
    ("Real Estate", "Other Consumer Services", "consumer_discretionary", 0.85, ""),
    ("Real Estate", "Homebuilding", "consumer_discretionary", 0.70, ""),
    ("Utilities", "Telecommunications Equipment", "technology", 0.75, "telecom"),
    ("Finance", "Real Estate", "financial", 0.88, "real_estate"),
    ("Utilities", "Environmental Services", "industrials", 0.80, ""),
    ("Energy", "Natural Gas Distribution", "energy", 0.70, ""),
    ("Energy", "Electrical Products", "industrials", 0.60, ""),
    ("Energy", "Electric Utilities: Central", "utilities", 0.75, ""),
    ("Industrials", "Telecommunications Equipment", "technology", 0.70, ""),
    ("Industrials", "Farming/Seeds/Milling", "consumer_discretionary", 0.80, "staples"),
)
#: Of pairs too. The screener's "Real Estate / Real Estate" are the business services of SIC 7389, its
#: "Utilities / Oil & Gas Production" pipelines, liquefiers and gas utilities.
_SPLIT_PAIRS: tuple[tuple[str, str, tuple[tuple[str, float], ...]], ...] = (
    (
        "Real Estate",
        "Real Estate",
        (("industrials", 0.38), ("financial", 0.30), ("healthcare", 0.12)),
    ),
    ("Utilities", "Oil & Gas Production", (("energy", 0.48), ("utilities", 0.38))),
    (
        "Technology",
        "Industrial Machinery/Components",
        (("technology", 0.55), ("industrials", 0.28), ("healthcare", 0.10)),
    ),
)
_EXCLUDED = "Blank Checks; Trusts Except Educational Religious and Charitable"


def _industries() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for sector, subsector, weight, line in _LINES:
        rules |= {name: Rule("screener", sector, weight, subsector) for name in names(line)}
    rules |= {name: Rule("screener", None, 0.9, excludes=True) for name in names(_EXCLUDED)}
    rules |= {normalised(name): split_rule("screener", sectors) for name, sectors in _SPLIT}
    return rules


INDUSTRIES = _industries()
PAIRS = {
    (normalised(sector), normalised(industry)): Rule("screener", ours, weight, subsector)
    for sector, industry, ours, weight, subsector in _PAIRS
} | {
    (normalised(sector), normalised(industry)): split_rule("screener", sectors)
    for sector, industry, sectors in _SPLIT_PAIRS
}
_SECTOR_NAMES = (
    "Finance; Consumer Discretionary; Health Care; Technology; Industrials; Real Estate; Energy; Utilities; "
    "Basic Materials; Consumer Staples; Telecommunications; Miscellaneous"
)
SECTOR_NAMES = frozenset(names(_SECTOR_NAMES))
