"""Words by which companies say what they do, in descriptions and names.

Points: 4 says it outright, 2 clear, 1 a hint. Lower case, no hyphens, at most three words. Chosen from what
the industries' own definitions (GICS, SEC titles) and filings call such businesses, never from
single companies. Since 2023 GICS has payments under financials, payrolls and outsourcing under industrials.
"""

from __future__ import annotations

_OUTRIGHT = {
    "healthcare": "biopharmaceutical; clinical stage; biotechnology; therapeutics; pharmaceuticals; "
    "pharmaceutical company; medical device; medical devices; immunotherapy; gene therapy; "
    "medical technology; "
    "biotherapeutics; specialty pharmaceutical; diagnostics company; late stage pharmaceutical; "
    "medical technology company; oncology company; precision oncology; health insurance; home health",
    "financial": "bank holding company; commercial bank; savings bank; bancorp; bancshares; bankshares; "
    "banking products; reinsurance; payment processing; payments processing; "
    "merchant acquiring; payment solutions; prepaid card; property and casualty; title insurance; "
    "mortgage backed securities; "
    "real estate investment; reit; business development company; asset management; wealth management; "
    "broker dealer; investment banking; consumer finance; consumer loans; mortgage loans; "
    "insurance products; private bank; bank that provides; money transfer; online lending; "
    "life insurance; annuities; personal loans; insurance holding company",
    "energy": "oil and natural; oil and gas; crude oil tankers; product tankers; offshore drilling; "
    "natural gas liquids; oilfield services; hydraulic fracturing; uranium exploration; drilling rigs; "
    "tanker vessels; crude tankers; contract drilling; thermal coal; lng carriers; frac sand; "
    "crude oil; petroleum products; oil field services; completion services; unconventional oil; "
    "uranium mining",
    "utilities": "electric utility; water utility; natural gas utility; regulated utility; regulated water; "
    "retail electricity; distributes electricity; sells electricity; wastewater utility; electric utilities; "
    "wastewater services; regulated electric; regulated natural gas; water utilities",
    "materials": "specialty chemicals; precious metals; gold mine; gold mining; lithium project; rare earth; "
    "titanium dioxide; steel products; copper mine; packaging products; pulp and paper; metallurgical coal; "
    "mineral exploration; specialty chemical; exploration of gold; silver mining; industrial gases; "
    "construction aggregates; ready mixed concrete; coking coal; met coal; containerboard; fertilizer; "
    "crop nutrients; exploration and mining; gold properties; mineral properties",
    "technology": "software as a; saas; semiconductor; semiconductors; integrated circuits; cybersecurity; "
    "cloud based software; software solutions; software platform; software company; photonics; "
    "optical networking; enterprise software; printed circuit boards; wireless communications; "
    "quantum computing; data storage; network equipment; identity security; software applications",
    "industrials": "aerospace and defense; truckload; freight forwarding; staffing services; airline; "
    "trucking services; industrial machinery; engineering services; construction services; staffing; "
    "waste management; scheduled air; air transportation; dry bulk; less than truckload; "
    "transportation and logistics; "
    "specialty vehicles; railcar; railcars; aircraft leasing; hvac; human capital management; "
    "facility services; business process management; business process outsourcing; "
    "electric power transmission; infrastructure solutions; drybulk; containerships",
    "consumer_discretionary": "restaurants; restaurant; apparel; footwear; casino; casinos; homebuilder; "
    "homebuilding; homebuilders; specialty retailer; single family homes; recreational vehicles; hotels; "
    "retail stores; fitness; online retailer; movie theatres; movie theaters; automotive retailer; toys; "
    "higher education; firearms; ammunition; beverages; snack; packaged foods; grocery; supermarkets; "
    "motion picture; radio stations; television stations; newspapers; advertising solutions; cosmetics; "
    "post secondary education; education services; furniture; mattresses; car dealerships; cruise; "
    "playground; "
    "boats; powersports; jewelry; audio products; consumer products; tobacco; wine; tutoring; "
    "e commerce platform",
}
_CLEAR = {
    "healthcare": "clinical; patients; fda; drug; drugs; therapies; disease; diseases; cancer; tumors; "
    "phase 2; "
    "phase 1; phase 3; preclinical; biologics; antibody; hospitals; physicians; surgical; healthcare; "
    "health care; diagnostic; vaccine; vaccines; medicines; treatment of; biosciences; pharma; biopharma; "
    "medical; oncology; therapeutic; clinics; nursing; dental; telehealth; genomics; life sciences; "
    "bio; orthopedic; senior living; skilled nursing; animal health; wearable medical; neurological",
    "financial": "bank; banking; deposits; loans; lender; insurance; mortgage; mortgages; "
    "financial services; "
    "investment management; insurer; credit cards; brokerage; lending; leases properties; tenants; "
    "commercial real estate; net lease; apartment communities; office properties; fintech; "
    "transaction processing; underwriting; savings; capital corp; financial; payments; shopping centers; "
    "bitcoin mining",
    "energy": "drilling; upstream; midstream; pipelines; refinery; refining; uranium; permian; shale; "
    "tankers; "
    "oil; petroleum; natural gas; coal; wellbore; wells; offshore; biodiesel; renewable fuels; ethanol; "
    "oilfield; hydrocarbons; lng; biofuels; gas compression; seismic data; exploration and production",
    "utilities": "utility; utilities; electricity; wastewater; power generation; kilowatt; megawatts; "
    "renewable energy projects; water service; solar energy projects; natural gas distribution; propane",
    "materials": "gold; silver; copper; lithium; nickel; zinc; aluminum; steel; chemicals; polymers; resins; "
    "mining; minerals; metals; lumber; timber; cement; packaging; pigments; plastics; coatings; mines; "
    "fertilizers; vanadium; graphite; glass containers; explorations; aggregates; metallurgical; pulp; "
    "adhesives",
    "technology": "software; cloud; analytics; network; networking; wireless; internet; broadband; "
    "data center; data centers; artificial intelligence; telecommunications; processors; sensors; rf; "
    "digital platform; ai; technologies; mobile app; video games; online game; search engine; "
    "data processing; optical; lidar; electronic components; it services; it solutions; computing; fiber; "
    "display; memory; developers; devops; satellite; customer engagement; online marketplace; "
    "microelectronics",
    "industrials": "aerospace; defense; aircraft; trucks; freight; logistics; construction; machinery; "
    "industrial; engineering; contractor; equipment rental; manufacturing; building products; elevators; "
    "pumps; valves; consulting; professional services; outsourcing; waste; recycling; rail; "
    "drones; unmanned; staffing; uniforms; payroll; security services; electrical equipment; fuel cells; "
    "batteries; transformers; heavy duty; fasteners; bearings; government services; evtol; "
    "commercial vehicles",
    "consumer_discretionary": "retail; retailer; stores; leisure; travel; "
    "gaming; entertainment; education; students; auto parts; homes; foods; "
    "sports; fashion; clothing; shoes; vacation; resorts; franchised; franchise; "
    "dealerships; household; personal care; golf; media; broadcasting; publishing; movies; "
    "content; university; schools; appliances; home furnishings; theatres; pet; marine products",
}
_HINTS = {
    "healthcare": "health; medicine; care; treat; novel; trials; cell; protein; wellness; laboratory",
    "financial": "capital; investment; assets; securities; properties; trust; credit; fund; invests",
    "energy": "energy; barrels; gas; fuel; basin; rigs; reserves",
    "utilities": "electric; power; water; customers in; solar; wind; hydroelectric",
    "materials": "exploration; ore; deposits of; project located; raw materials; composites; resources",
    "technology": "data; digital; platform; technology; hardware; devices; solutions; online; mobile; "
    "enterprise",
    "industrials": "equipment; services to; systems; shipping; vessels; transportation; fleet; "
    "commercial; infrastructure; parts",
    "consumer_discretionary": "consumer; consumers; brands; brand; vehicles; automotive; food; e commerce; "
    "lifestyle; family; shop; guests; fans; designs; sells",
}


def _phrases() -> dict[str, tuple[str, float]]:
    table: dict[str, tuple[str, float]] = {}
    for points, tiers in ((1.0, _HINTS), (2.0, _CLEAR), (4.0, _OUTRIGHT)):
        for sector, line in tiers.items():
            table |= {phrase.strip(): (sector, points) for phrase in line.split(";")}
    return table


PHRASES = _phrases()
#: How many words a phrase may have, by its first word: what is not listed begins none.
LENGTHS: dict[str, set[int]] = {}
for _phrase in PHRASES:
    LENGTHS.setdefault(_phrase.split()[0], set()).add(len(_phrase.split()))
