"""Companies bought and sold, orders, agreements with other organisations."""

from __future__ import annotations

from analysis.catalysts.kinds import rule
from analysis.catalysts.rules_shares import MONEY

MERGER = (
    rule(
        "merger.off",
        -1,
        r"""
            (?<!\w)(?:
                (?:terminat\w+|call\w*\soff|abandon\w*|scrap\w*|reject\w*|drop\w*|walks?\saway|end
                    (?:s|ed)|rebuff\w*|block\w*)\s(?:from\s)?(?:[\w'.$&-]+\s){0,6}?(?:merger|
                    acquisition|takeover|buyout|bid|tender\soffer|deal\sto\sbuy|sale\sprocess|
                    business\scombination) |
                walks?\saway\sfrom\s(?:[\w'-]+\s){0,3}deal\b | sues\sto\sblock\b.{0,40}\bdeal\b
            )
        """,
    ),
    rule(
        "merger.sought",
        1,
        r"""
            (?<!\w)(?:
                (?:to\sbe|agrees?\sto\sbe|being|will\sbe|gets?)\s(?:acquired|bought|
                    taken\sprivate) |
                (?:receiv\w+|gets?|draws?|attracts?|confirms?)\s(?:[\w$.,-]+\s){0,6}?(?:takeover|
                    buyout|acquisition|unsolicited|non-binding|tender|take-private)\s(?:\w+\s){0,2}
                    (?:bid|offer|proposal|interest|approach) |
                (?:takeover|buyout|acquisition|take-private|go(?:es|ing)?[\s-]private|unsolicited)\s
                    (?:\w+\s){0,2}(?:bid|offer|proposal|interest|approach) |
                tak(?:e|es|en|ing)\s(?:\w+\s){0,2}private | go(?:es|ing)?[\s-]private |
                strategic\salternatives? | strategic\sreview |
                exploring?\s(?:an?\s)?(?:\w+\s)?sale | (?:sale|takeover)\sprocess | tender\soffer |
                makes?\s(?:[\w$.-]+\s){0,3}offer\sfor\b | per[\s-]share\s(?:bid|offer)\b | sell\sitself\b |
                (?:boosts|hikes|lowers|raises|sweetens)\s(?:[\w$.-]+\s){0,3}(?:bid|offer)\b |
                (?:merger|acquisition)\sproposal | weigh\w*\s(?:\w+\s){0,2}sale
            )
        """,
    ),
    rule(
        "merger.deal",
        0,
        rf"""
            (?<!\w)(?:
                (?:to\s(?:acquire|merge)|(?:agree[sd]?|will|plans?|set|deal|offers?|bids?|intent|
                    loi|agreement|talks|nears?|{MONEY})\sto\s(?:buy|purchase)|will\s(?:buy|
                    purchase)|(?<=^)[\w.&'' -]{{2,40}}(?:\([\w:\s]+\)\s)?to\s(?:buy|purchase))\b
                    (?=\s\w)(?!\s(?:now|point|rating|list|instead|right|in\b|stocks?\b|back)|\s
                    (?:up\sto\s)?[\d.,]+\s(?:\w+\s)?(?:shares|units)|\sback|\s(?:\w+\s){{0,3}}
                    (?:shares|stock|power|energy|credits|rights)) |
                (?:acquires|acquired|acquiring)\b(?!\s(?:[\d.,]+[km]?\s(?:\w+\s)?(?:shares|units)|
                    (?:[\w.,$-]+\s){{0,4}}(?:shares|stake|stock|rights|licen[cs]e|prv|voucher|
                    position|bitcoin|btc|eth|option))) |
                (?:complet\w+|clos(?:es|ed|ing)|announc\w+|finali[sz]\w+|approv\w+|after|following|
                    on|through|via)\s(?:of\s)?(?:[\w'$.&-]+\s){{0,5}}?(?:acquisitions?|merger|
                    takeover|buyout|divestiture|divestment|spin-?\s?off|business\scombination|
                    carve-?out)\b(?!\s(?:strategy|plans|corp)) |
                acquisition\sof\b |
                (?:definitive\s)?(?:merger|business\scombination|acquisition)\s(?:agreement|deal|
                    vote|terms|partner|talks) |
                merger\s(?:clears|closes|gains|gets|wins)\b | expands?\swith\s(?:\w+\s){{1,3}}acquisition\b |
                merg(?:es|ed|ing)\swith | merger\s(?:with|of|between) |
                (?:shareholders|stockholders|regulators?|fed|court|eu|ftc|doj)\s(?:\w+\s)?
                    (?:approv\w+|clear\w*|back\w*|vote\sfor)\s(?:[\w'-]+\s){{0,5}}?(?:merger|acquisition|
                    takeover|deal|buyout) |
                (?:sells?|sold|selling|divest\w*|offload\w*|sale\sof|to\ssell)\s
                    (?:[\w'$.&-]+\s){{0,6}}?(?:business|unit|division|subsidiary|operations|segment|
                    assets|brand|plant|refinery|portfolio|arm|mine|company)\b |
                divest(?:s|ed|iture|ment)\b | spin(?:s|ning)?[\s-]?(?:off|out)\b | spun\soff |
                (?:makes?|agrees?|seals?)\s(?:an?\s)?{MONEY}\s(?:[\w-]+\s)?deal\sfor\b |
                (?:premium|cash)\s(?:\w+\s)?in\s(?:[\w$-]+\s){{0,5}}deal\b |
                (?:buying|buys|bought|picks\sup|snaps\sup|scoops\sup|swoops\son|completes?\s
                    (?:[\w$.]+\s){{0,3}}purchase\sof)\s(?:[\w'.&-]+\s){{0,4}}(?:for\s{MONEY}|
                    .{{0,40}}\bin\s(?:an?\s)?{MONEY}|business|firm|startup|company|maker|unit|
                    developer|bank) |
                {MONEY}\s(?:\w+\s){{0,2}}(?:merger|takeover|buyout|acquisition) |
                \bsold\sto\s(?:[\w'&.-]+\s){{1,4}}for\s{MONEY} |
                (?:clos(?:es|ed)|complet(?:es|ed|ion\sof)|finali[sz]es)\s(?:[\w$.'&-]+\s){{0,4}}?
                    purchase\b(?!\s(?:agreement|order)|.{{0,40}}\b(?:shares|stock|notes)\b) |
                \b(?:buys|pays|spends)\s.{{0,40}}\b(?:candidate|drug|drugmaker|pill|shot|therapy|
                    treatment)\b |
                all-(?:cash|stock)\s(?:deal|transaction|merger) | strategic\stransaction |
                \b(?-i:[A-Z]\w+)\sacquisition\sto\b |
                's\s(?:[\w$/.-]+\s){{1,4}}?(?:buyout|acquisition|takeover|merger)\b(?!\s(?:appetite|
                    corp|hopes|odds|pipeline|plans?|push|rumou?rs|spree|strategy|talk|targets?)) |
                letter\sof\sintent\s(?:\w+\s){{0,2}}(?:acqui\w+|merge\w*) | to\scombine\swith
            )
        """,
    ),
)

