// The market's time on this page, and ages in session time. The server gives moments (ms since 1970, market time)
// and the hours of the sessions; here is only subtracted, and put into the server's words. `window.sectorlight` is
// there for the scripts behind this one; pages without a top bar have none.
window.sectorlight = (function () {
  "use strict";
  const status = document.getElementById("market-status");
  if (!status) return null;
  const NEW_YORK = "America/New_York", WEEK_DAYS = 7, LATE_MINUTES = 45;
  const anchor = { market: Number(status.dataset.now), wall: Date.now(), speed: Number(status.dataset.speed) };
  let windows = JSON.parse(status.dataset.windows || "[]");

  function now() {
    return anchor.market + (Date.now() - anchor.wall) * anchor.speed;
  }

  function setClock(frame) {
    anchor.market = frame.now;
    anchor.wall = Date.now();
    anchor.speed = frame.speed;
    if (frame.windows) windows = JSON.parse(frame.windows);
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

  function sessionAt(moment) {
    return windows.find(([start, , , end]) => start <= moment && moment <= end);
  }

  function openingAfter(moment) {
    return windows.find(([start]) => start > moment)?.[0];
  }

  function limits() {
    return { fresh: Number(status.dataset.freshMinutes), stale: Number(status.dataset.staleMinutes) };
  }

  // An age against the reader's limits; both limits belong to "aging".
  function stateOf(minutes) {
    const { fresh, stale } = limits();
    if (minutes < fresh) return "fresh";
    return minutes <= stale ? "aging" : "stale";
  }

  function clockIn(zone, moment, seconds = true) {
    const format = { timeZone: zone, hour: "numeric", minute: "2-digit", hourCycle: "h23" };
    if (seconds) format.second = "2-digit";
    return new Intl.DateTimeFormat("en-GB", format).format(moment).replace(/^0(?=\d:)/, "");
  }

  function dayIn(zone, moment) {
    const format = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" };
    return new Intl.DateTimeFormat("en-CA", format).format(moment);
  }

  function daysBetween(from, to) {
    return Math.round((Date.parse(dayIn(NEW_YORK, to)) - Date.parse(dayIn(NEW_YORK, from))) / 86400000);
  }

  // "10:30" today, with the weekday within a week, else with the date.
  function momentWords(from, moment = now(), weekday = "short") {
    const part = (format) => new Intl.DateTimeFormat("en-US", { timeZone: NEW_YORK, ...format }).format(from);
    const clock = clockIn(NEW_YORK, from, false), days = daysBetween(from, moment);
    if (days === 0) return clock;
    const isNear = days > 0 && days < WEEK_DAYS;
    return (isNear ? part({ weekday }) : part({ day: "numeric" }) + " " + part({ month: "short" })) + " " + clock;
  }

  // A coming moment: "4:00", "tomorrow 4:00", "Mon 4:00".
  function comingWords(coming, moment = now()) {
    const clock = clockIn(NEW_YORK, coming, false), days = daysBetween(moment, coming);
    if (days < 2) return (days ? "tomorrow " : "") + clock;
    return new Intl.DateTimeFormat("en-US", { timeZone: NEW_YORK, weekday: "short" }).format(coming) + " " + clock;
  }

  function shortAge(minutes) {
    const seconds = Math.max(0, Math.floor(minutes * 60));
    if (seconds < 60) return seconds + " s";
    const whole = Math.floor(seconds / 60);
    return whole < 60 ? whole + " m" : Math.floor(whole / 60) + " h " + (whole % 60) + " m";
  }

  function spanWords(minutes) {
    const whole = Math.floor(minutes);
    if (whole < 1) return "less than a minute";
    if (whole < 60) return whole + " min";
    return Math.floor(whole / 60) + " h" + (whole % 60 ? " " + (whole % 60) + " min" : "");
  }

  function bothAges(from, moment = now()) {
    const session = spanWords(age(from, moment)), wall = spanWords(Math.max(0, moment - from) / 60000);
    return session === wall ? session : session + " of session time, " + wall + " by the clock";
  }

  // The reader's own clock: "15:42:18 in Paris"; empty without one.
  function ownClock(moment, seconds = true) {
    const zone = status.dataset.zone;
    if (!zone || zone === NEW_YORK) return "";
    return clockIn(zone, moment, seconds) + " in " + zone.split("/").pop().replaceAll("_", " ");
  }

  function say(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  return {
    status, anchor, now, setClock, age, sessionAt, openingAfter, limits, stateOf, clockIn, dayIn, momentWords, comingWords,
    shortAge, spanWords, bothAges, ownClock, say, NEW_YORK, LATE_MINUTES,
  };
})();
