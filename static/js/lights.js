// Lights age by themselves, connected or not: a card, its line or its page passes from fresh to aging to stale at
// the reader's own limits. Past the second its light is out and says why; a limit that grows lights it again.
(function () {
  "use strict";
  const market = window.sectorlight;
  if (!market || document.body.hasAttribute("data-past")) return;
  const { say } = market;
  const NAMED = 3;
  const SHORTS = ["dark_red", "light_red"], LEAVE = ["light_green", "dark_green"];

  function staleWords(moment, isOut) {
    const words = market.momentWords(moment);
    if (!isOut) return "Last known, from " + words;
    return "Past your limit of " + market.spanWords(market.limits().stale) + "; data of " + words;
  }

  function tickBadge(light, minutes, state) {
    const badge = light.querySelector('[data-slot="age"]');
    if (!badge || !Number.isFinite(minutes)) return;
    const isLate = light.dataset.lit === "stale" || state !== "fresh" || minutes > market.LATE_MINUTES;
    say(badge, market.shortAge(minutes) + (state === "aging" ? " aging" : isLate ? " old" : ""));
    badge.className = isLate ? "badge late" : "strong";
  }

  // Returns the state that the light has just come to, or "".
  function tickLight(light) {
    const moment = Number(light.dataset.asOf), minutes = market.age(moment);
    const state = market.stateOf(minutes), isOut = state === "stale", before = light.dataset.age;
    light.dataset.age = state;
    if (light.dataset.lit) light.dataset.state = isOut ? "stale" : light.dataset.lit;
    if (isOut || light.dataset.lit === "stale") say(light.querySelector(".stale-line"), staleWords(moment, isOut));
    tickBadge(light, minutes, state);
    say(light.querySelector('[data-slot="as-of"]'), market.momentWords(moment));
    if (Number.isFinite(minutes)) say(light.querySelector('[data-slot="both-ages"]'), market.bothAges(moment));
    say(light.querySelector('[data-slot="out"]'), isOut ? "past your limit" : "");
    return before === state ? "" : state;
  }

  // The strip counts the lights that are within the limit, in the server's words.
  function tickStrip() {
    const cards = [...document.querySelectorAll(".board .card")];
    const known = cards.filter((card) => card.dataset.lit);
    const favour = document.querySelector('.strip [data-slot="favour"]');
    if (!favour || !known.length) return;
    const lit = known.filter((card) => card.dataset.age !== "stale");
    const of = (bands, ...drawn) =>
      lit.filter((card) => bands.includes(card.dataset.band) && drawn.includes(card.dataset.lit));
    const shorts = of(SHORTS, "normal"), leans = of([...SHORTS, ...LEAVE], "noise");
    const verb = shorts.length === 1 ? " sectors favours shorts" : " sectors favour shorts";
    say(favour, lit.length ? shorts.length + " of " + cards.length + verb : "No light is within your limit");
    const parts = [
      [leans, leans.length === 1 ? "leans, within noise" : "lean, within noise"],
      [of(["blue_neutral"], "normal", "noise"), "neutral"],
      [of(LEAVE, "normal"), "to leave alone"],
      [lit.filter((card) => card.dataset.lit === "stale"), "late"],
      [cards.filter((card) => card.dataset.band === "none"), "without a verdict"],
      [known.filter((card) => card.dataset.age === "stale"), "past your limit"],
    ];
    const rest = parts.filter(([counted]) => counted.length).map(([counted, words]) => counted.length + " " + words);
    say(document.querySelector('.strip [data-slot="rest"]'), rest.join(" · "));
  }

  function told(cards, words) {
    if (!cards.length) return "";
    const names = cards.map((card) => card.querySelector(".open").textContent.trim());
    return (names.length > NAMED ? names.length + " sectors" : names.join(", ")) + words;
  }

  // One announcement for all lights that turn at once.
  function announce(turned) {
    const region = document.getElementById("announce"), { fresh, stale } = market.limits();
    if (!region) return;
    const out = told(turned.stale, ": past your limit of " + market.spanWords(stale) + ", the light is out.");
    const aging = told(turned.aging, ": aging, " + market.spanWords(fresh) + " old or more.");
    if (out || aging) region.textContent = [out, aging].filter(Boolean).join(" ");
  }

  function tick() {
    const turned = { fresh: [], aging: [], stale: [] };
    for (const light of document.querySelectorAll("[data-as-of][data-age]")) {
      const state = tickLight(light);
      if (state && light.matches(".board .card[data-lit]")) turned[state].push(light);
    }
    tickStrip();
    announce(turned);
    for (const words of document.querySelectorAll("[data-age-of]")) {
      const minutes = market.age(Number(words.dataset.ageOf));
      if (Number.isFinite(minutes)) say(words, market.shortAge(minutes) + " old in session time");
    }
  }

  window.addEventListener("sectorlight:tick", tick);
})();
