"""The vendors' small fixed tables."""

from __future__ import annotations

COMPANY_KINDS = ("CS", "ADRC", "OS", "NYRS")

TICKER_TYPES = (
    ("CS", "Common Stock"),
    ("PFD", "Preferred Stock"),
    ("WARRANT", "Warrant"),
    ("RIGHT", "Rights"),
    ("BOND", "Corporate Bond"),
    ("ETF", "Exchange Traded Fund"),
    ("ETN", "Exchange Traded Note"),
    ("SP", "Structured Product"),
    ("ADRC", "American Depository Receipt Common"),
    ("ADRW", "American Depository Receipt Warrants"),
    ("ADRR", "American Depository Receipt Rights"),
    ("FUND", "Fund"),
    ("BASKET", "Basket"),
    ("UNIT", "Unit"),
    ("LT", "Liquidating Trust"),
    ("OS", "Ordinary Shares"),
    ("GDR", "Global Depository Receipts"),
    ("OTHER", "Other Security Type"),
    ("NYRS", "New York Registry Shares"),
)

EXCHANGES = tuple(
    {
        "id": number,
        "type": "exchange",
        "asset_class": "stocks",
        "locale": "us",
        "name": name,
        "acronym": acronym,
        "mic": mic,
        "operating_mic": operating,
        "participant_id": participant,
    }
    for number, name, acronym, mic, operating, participant in (
        (1, "NYSE American, LLC", "AMEX", "XASE", "XNYS", "A"),
        (10, "New York Stock Exchange", "NYSE", "XNYS", "XNYS", "N"),
        (11, "NYSE Arca, Inc.", "ARCA", "ARCX", "XNYS", "P"),
        (12, "Nasdaq", "NASDAQ", "XNAS", "XNAS", "T"),
        (19, "Cboe BZX", "BATS", "BATS", "XCBO", "Z"),
    )
)

#: MIC to FMP's short code and long name. FMP calls Arca and NYSE American by one code.
FMP_EXCHANGES = {
    "XNAS": ("NASDAQ", "NASDAQ Global Market"),
    "XNYS": ("NYSE", "New York Stock Exchange"),
    "XASE": ("AMEX", "New York Stock Exchange Arca"),
    "ARCX": ("AMEX", "New York Stock Exchange Arca"),
    "BATS": ("CBOE", "CBOE"),
}
