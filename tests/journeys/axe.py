"""axe-core in a page: WCAG 2.0 to 2.2, A and AA, and its best practices; target size on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    # What passes is named for nobody, and it is most of a long answer.
    "resultTypes": ["violations"],
}
#: The rules that look at colours: a look changes nothing else.
COLOURS = RULES | {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "rules": {},
}
LOOKS = (("dark", "trader"), ("light", "trader"), ("contrast", "safe"), ("light", "safe"))
#: The first and the last visible element of each kind. Elements of a kind have the same place among classes,
#: and their words are painted alike on the same grounds: the rows of a table are not measured one by one.
OF_EACH_KIND = """() => {
  const grounds = new Map([[null, ""]]), kinds = new Map();
  const ground = (element) => {
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter].join();
      grounds.set(element, `${ground(element.parentElement)}|${element.className} ${own}`);
    }
    return grounds.get(element);
  };
  const speaks = (element) => element.matches("a, input, select, textarea")
    || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  for (const element of document.body.querySelectorAll("*")) {
    if (!speaks(element) || !element.checkVisibility()) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const kind = [element.localName, color, fontSize, fontWeight, textShadow, ground(element)].join();
    kinds.set(kind, [...(kinds.get(kind) ?? []), element]);
  }
  return [...kinds.values()].flatMap((all) => (all.length > 1 ? [all[0], all.at(-1)] : all));
}"""


def violations(page: Page) -> list[str]:
    """What axe finds in the whole page."""
    return _found(page, "() => document", RULES)


def violations_of_looks(page: Page, *, first: int = 0) -> dict[str, list[str]]:
    """What axe finds in each look: everything in the ``first`` of them, and colours in the others."""
    found = {}
    for place, (theme, palette) in enumerate((*LOOKS[first:], *LOOKS[:first])):
        page.evaluate(
            "([t, p]) => Object.assign(document.documentElement.dataset, { theme: t, palette: p })",
            [theme, palette],
        )
        told = _found(page, OF_EACH_KIND, COLOURS) if place else violations(page)
        if told:
            found[f"{theme}, {palette}"] = told
    return found


def _found(page: Page, where: str, rules: dict[str, Any]) -> list[str]:
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        f"async rules => (await axe.run(({where})(), rules)).violations", rules
    )
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"][:3]
    ]
