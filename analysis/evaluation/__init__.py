"""How the product's own lights fall on recorded real days: boards of every session, then counts of them.

    folder -> `panel` (wide arrays) -> `members` (the universe of each session) -> `boards` (one input frame
    each) -> `days` (the same `score_board` as live) -> `tables` (counts) -> `report` (Markdown)

`halfhours` does the same for the few sessions of which half-hour bars were recorded. What was drawn between
two recorded closes is refused: a path to a known close knows the future. Only `panel` and `halfhours` read
files; nothing here reads a clock, a setting, a database or the network.
"""
