"""What each factor of a score rests on, in one line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectors import figures

Inputs = Mapping[str, float]

LABELS = {"volatility": "Volatility", "volume": "Volume", "catalyst": "Catalyst", "technical": "Technical"}
UNKNOWN = {
    "volatility": "no weight stored, so 1.0",
    "volume": "no usual volume of movers known, so 1.0",
    "catalyst": "no catalyst record for this sector, so 1.0",
    "technical": "no 20-session levels known, so 1.0",
}


def factor_words(name: str, inputs: Inputs, base: float) -> str:
    """One line about a known factor; a factor without a sentence lists its inputs."""
    if name in SENTENCES:
        return SENTENCES[name](inputs, base)
    return ", ".join(f"{label.replace('_', ' ')} {figures.plain(value)}" for label, value in inputs.items())


def unknown_words(name: str, base: float) -> str:
    """Why a factor stands at 1.0."""
    if base == 0:
        return "the base is 0, so 1.0"
    return UNKNOWN.get(name, "input missing, so 1.0")


def _volatility(inputs: Inputs, base: float) -> str:
    share = inputs.get("measured_share", 0.0)
    if not share:
        return "the sector’s weight"
    by_hand = figures.plain(inputs.get("set"), 2)
    if "realised" not in inputs:
        return f"{by_hand} as set by hand: too few sessions known to measure the volatility"
    measured = (
        f"measured: {figures.times(inputs['realised'], 2)} as volatile as the universe over 60 sessions"
    )
    if inputs.get("counted", inputs["realised"]) != inputs["realised"]:
        measured += f", counted as {figures.plain(inputs['counted'], 2)}"
    return measured if share == 1 else f"{share:.0%} {measured}, the rest {by_hand} set by hand"


def _volume(inputs: Inputs, base: float) -> str:
    movers = "falling" if base < 0 else "rising"
    return f"{movers} members trade {figures.times(inputs.get('ratio'), 2)} what is usual for movers"


def _catalyst(inputs: Inputs, base: float) -> str:
    count = figures.number_of(int(inputs.get("count", 0)), "catalyst")
    usual = figures.plain(inputs.get("usual"), 1)
    return f"{count} in 24 h, usually {usual}; tone {figures.signed(inputs.get('tone'))}"


def _technical(inputs: Inputs, base: float) -> str:
    level = "low" if base < 0 else "high"
    net = inputs.get("net", 0.0)
    does = "are beyond" if net >= 0 else "run into"
    return f"net {figures.plain(abs(net) * 100, 0)}% of members {does} their 20-session {level}"


SENTENCES: dict[str, Callable[[Inputs, float], str]] = {
    "volatility": _volatility,
    "volume": _volume,
    "catalyst": _catalyst,
    "technical": _technical,
}
