// What a frame changes on the board. Cards come as the HTML that a reload would give; a card that is not newer
// than the shown one is dropped. Everything is morphed in place, so focus, open lists and scroll stay.
(function () {
  "use strict";
  const TURNED_MS = 1200, FLASH_MS = 400, JITTER_MS = 800, BAR_MS = 60000, CALENDAR_MS = 30000, PATIENCE_MS = 10000;
  const HELD_MS = { refused: 20000, failed: 5000 };
  const board = () => document.getElementById("board");
  const waiting = [], shownAsks = new Map();
  let asks = 0, calendarAskedAt = 0, answeredAt = 0, held = 0, told = null, leaving = false;

  function morph(target, text, swap = "outerMorph") {
    return htmx.swap({ sourceElement: target, target, text, swap, transition: false });
  }

  // Lists that the reader has opened stay open in what replaces them.
  function keepOpen(element, text) {
    const open = [...element.querySelectorAll("details[data-keep][open]")].map((list) => list.dataset.keep);
    if (!open.length) return text;
    const incoming = document.createElement("template");
    incoming.innerHTML = text;
    for (const list of incoming.content.querySelectorAll("details[data-keep]")) list.open = open.includes(list.dataset.keep);
    return incoming.innerHTML;
  }

  function prices(card) {
    const cells = [...card.querySelectorAll("tr[id] [data-price]")];
    return new Map(cells.map((cell) => [cell.parentElement.id, cell.textContent]));
  }

  function value(text) {
    return Number(text.replace("−", "-").replace(/[^\d.+-]/g, ""));
  }

  function brief(element, name, ms) {
    element.classList.add(name);
    setTimeout(() => element.classList.remove(name), ms);
  }

  function flash(card, before) {
    for (const cell of card.querySelectorAll("tr[id] [data-price]")) {
      const old = before.get(cell.parentElement.id);
      if (old === undefined) brief(cell.parentElement, "slid", FLASH_MS);
      else if (old !== cell.textContent) brief(cell, value(cell.textContent) > value(old) ? "flash-up" : "flash-dn", FLASH_MS);
    }
  }

  async function applyCard(news) {
    const shown = document.getElementById("card-" + news.sector);
    if (!shown || Number(shown.dataset.version) >= news.version) return "";
    const band = shown.dataset.band, before = prices(shown), hadRows = before.size > 0;
    await morph(shown, keepOpen(shown, news.html));
    const card = document.getElementById("card-" + news.sector);
    if (hadRows) flash(card, before);
    if (card.dataset.band === band) return "";
    card.setAttribute("data-changed", "");
    setTimeout(() => card.removeAttribute("data-changed"), TURNED_MS);
    const words = (name) => card.querySelector(name)?.textContent.trim() || "";
    return words(".open") + " turned " + words(".verdict b") + " " + words(".score");
  }

  async function applyCards(frame) {
    const turned = [];
    for (const news of frame.cards) {
      const said = await applyCard(news);
      if (said) turned.push(said);
    }
    if (frame.version > Number(board().dataset.version)) {
      board().dataset.version = frame.version;
      board().removeAttribute("data-empty");
      await morph(document.getElementById("strip"), frame.strip);
      if (document.getElementById("glance")) await morph(document.getElementById("glance"), frame.glance);
      await morph(document.getElementById("board-modes"), frame.modes);
      document.getElementById("market-status").dataset.oldest = frame.oldest;
      fetchBar();
      setTimeout(fetchCalendar, Math.random() * JITTER_MS);
    }
    const updated = frame.cards.length === 1 ? "1 sector updated" : frame.cards.length + " sectors updated";
    document.getElementById("announce").textContent = turned.concat(updated).join(". ") + ".";
    window.dispatchEvent(new CustomEvent("sectorlight:shown"));
  }

  // Whatever else is answered meanwhile sends to the same place.
  function leave(url) {
    if (!leaving) location.assign(url);
    leaving = true;
  }

  // Of two answers the one that was asked for later stays, whichever arrives last. One that hangs or is cut off is none.
  async function fetched(url, target, swap) {
    const ask = ++asks;
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href }, signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(url, { headers, credentials: "same-origin", signal }).catch(() => null);
    if (answer && answer.headers.get("HX-Redirect")) return leave(answer.headers.get("HX-Redirect"));
    if (!answer || !answer.ok || answer.status !== 200 || !target()) return undefined;
    const text = await answer.text().catch(() => null);
    if (text === null || shownAsks.get(url) > ask) return undefined;
    shownAsks.set(url, ask);
    await morph(target(), keepOpen(target(), text), swap);
    window.dispatchEvent(new CustomEvent("sectorlight:shown"));
    return undefined;
  }

  // The answer to the button, or that there was none, is the newest of all that were asked for.
  function answered(event) {
    const bar = event.target.closest?.("#freshness");
    if (bar) answeredAt = Date.now();
    if (bar) shownAsks.set(bar.dataset.url, ++asks);
  }

  // What a run told while the answer was under way is newer than the answer. Why a run was refused, or that nobody
  // answered, is left to be read for some seconds, unless a button is pressed.
  async function fetchBar(isPressed) {
    const bar = document.getElementById("freshness"), before = told;
    if (!bar || !bar.dataset.url) return;
    const isSaid = bar.dataset.state === "refused" || bar.hasAttribute("data-unanswered");
    const left = isSaid && !isPressed ? answeredAt + HELD_MS[bar.dataset.state] - Date.now() : 0;
    clearTimeout(held);
    if (left > 0) return void (held = setTimeout(fetchBar, left));
    await fetched(bar.dataset.url, () => document.getElementById("freshness"));
    if (told !== before) tell();
  }

  // Puts the newest told percent into a bar that shows a run at work; false for every other bar.
  function tell() {
    const bar = document.getElementById("freshness");
    const running = told.status === "running" && bar?.dataset.state === "running" && bar.querySelector("progress");
    if (!running) return false;
    bar.querySelector('[data-slot="word"]').textContent = told.word;
    bar.querySelector('[data-slot="headline"]').textContent = told.headline;
    bar.querySelector("progress").value = told.percent;
    return true;
  }

  function fetchAlerts() {
    const rail = document.querySelector("[data-alerts-url]");
    if (rail) fetched(rail.dataset.alertsUrl, () => document.getElementById("alerts-rail"));
  }

  function fetchCalendar() {
    const calendar = document.getElementById("calendar");
    calendarAskedAt = Date.now();
    if (calendar && calendar.dataset.url) fetched(calendar.dataset.url, () => document.getElementById("calendar"));
  }

  // The market's day is another than the calendar's: ask until the answer is of the new day.
  function turnCalendar() {
    if (document.body.hasAttribute("data-paused") || Date.now() - calendarAskedAt < CALENDAR_MS) return;
    calendarAskedAt = Date.now();
    setTimeout(fetchCalendar, Math.random() * JITTER_MS);
  }

  // To a poll while updates are paused the answer may lead to the log-in, and shows nothing.
  function fetchBoard(asked) {
    const isHidden = () => asked?.type === "sectorlight:poll" && document.body.hasAttribute("data-paused");
    return fetched(location.pathname + location.search, () => !isHidden() && document.getElementById("live"), "innerMorph");
  }

  function progress(frame) {
    told = frame;
    if (board().hasAttribute("data-empty") && !board().querySelector('[data-state="loading"]')) return fetchBoard();
    return tell() || fetchBar();
  }

  const kinds = { cards: applyCards, progress, preferences: fetchBoard, alerts: () => setTimeout(fetchAlerts, Math.random() * JITTER_MS) };
  let queue = Promise.resolve();

  // One after the other; a fault in one is told, and ends no other.
  const inTurn = (act) => { queue = queue.then(act).catch(reportError); };

  function take(frame) {
    if (!kinds[frame.kind]) return;
    if (document.body.hasAttribute("data-paused")) waiting.push(frame);
    else inTurn(() => kinds[frame.kind](frame));
  }

  function pause() {
    const paused = document.body.toggleAttribute("data-paused");
    document.getElementById("announce").textContent = paused ? "Updates are paused." : "Updates go on.";
    if (!paused) waiting.splice(0).forEach(take);
    window.dispatchEvent(new CustomEvent("sectorlight:pause"));
  }

  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, textarea, select, button, a, summary, dialog");
    if (event.key !== " " || busy?.checkVisibility() || document.body.hasAttribute("data-past")) return;
    event.preventDefault();
    pause();
  });
  for (const end of ["after:request", "response:error", "error"]) document.addEventListener("htmx:" + end, answered);
  window.addEventListener("sectorlight:frame", (event) => take(event.detail));
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("sectorlight:poll", (event) => inTurn(() => fetchBoard(event)));
  window.addEventListener("sectorlight:aged", () => fetchBar());
  window.addEventListener("sectorlight:bar", (event) => event.detail.push(fetchBar(true)));
  window.addEventListener("sectorlight:turned", turnCalendar);
  window.addEventListener("sectorlight:connected", () => {
    for (const ask of [fetchBar, fetchAlerts]) setTimeout(ask, Math.random() * JITTER_MS);
  });
  setInterval(() => document.visibilityState === "visible" && fetchBar(), BAR_MS);
})();
