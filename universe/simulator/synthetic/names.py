"""Invented companies' names and tickers: seeded, unique, and none that is widely known as somebody's."""

from __future__ import annotations

import numpy as np

#: Split when used: the parts are a table, not code.
_FIRST = """
Al Am Ar As Au Bel Ber Bor Bri Cal Cam Cer Cor Cy Dal Dar Del Dor El Em Er Esk Fal Fen Fi Gal Gar
Gle Gra Hal Har Hel Il In Ja Jor Kal Ke Kor La Le Lin Lo Lum Mar Mer Mi Mon Nar Ne No Nor Ob Ol Or
Pal Per Pi Qua Ra Re Ri Ro Sa Sel Sil So Ta Te Tor Tri Ul Ur Va Ve Vi Vol Wa Wes Win Xe Ya Yor Za
Zen Zor
"""
_LAST = """
bora bridge brook cadia crest dale dara den dera dian dor dova fax field ford gate gen gon haven
holm ira ka kara land lar leon lia lis loch lon lum mar mera mont mora nara neth nia nix nova para
pex quin ra ridge rion ris rona rva sca sel sen sol stead tara tec thra tia ton tora tra tus vale
van vara vex via vion vista vor wick worth xa xis zen
"""
#: Tickers that everybody knows as somebody's; an invented company never gets one.
_KNOWN = """
AAL AAPL ABBV ABNB ABT ACN ADBE ADI ADM ADP AEP AES AFL AIG ALB ALL AMAT AMC AMD AME AMGN AMT AMZN ANET
AON APA APD APH APTV ARM ASML ATVI AVB AVGO AXP AZO BABA BAC BAX BBAI BBY BDX BIIB BKNG BLK BMY BSX BXP
CAG CAH CARR CAT CBOE CBRE CCI CCL CDNS CELH CFG CHD CHTR CINF CLF CLX CMCS CME CMG CMI CNC COF COIN COO
COP COST CPB CRM CRWD CSCO CSX CTAS CTSH CVNA CVS CVX DAL DASH DDOG DELL DHI DHR DIS DLR DLTR DOW DUK
DVN EBAY ECL EFX ELV EMR ENPH EOG EQIX EQR ESS ETN ETSY EXC EXPE FAST FCX FDX FIS FISV FLR FOX FSLR FTNT
GILD GIS GLD GLW GME GOOG GPN GRMN HAL HCA HIG HIVE HLT HON HOOD HPE HPQ HSY HUM IBM ICE IDXX ILMN INTC
INTU IRM ISRG ITW JNJ JPM KEY KHC KLAC KMI KOSS KSS LCID LEN LIN LLY LMT LNC LOW LRCX LULU LUV LVS LYB
LYFT MAR MARA MAS MCD MCK MDB MDLZ MDT MET META MGM MMM MOS MRK MRNA MRO MRVL MSCI MSFT MSTR MTB NCLH
NDAQ NEE NEM NET NFLX NIO NKE NOC NOK NOW NRG NTAP NTRS NUE NVAX NVDA NVO NXPI ORCL OXY PANW PATH PAYX
PCAR PEP PFE PGR PHM PINS PLD PLTR PLUG PNC PPG PRPL PRU PSA PSX PYPL QCOM RBLX RCL REGN RIOT RIVN ROKU
ROST RTX SBUX SCHW SHOP SHW SIRI SLB SMCI SNAP SNOW SNPS SOFI SOUN SPG SPGI SPOT SRE STT STX SYF SYK
TDOC TEAM TGT TJX TMUS TROW TRV TSLA TSM TSN TXN UAL UBER UNH UNP UPS UPST URI USB VFC VLO VMC VRTX VTR
VTRS VZ WBA WBD WDAY WDC WELL WEN WFC WMB WMT WYNN XEL XOM XPEV YUM ZBRA ZION ZM ZTS
"""
_LEGAL = ("Inc.", "Inc.", "Inc.", "Corp.", "Corporation", "Holdings Inc.", "Ltd.", "Group Inc.", "Co.")


KNOWN = frozenset(_KNOWN.split())


def stems(count: int, rng: np.random.Generator) -> list[str]:
    """``count`` different first words of company names."""
    every = [first + last for first in _FIRST.split() for last in _LAST.split()]
    if count > len(every):
        raise ValueError(f"there are {len(every)} names to invent, {count} were asked for")
    return [every[place] for place in rng.permutation(len(every))[:count]]


def legal_form(rng: np.random.Generator) -> str:
    return _LEGAL[int(rng.integers(len(_LEGAL)))]


def ticker(stem: str, taken: set[str], rng: np.random.Generator) -> str:
    """A free ticker of three or four letters that looks like the name; it is added to ``taken``."""
    letters = stem.upper()
    consonants = letters[0] + "".join(letter for letter in letters[1:] if letter not in "AEIOU")
    for wish in (consonants[:4], letters[:4], consonants[:3], letters[:2] + letters[-2:], letters[:3]):
        if 3 <= len(wish) <= 4 and wish not in taken and wish not in KNOWN:
            taken.add(wish)
            return wish
    while True:
        tail = "".join(chr(65 + int(code)) for code in rng.integers(26, size=2))
        wish = letters[:2] + tail
        if wish not in taken and wish not in KNOWN:
            taken.add(wish)
            return wish
