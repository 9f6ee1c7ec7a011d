// What ticks on every page: the top bar, the calendar's day, countdowns. Lights and the bar of the analysis have
// scripts of their own, which follow "sectorlight:tick".
(function () {
  "use strict";
  const market = window.sectorlight;
  if (!market) return;
  const { status, anchor, say, clockIn, NEW_YORK } = market;
  const PHASES = ["Pre-market", "Regular session", "After hours"];
  const NEXT = ["opens", "closes", "ends"];
  // A stored board stands as it stood: nothing on it runs out by today's clock.
  const isPast = document.body.hasAttribute("data-past");
  let reloading = false;

  function dataAge(ms) {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    if (seconds < 60) return seconds + " s";
    if (seconds < 3600) return Math.floor(seconds / 60) + " m " + (seconds % 60) + " s";
    const hours = Math.floor(seconds / 3600);
    if (hours < 48) return hours + " h " + Math.floor((seconds % 3600) / 60) + " m";
    return Math.floor(hours / 24) + " d " + (hours % 24) + " h";
  }

  function inWords(ms) {
    const minutes = Math.floor(ms / 60000);
    if (minutes < 1) return "less than a minute";
    return minutes < 60 ? minutes + " m" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " m";
  }

  function slot(name) {
    return status.querySelector('[data-slot="' + name + '"]');
  }

  function tickClock(moment) {
    say(slot("clock"), clockIn(NEW_YORK, moment));
    say(slot("own-clock"), market.ownClock(moment) || "New York time");
    const today = market.sessionAt(moment);
    const phase = !today || moment === today[3] ? -1 : moment < today[1] ? 0 : moment < today[2] ? 1 : 2;
    say(slot("phase"), phase < 0 ? "Market closed" : PHASES[phase]);
    if (phase >= 0) return say(slot("phase-next"), NEXT[phase] + " in " + inWords(today[phase + 1] - moment));
    const opening = market.openingAfter(moment);
    return say(slot("phase-next"), opening ? "opens " + market.comingWords(opening, moment) : "");
  }

  function tickData(moment) {
    const oldest = Number(status.dataset.oldest);
    if (!oldest) return;
    say(slot("data-age"), "Data " + dataAge(moment - oldest) + " old");
    if (moment - oldest < 43200000) say(slot("data-oldest"), "oldest input: " + clockIn(NEW_YORK, oldest));
    slot("data-age").classList.toggle("late-age", market.age(oldest) > market.LATE_MINUTES);
  }

  function tickCalendar(moment) {
    const calendar = document.querySelector("#calendar[data-day]");
    if (!calendar || calendar.dataset.day === market.dayIn(NEW_YORK, moment)) return;
    window.dispatchEvent(new CustomEvent("sectorlight:turned"));
  }

  function countDown(moment) {
    for (const badge of document.querySelectorAll("[data-until]")) {
      if (moment >= Number(badge.dataset.until)) badge.remove();
    }
    for (const count of document.querySelectorAll("[data-countdown]")) {
      const left = Number(count.dataset.countdown) - moment;
      say(count, left > 0 ? (count.dataset.lead || "") + inWords(left) : "out");
    }
  }

  function tick() {
    const moment = market.now();
    if (anchor.market) {
      tickClock(moment);
      tickData(moment);
      tickCalendar(moment);
    }
    window.dispatchEvent(new CustomEvent("sectorlight:tick", { detail: moment }));
    if (!isPast) countDown(moment);
    for (const own of document.querySelectorAll("[data-own]")) say(own, market.ownClock(Number(own.dataset.own)));
  }

  // The product was started again on another market: nothing on this page is of it.
  function readAnew() {
    if (!reloading) location.reload();
    reloading = true;
  }

  window.addEventListener("sectorlight:clock", (event) => {
    if (event.detail.world !== status.dataset.world) return readAnew();
    if (event.detail.now === null) return undefined;
    market.setClock(event.detail);
    tick();
    return undefined;
  });
  window.addEventListener("sectorlight:preferences", (event) => {
    const names = { fresh_minutes: "freshMinutes", stale_minutes: "staleMinutes", time_zone: "zone" };
    for (const [name, key] of Object.entries(names)) status.dataset[key] = event.detail[name];
    tick();
  });
  window.addEventListener("sectorlight:shown", tick);
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, 1000);
  // The scripts behind this one have not run yet.
  addEventListener("DOMContentLoaded", tick);
})();
