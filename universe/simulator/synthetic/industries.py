"""The trades that invented companies follow: the vendor's words for them, a SIC code, a name, a sentence.

Sector and industry are FMP's own words, so that a classification meets what it meets on the real market.
"""

from __future__ import annotations

from dataclasses import dataclass

SECTORS = (
    "Healthcare",
    "Technology",
    "Financial Services",
    "Industrials",
    "Consumer Cyclical",
    "Energy",
    "Basic Materials",
    "Utilities",
    "Real Estate",
    "Consumer Defensive",
    "Communication Services",
)
SECTOR_SHARES = (0.185, 0.135, 0.15, 0.12, 0.115, 0.06, 0.065, 0.04, 0.05, 0.045, 0.035)


@dataclass(frozen=True, slots=True)
class Industry:
    """``words`` end a company's name; ``text`` follows "The company" in its description."""

    sector: str
    name: str
    sic: str
    words: tuple[str, ...]
    text: str


_TABLE = """
== Healthcare
Biotechnology | 2836 | Therapeutics,Biosciences,Bio,Genomics,Biologics |
    is a clinical-stage biotechnology company that develops antibody and gene therapies for rare diseases
Biotechnology | 2834 | Therapeutics,Oncology,Pharma,Biopharma |
    discovers and develops small-molecule drugs for cancer; its lead candidate is in a Phase 2 trial
Drug Manufacturers - Specialty & Generic | 2834 | Pharmaceuticals,Laboratories |
    makes and sells generic and specialty medicines to pharmacies, hospitals and wholesalers
Medical - Devices | 3841 | Medical,Surgical,Cardio |
    designs catheters, implants and surgical instruments used by hospitals
Medical - Diagnostics & Research | 8071 | Diagnostics,Labs |
    offers molecular diagnostics and laboratory services to physicians and research groups
Medical - Care Facilities | 8062 | Health,Care |
    runs outpatient clinics and rehabilitation hospitals for patients in twelve states
Medical - Healthcare Information Services | 7372 | Health Systems,Healthtech |
    provides patient record and telehealth software for hospitals and physicians
== Technology
Software - Application | 7372 | Software,Apps,Cloud |
    sells subscription software for planning and customer service to mid-sized businesses
Software - Infrastructure | 7372 | Networks,Data,Security |
    provides cybersecurity and cloud data platforms for enterprises
Semiconductors | 3674 | Semiconductor,Silicon,Micro |
    designs analog and power semiconductors for data centers and electric vehicles
Communication Equipment | 3663 | Wireless,Photonics |
    makes radio and optical equipment for telecommunications carriers
Hardware, Equipment & Parts | 3577 | Devices,Sensors |
    makes lidar sensors, displays and embedded computing hardware
Information Technology Services | 7371 | Technologies,Digital |
    offers artificial intelligence consulting, software integration and managed services
Solar | 3674 | Solar,Photovoltaics |
    makes photovoltaic modules and inverters for residential and commercial solar installations
== Financial Services
Banks - Regional | 6022 | Bancorp,Bancshares,Financial |
    is the holding company of a community bank that takes deposits and makes commercial loans
Insurance - Property & Casualty | 6331 | Insurance,Assurance |
    writes homeowners and commercial property insurance through independent agents
Asset Management | 6282 | Capital,Partners,Asset Management |
    manages private credit and equity funds for institutional investors
Financial - Credit Services | 6141 | Credit,Lending,Finance |
    makes consumer loans and card payments through an online lending platform
Financial - Capital Markets | 6211 | Securities,Digital Assets |
    runs brokerage, trading and bitcoin mining businesses
== Industrials
Aerospace & Defense | 3728 | Aerospace,Defense,Aero |
    builds drones, avionics and components for defense and commercial aircraft
Industrial - Machinery | 3560 | Machinery,Manufacturing,Tools |
    makes pumps, presses and automation machinery for factories
Engineering & Construction | 1623 | Construction,Engineering,Infrastructure |
    builds roads, bridges and utility infrastructure under public contracts
Trucking | 4213 | Freight,Transport |
    hauls full truckloads of freight between distribution centers
Marine Shipping | 4412 | Shipping,Maritime |
    owns and charters dry bulk vessels and product tankers
Electrical Equipment & Parts | 3620 | Electric,Power Systems |
    makes batteries, motors and charging equipment
Waste Management | 4953 | Environmental,Recycling |
    collects, sorts and recycles industrial and municipal waste
Staffing & Employment Services | 7363 | Staffing,Workforce |
    supplies temporary staff to warehouses, factories and offices
== Consumer Cyclical
Specialty Retail | 5900 | Retail,Outfitters,Stores |
    sells outdoor goods and home furnishings in its stores and online
Restaurants | 5812 | Restaurants,Kitchens,Grill |
    owns and franchises casual dining restaurants
Auto - Parts | 3714 | Automotive,Motors |
    makes brakes, seats and drivetrain parts for vehicle makers
Auto - Manufacturers | 3711 | EV,Mobility |
    designs and builds electric vans and trucks
Apparel - Manufacturers | 2300 | Apparel,Brands |
    designs and sells clothing and footwear under its own brands
Leisure | 3940 | Leisure,Sports |
    makes fitness equipment, boats and sporting goods
Residential Construction | 1531 | Homes,Builders |
    builds and sells single-family homes in growing suburbs
Gambling, Resorts & Casinos | 7990 | Gaming,Resorts |
    runs casinos, resorts and an online sports betting platform
== Energy
Oil & Gas Exploration & Production | 1311 | Energy,Petroleum,Resources |
    explores for and produces crude oil and natural gas in shale basins
Oil & Gas Equipment & Services | 1389 | Oilfield,Drilling |
    provides drilling, fracturing and well services to oil and gas producers
Oil & Gas Midstream | 4922 | Midstream,Pipeline |
    gathers, transports and stores natural gas and crude oil in its pipelines
Uranium | 1090 | Uranium,Nuclear |
    develops uranium mines and supplies nuclear fuel
Coal | 1221 | Coal,Mining Energy |
    mines thermal and metallurgical coal
== Basic Materials
Gold | 1040 | Gold,Mining,Minerals |
    explores for and mines gold and silver deposits
Industrial Materials | 1000 | Lithium,Metals,Copper |
    develops lithium, copper and rare earth mines
Chemicals - Specialty | 2890 | Chemicals,Coatings,Materials |
    makes specialty chemicals, resins and coatings for manufacturers
Steel | 3312 | Steel,Alloys |
    melts and rolls steel for construction and machinery makers
Paper, Lumber & Forest Products | 2421 | Timber,Paper |
    grows timber and makes lumber and paper
== Utilities
Regulated Electric | 4911 | Electric Power,Light & Power |
    generates, transmits and distributes regulated electric power to homes and businesses
Regulated Gas | 4924 | Gas Utility,Natural Gas |
    distributes regulated natural gas to residential and industrial customers
Regulated Water | 4941 | Water,Aqua |
    provides regulated water and wastewater utility services
Renewable Utilities | 4991 | Renewables,Wind Power |
    owns wind and solar power plants that sell electricity under long-term contracts
Independent Power Producers | 4911 | Generation,Power |
    sells electricity from its power plants to utilities and data centers
== Real Estate
REIT - Retail | 6798 | Realty Trust,Properties |
    is a real estate investment trust that owns shopping centers
REIT - Office | 6798 | Office Trust,Realty |
    is a real estate investment trust that owns and leases office buildings
REIT - Mortgage | 6798 | Mortgage Trust,Mortgage Capital |
    is a mortgage real estate investment trust that holds agency securities
Real Estate - Services | 6531 | Real Estate,Homesales |
    brokers and manages residential and commercial real estate
== Consumer Defensive
Packaged Foods | 2000 | Foods,Provisions |
    makes packaged foods and snacks sold in grocery stores
Beverages - Non-Alcoholic | 2086 | Beverages,Drinks |
    makes energy drinks and bottled water
Household & Personal Products | 2844 | Beauty,Household |
    makes cosmetics and cleaning products
Education & Training Services | 8200 | Education,Learning |
    runs online universities and training programs
== Communication Services
Telecommunications Services | 4813 | Telecom,Communications |
    provides broadband and telephone services to rural customers
Internet Content & Information | 7370 | Media Online,Social |
    runs social and classified advertising platforms on the internet
Electronic Gaming & Multimedia | 7372 | Games,Interactive |
    develops mobile and console games
Entertainment | 7812 | Studios,Pictures |
    produces films and series and owns cinemas
Broadcasting | 4833 | Broadcasting,Radio |
    owns television and radio stations
"""
"""A sector's name, then per trade: industry, SIC code, words that end a name, and on its own line the
sentence."""


def _parse(table: str) -> tuple[Industry, ...]:
    trades: list[Industry] = []
    sector = ""
    lines = iter(table.strip().splitlines())
    for line in lines:
        if line.startswith("== "):
            sector = line.removeprefix("== ")
            continue
        name, sic, words, _ = (part.strip() for part in line.split("|"))
        trades.append(Industry(sector, name, sic, tuple(words.split(",")), next(lines).strip()))
    return tuple(trades)


INDUSTRIES: tuple[Industry, ...] = _parse(_TABLE)

SHELL = Industry(
    "Financial Services",
    "Shell Companies",
    "6770",
    ("Acquisition Corp. II", "Acquisition Corp.", "Merger Corp.", "Acquisition Holdings"),
    "is a blank check company formed to merge with one or more businesses",
)
