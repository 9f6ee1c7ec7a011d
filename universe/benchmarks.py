"""The funds and indices that are compared with, and are members of nothing."""

BENCHMARK = "IWM"
VOLATILITY_INDEX = "^VIX"
#: Of the markets that trade while New York sleeps, in the order in which a run keeps their moves.
WORLD_INDICES = {"^N225": "Nikkei 225", "^HSI": "Hang Seng", "^FTSE": "FTSE 100", "^GDAXI": "DAX"}
MARKET_FUNDS = (BENCHMARK, "SPY", "QQQ")

# S&P SmallCap 600 sector funds validate the small caps; the XL* funds are the large-cap context.
SMALL_CAP_PROXIES = ("PSCT", "PSCH", "PSCE", "PSCF", "PSCD", "PSCI", "PSCM", "PSCU")
LARGE_CAP_PROXIES = ("XLK", "XLV", "XLE", "XLF", "XLY", "XLI", "XLB", "XLU")

FUNDS = (*MARKET_FUNDS, *SMALL_CAP_PROXIES, *LARGE_CAP_PROXIES)
CONTEXT = (*MARKET_FUNDS, VOLATILITY_INDEX)
