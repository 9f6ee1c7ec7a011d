// The bar of the analysis goes by itself from fresh to overdue, aging and stale, in the server's words, and asks the
// server for the rest of them. Where the reader wants it so, it starts a run when a stale board is looked at.
(function () {
  "use strict";
  const market = window.sectorlight;
  if (!market || document.body.hasAttribute("data-past")) return;
  const { say, age, spanWords } = market;
  const OWN = ["fresh", "aging", "stale", "overdue"];
  const ICONS = { fresh: "#g-ok", aging: "#g-clock", overdue: "#g-clock", stale: "#g-warn" };
  const OVERNIGHT = "Run a fresh one if overnight news matters to you.";
  const ADVICE = {
    fresh: "",
    overdue: "It goes on by itself.",
    stale: "A fresh run is recommended.",
  };

  function isOverdue(bar, moment) {
    return market.sessionAt(moment) && age(Number(bar.dataset.board), moment) > market.LATE_MINUTES;
  }

  function stateNow(bar, moment) {
    const state = market.stateOf(age(Number(bar.dataset.asOf), moment));
    return state !== "stale" && isOverdue(bar, moment) ? "overdue" : state;
  }

  function headline(bar, state, moment) {
    const asOf = Number(bar.dataset.asOf), late = age(Number(bar.dataset.board), moment);
    if (!Number.isFinite(age(asOf, moment)) || !Number.isFinite(late)) return false;
    const lead = isOverdue(bar, moment) ? "Pass overdue, " + spanWords(late) + " since the last; full" : "Full";
    const subject = lead + " analysis as of " + market.momentWords(asOf, moment, "long");
    const both = market.bothAges(asOf, moment);
    if (both.endsWith("by the clock")) return subject + ": " + both + ".";
    return subject + (state === "stale" ? ": " : ", ") + both + " old.";
  }

  // A pass that is overdue leaves what the analysis' own age asks for.
  function advice(bar, state, ageState, moment) {
    const days = [Number(bar.dataset.asOf), moment].map((when) => market.dayIn(market.NEW_YORK, when));
    const aging = days[0] === days[1] ? bar.dataset.events : OVERNIGHT;
    const own = ageState === "aging" ? aging : ADVICE[ageState];
    return state === "overdue" ? (ADVICE.overdue + " " + own).trim() : own;
  }

  function turn(bar, state, ageState, moment) {
    const button = bar.querySelector("#run-button");
    const isAdvised = bar.hasAttribute("data-offers") && ageState !== "fresh";
    bar.dataset.state = state;
    say(bar.querySelector('[data-slot="word"]'), state.toUpperCase());
    bar.dataset.ageState = ageState;
    say(bar.querySelector('[data-slot="advice"]'), advice(bar, state, ageState, moment));
    bar.querySelector(".state use").setAttribute("href", ICONS[state]);
    button?.classList.toggle("primary", isAdvised);
    window.dispatchEvent(new CustomEvent("sectorlight:aged"));
  }

  // Once for all windows and reloads: the server marks the bar only while a run is due, and asks itself again.
  function startByItself() {
    const form = document.querySelector("#freshness[data-auto] form");
    if (!form || document.visibilityState === "hidden") return;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "by_itself", value: "1" }));
    form.requestSubmit();
  }

  document.addEventListener("DOMContentLoaded", startByItself);
  document.addEventListener("visibilitychange", startByItself);
  window.addEventListener("sectorlight:tick", (event) => {
    const bar = document.getElementById("freshness");
    if (!bar || !OWN.includes(bar.dataset.state) || !Number(bar.dataset.asOf) || !market.anchor.market) return;
    const moment = event.detail, state = stateNow(bar, moment);
    const ageState = market.stateOf(age(Number(bar.dataset.asOf), moment));
    if (state !== bar.dataset.state || ageState !== bar.dataset.ageState) turn(bar, state, ageState, moment);
    const words = headline(bar, state, moment);
    if (words) say(bar.querySelector('[data-slot="headline"]'), words);
  });
})();
