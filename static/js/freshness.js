// Ages tick here. The server gives moments (ms since 1970, market time) and the hours of the sessions; this
// file only subtracts. A reading goes stale by itself at the user's limit, connected or not.
(function () {
  "use strict";
  const LATE_MINUTES = 45;
  const status = document.getElementById("market-status");
  if (!status) return;
  const windows = JSON.parse(status.dataset.windows || "[]");
  const anchor = { market: Number(status.dataset.now), wall: Date.now(), speed: Number(status.dataset.speed) };
  const PHASES = ["Pre-market", "Regular session", "After hours"];
  const NEXT = ["opens", "closes", "ends"];
  let reloading = false;

  function now() {
    return anchor.market + (Date.now() - anchor.wall) * anchor.speed;
  }

  function sessionMinutes(from, to) {
    let total = 0;
    for (const [start, , , end] of windows) total += Math.max(0, Math.min(to, end) - Math.max(from, start));
    return total / 60000;
  }

  // The server knows sessions further back than the page does: what is older than all of them is just old.
  function age(from, moment = now()) {
    return windows.length && from < windows[0][0] ? Infinity : sessionMinutes(from, moment);
  }

  function shortAge(minutes) {
    const seconds = Math.max(0, Math.floor(minutes * 60));
    if (seconds < 60) return seconds + " s";
    const whole = Math.floor(seconds / 60);
    return whole < 60 ? whole + " m" : Math.floor(whole / 60) + " h " + (whole % 60) + " m";
  }

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

  function clockIn(zone, moment) {
    const format = { timeZone: zone, hour: "numeric", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    return new Intl.DateTimeFormat("en-GB", format).format(moment).replace(/^0(?=\d:)/, "");
  }

  function dayIn(zone, moment) {
    const format = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" };
    return new Intl.DateTimeFormat("en-CA", format).format(moment);
  }

  function say(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function slot(name) {
    return status.querySelector('[data-slot="' + name + '"]');
  }

  function tickClock(moment) {
    say(slot("clock"), clockIn("America/New_York", moment));
    const zone = status.dataset.zone;
    if (zone && zone !== "America/New_York") {
      say(slot("own-clock"), clockIn(zone, moment) + " in " + zone.split("/").pop().replaceAll("_", " "));
    }
    const today = windows.find(([start, , , end]) => start <= moment && moment < end);
    const phase = today ? (moment < today[1] ? 0 : moment < today[2] ? 1 : 2) : -1;
    say(slot("phase"), phase < 0 ? "Market closed" : PHASES[phase]);
    if (phase >= 0) say(slot("phase-next"), NEXT[phase] + " in " + inWords(today[phase + 1] - moment));
  }

  function tickData(moment) {
    const oldest = Number(status.dataset.oldest);
    if (!oldest) return;
    say(slot("data-age"), "Data " + dataAge(moment - oldest) + " old");
    if (moment - oldest < 43200000) say(slot("data-oldest"), "oldest input: " + clockIn("America/New_York", oldest));
    slot("data-age").classList.toggle("late-age", age(oldest) > LATE_MINUTES);
  }

  function tickCard(card) {
    const minutes = age(Number(card.dataset.asOf));
    const badge = card.querySelector('[data-slot="age"]');
    const stale = minutes > Number(status.dataset.staleMinutes);
    const late = minutes > LATE_MINUTES || stale || badge?.classList.contains("late");
    if (badge && Number.isFinite(minutes)) say(badge, shortAge(minutes) + (late ? " old" : ""));
    if (badge && late) badge.className = "badge late";
    if (stale && (card.dataset.state === "normal" || card.dataset.state === "noise")) card.dataset.state = "stale";
    const small = stale && document.querySelector('.glance [href="#' + card.id + '"]');
    if (small) small.setAttribute("data-dim", "");
  }

  // As the server says a length of time in the bar: whole minutes, and no minutes beside full hours.
  function spanWords(minutes) {
    const whole = Math.floor(minutes);
    if (whole < 1) return "less than a minute";
    if (whole < 60) return whole + " min";
    return Math.floor(whole / 60) + " h" + (whole % 60 ? " " + (whole % 60) + " min" : "");
  }

  // Only the lengths in the bar's headline are said anew: what they are the age of stays the server's.
  function headlineNow(bar, text, moment) {
    if (bar.dataset.state === "overdue") {
      const late = age(Number(bar.dataset.board), moment);
      return Number.isFinite(late) ? text.replace(/(is overdue: ).+( since the board)/, "$1" + spanWords(late) + "$2") : text;
    }
    const asOf = Number(bar.dataset.asOf);
    const minutes = age(asOf, moment), wall = Math.max(0, moment - asOf) / 60000;
    const [, subject] = text.match(/^(Full analysis as of .+?)(?:, |: ).+\.$/) || [];
    if (!subject || !Number.isFinite(minutes)) return text;
    if (bar.dataset.state !== "stale") return subject + ", " + spanWords(minutes) + " old.";
    const both = spanWords(minutes) + " of session time, " + spanWords(wall) + " by the clock.";
    return subject + ": " + (minutes === wall ? spanWords(minutes) + " old." : both);
  }

  function tickHeadline(moment) {
    const bar = document.getElementById("freshness");
    const headline = bar?.querySelector('[data-slot="headline"]');
    if (!headline || !["fresh", "aging", "stale", "overdue"].includes(bar.dataset.state) || !Number(bar.dataset.asOf)) return;
    say(headline, headlineNow(bar, headline.textContent, moment));
  }

  // The bar's words come from the server; its light goes by itself, and asks for the words.
  function tickBar() {
    const bar = document.getElementById("freshness");
    if (!bar || !["fresh", "aging", "overdue"].includes(bar.dataset.state) || !Number(bar.dataset.asOf)) return;
    const minutes = age(Number(bar.dataset.asOf));
    const aging = minutes >= Number(status.dataset.freshMinutes);
    const state = minutes > Number(status.dataset.staleMinutes) ? "stale" : aging ? "aging" : "fresh";
    if (state === bar.dataset.state || (bar.dataset.state === "overdue" && state !== "stale")) return;
    bar.dataset.state = state;
    say(bar.querySelector('[data-slot="word"]'), state.toUpperCase());
    window.dispatchEvent(new CustomEvent("sectorlight:aged"));
  }

  function tickCalendar(moment) {
    const calendar = document.querySelector("#calendar[data-day]");
    if (!calendar || calendar.dataset.day === dayIn("America/New_York", moment)) return;
    window.dispatchEvent(new CustomEvent("sectorlight:turned"));
  }

  function tick() {
    const moment = now();
    if (anchor.market) {
      tickClock(moment);
      tickData(moment);
      tickCalendar(moment);
    }
    const stored = document.body.hasAttribute("data-past");
    if (!stored) document.querySelectorAll(".card[data-as-of]").forEach(tickCard);
    if (!stored) tickBar();
    if (!stored && anchor.market) tickHeadline(moment);
    for (const badge of document.querySelectorAll("[data-until]")) {
      if (moment >= Number(badge.dataset.until)) badge.remove();
    }
    for (const count of document.querySelectorAll("[data-countdown]")) {
      const left = Number(count.dataset.countdown) - moment;
      say(count, left > 0 ? (count.dataset.lead || "") + inWords(left) : "out");
    }
  }

  // The product was started again on another market: nothing on this page is of it.
  function readAnew() {
    if (!reloading) location.reload();
    reloading = true;
  }

  window.addEventListener("sectorlight:clock", (event) => {
    if (event.detail.world !== status.dataset.world) return readAnew();
    if (event.detail.now === null) return undefined;
    anchor.market = event.detail.now;
    anchor.wall = Date.now();
    anchor.speed = event.detail.speed;
    tick();
    return undefined;
  });
  window.addEventListener("sectorlight:preferences", (event) => {
    const names = { fresh_minutes: "freshMinutes", stale_minutes: "staleMinutes", time_zone: "zone" };
    for (const [name, key] of Object.entries(names)) status.dataset[key] = event.detail[name];
    if (!event.detail.time_zone) say(slot("own-clock"), "New York time");
  });
  window.addEventListener("sectorlight:shown", tick);
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, 1000);
  tick();
})();