CONTRACT = (
    rule(
        "contract.lost",
        -1,
        r"""
            \b(?:
                los(?:es|t|ing)\s(?:[\w'$.-]+\s){0,5}?(?:contract|customer|order|client|bid) |
                (?:contract|order|award)s?\s(?:\w+\s)?(?:terminat\w+|cancel\w+|lost) |
                (?:terminat\w+|cancel\w+)\s(?:[\w'$.-]+\s){0,4}?(?:contract|order) |
                stop-work\sorder
            )
        """,
    ),
    rule(
        "contract.won",
        1,
        rf"""
            (?<!\w)(?:
                (?:w[io]ns?|award(?:s|ed)|secur(?:es|ed)|land(?:s|ed)|receiv(?:es|ed)|bag(?:s|ged)|
                    gets?|nab(?:s|bed)|book(?:s|ed)|sign(?:s|ed)|ink(?:s|ed)|obtain(?:s|ed)|
                    clinch\w*|captur(?:es|ed)|snag\w*|announc\w+|winning|scores?|gains|picks|after|
                    on|seals|lock(?:s|ed)\sin|extends?|expands|renew(?:s|ed))\b\s
                    (?:[\w'$€£.,&/()-]+\s){{0,9}}?(?:contracts?|(?:purchase|task|delivery|follow-on|
                    large|new|initial|repeat|record|production|customer|million|commercial|major|
                    first|unit|additional)\sorders?|orders?\s(?:for|from|worth|totaling|valued)|
                    awards?\b(?!\s(?:show|for\s(?:best|excellence)))|(?:federal|research|nih|sbir|
                    development|government|doe|dod|darpa|barda|{MONEY})\s(?:\w+\s)?(?:grant|award)|
                    grant\s(?:from|of|to)|supply\s(?:agreement|deal|contract)|purchase\s
                    (?:agreement|commitment)|offtake\s\w+|customer\swin|mandate|deal\swith\s
                    (?:the\s)?(?:u\.?s\.?|pentagon|navy|army|nasa|dod))\b(?!\s(?:talks|standoff|
                    clash|extension\sclash)) |
                contract\s(?:award|win|extension|renewal|with|worth|from|valued|
                    (?:just\s)?g[eo]ts?) |
                (?:supply|offtake|purchase)\sagreement |
                {MONEY}\s(?:\w+\s){{0,4}}?(?:contract|order|navy\swin|award|grant) |
                purchase\s(?:order|commitment)s?\b |
                (?:multi|\d+|two|three|four|five|six|seven|eight|nine|ten)-?year\s(?:\w+\s){{0,3}}
                    (?:contract|deal|agreement|order)s?\b |
                (?:chosen|selected|tapped)\sto\s(?:build|deliver|provide|supply|support)\b |
                (?:chosen|selected)\sfor\s(?:[\w.'-]+\s){{1,6}}?(?:contract|program(?:me)?|project)\b |
                wins?\s(?:(?:[\w$.-]+\s){{0,3}}?deal|bid)\b | (?:navy|nasa|pentagon)\sdeal\b |
                to\ssupply\s(?:[\w-]+\s){{1,4}}(?:for|to)\s(?-i:[A-Z]) |
                selected\s(?:by|as|for)\s(?:\w+\s){{0,6}}(?:to\s(?:provide|supply|deliver|support|
                    build)|supplier|contractor|provider|vendor) |
                awarded\s(?:{MONEY}|(?:an?\s)?grant\b) |
                (?:barda|federal|foundation|grant|nih|non-dilutive)\sfunding |
                (?:army|navy|air\sforce|nasa|pentagon|defen[cs]e)\s(?:[\w-]+\s){{0,4}}(?:contract|
                    order|award) |
                task\sorder
            )
        """,
    ),
)

PARTNERSHIP = (
    rule(
        "partnership.ended",
        -1,
        r"""
            \b(?:
                (?:terminat\w+|end(?:s|ed)|exit(?:s|ed)|dissol\w+|returns\srights|drops|
                    cuts\sties)\s(?:[\w'&-]+\s){0,5}?(?:partnership|collaboration|
                    licen[cs]e\sagreement|alliance|joint\sventure|licensing\s\w+|pact) |
                (?:partnership|collaboration|alliance)\s(?:\w+\s){0,2}(?:terminated|ended|ends|
                    collapses)
            )
        """,
    ),
    rule(
        "partnership.made",
        1,
        r"""
            (?<!\w)(?:
                partner(?:s|ed|ing)?\s(?:up\s)?(?:with|to)\b |
                partnerships?\b(?!\s(?:units|lp|distribution)) | collaborat(?:es?|ed|ing)\b |
                (?<!in\s)collaborations?\b |
                licen[cs](?:e|es|ing)\s(?:\w+\s)?(?:agreement|deal|pact|option) |
                (?:out|in)-licen[cs]\w+ | licenses\b |
                (?:exclusive|global|worldwide)\s(?:\w+\s){0,3}(?:rights?|licen[cs]e|agreement) |
                joint\s(?:venture|development) | \bjvs?\b | team(?:s|ed|ing)?\s(?:up\s)?with |
                teams\sup | join(?:s|ed|ing)?\sforces |
                strategic\s(?:\w+\s)?(?:alliance|agreement|relationship) | alliance\swith |
                forms?\s(?:\w+\s){0,2}alliance | memorandum\sof\sunderstanding | \bmou\b |
                letter\sof\sintent | \bloi\b |
                non-binding\s(?:\w+\s){0,2}(?:term\ssheet|agreement|letter) | ties\sup\swith |
                pacts?\b |
                co-?(?:develop|promot|commerciali[sz]|market)\w* |
                (?:distribution|commerciali[sz]ation|development|manufacturing|marketing|research|
                    framework|cooperation|reseller|data[\s-]sharing|co-\w+)\s(?:\w+\s)?(?:agreement|
                    deal|partner\w*) |
                (?:sign\w*|enter\w*|announc\w+|ink\w*|execut\w+|strik\w+|reach\w*)\s(?:into\s)?
                    (?:[\w$'.,&-]+\s){0,6}?(?:agreements?|deal)\s(?:with|to\s(?:develop|license|
                    distribute|sell|study|supply|commerciali[sz]e|market))\b |
                (?:signs|strikes|inks)\s(?:\w+\s){0,4}deal\b |
                (?:after|following|on)\s(?!(?:budget|ceasefire|china|debt|iran|labou?r|peace|tariff|
                    tax|trade|union)\s)(?-i:[A-Z][a-z]\w+)\sdeal\b |
                expands?\s(?:\w+\s){0,3}(?:relationship|agreement)\swith |
                milestone\spayments?\b | (?:reacquires|regains)\s(?:\w+\s){0,3}rights\b |
                (?:chooses|picks|selects|taps)\s(?:[\w.'&-]+\s){1,4}as\s(?:[\w-]+\s){0,3}partner\b |
                \$[\d.,]+\s?(?:m|mln|million)\s(?:[\w-]+\s){0,3}milestone\b |
                ^(?-i:[A-Z])[\w.&' -]+(?:,|\sand)\s(?-i:[A-Z])[\w.&' ]+\s
                    (?:co-\w+|develop|expand|extend|join|partner|sign|team|unite)\b
            )
        """,
    ),
)
