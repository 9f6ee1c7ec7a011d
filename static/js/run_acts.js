// The buttons that ask for a run or cancel one: what came of them is announced, once, and a server that does not
// answer is told of where the button stands. The next answer takes those words away again.
(function () {
  "use strict";
  const ACTS = "#freshness form[data-hx-post], #runs-whole form[data-hx-post], form[data-hx-target='#runs-whole']";
  const UNANSWERED = "No answer from the server; nothing was asked for.";
  const NOT_NOW = "The database does not answer just now; nothing was asked for.";
  const NOT_TAKEN = "The server does not take it from this page. Reload it and try again.";
  const AT_WORK = ["running", "cancelling"];
  const announce = document.getElementById("announce");
  let last = null, isAsking = false;

  // Beside what others say there, so that neither takes the other's words away.
  function tell(words) {
    if (!announce) return;
    announce.querySelector("[data-run]")?.remove();
    const said = Object.assign(document.createElement("span"), { textContent: " " + words });
    said.dataset.run = "";
    announce.append(said);
  }

  function words(form) {
    return form.action.includes("cancel") ? "NOT CANCELLED" : "NOT STARTED";
  }

  function tellInBar(bar, title, why) {
    bar.dataset.state = "failed";
    bar.dataset.unanswered = "";
    bar.removeAttribute("data-auto");
    bar.querySelector('[data-slot="word"]').textContent = title;
    bar.querySelector(".state use").setAttribute("href", "#g-warn");
    const said = Object.assign(document.createElement("b"), { textContent: why });
    bar.querySelector(":scope > p").replaceChildren(said);
    tell(title + ". " + why);
  }

  function toast() {
    return document.querySelector("#runs-whole > .toast[data-unanswered]");
  }

  function tellAboveList(list, title, why) {
    toast()?.remove();
    const place = document.createElement("div"), text = document.createElement("p");
    place.className = "toast err";
    place.dataset.unanswered = "";
    place.setAttribute("role", "alert");
    text.append(Object.assign(document.createElement("b"), { textContent: title }), " " + why);
    place.append(text);
    list.prepend(place);
  }

  function unanswered(event) {
    const form = event.target.closest?.(ACTS);
    if (!form) return;
    const response = event.detail.ctx?.response, status = response?.status || 0;
    // The product's own 503 names a time to try again; that of a proxy may not.
    const isAway = status === 503 && response.headers?.get?.("Retry-After");
    const why = isAway ? NOT_NOW : status && status < 500 ? NOT_TAKEN : UNANSWERED;
    const bar = form.closest("#freshness"), list = document.getElementById("runs-whole");
    if (bar) tellInBar(bar, words(form), why);
    else if (list) tellAboveList(list, words(form), why);
  }

  // What the bar says now: whether a run is under way, and the words of it.
  function shown() {
    const bar = document.getElementById("freshness"), word = bar?.querySelector('[data-slot="word"]')?.textContent;
    if (!word || bar.hasAttribute("data-unanswered")) return null;
    const state = word.startsWith("CANCELLING") ? "cancelling" : bar.dataset.state;
    return { state, word, text: bar.querySelector(":scope > p").textContent.trim().replace(/\s+/g, " ") };
  }

  // Started, being cancelled, ended or refused; what merely ages is not said here.
  function follow() {
    const before = last, now = shown();
    if (now) last = now;
    if (!now || !before || now.state === before.state) return;
    if (now.state === "running" && before.state !== "cancelling") tell("Run started. " + now.text);
    else if (now.state === "cancelling" || now.state === "refused") tell(now.word + ". " + now.text);
    else if (AT_WORK.includes(before.state)) tell("Run ended. " + now.text);
  }

  // The button stays where the keyboard is, so it can be pressed while it has nothing to do.
  function idle(event) {
    const button = event.target.closest?.('#run-button[aria-disabled="true"]');
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const now = shown();
    if (now) tell(now.word + ". " + now.text);
  }

  // Who else waits for the run may have changed since the bar was drawn: the question is that of the moment.
  async function askAnew(event) {
    const form = event.target.closest?.("#freshness #cancel-button")?.form;
    if (!form) return undefined;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isAsking) return undefined;
    isAsking = true;
    const { action } = form, answers = [];
    window.dispatchEvent(new CustomEvent("sectorlight:bar", { detail: answers }));
    await Promise.all(answers).finally(() => { isAsking = false; });
    const now = document.querySelector("#freshness #cancel-button")?.form;
    if (now?.action === action) return now.requestSubmit();
    document.getElementById("run-button")?.focus();
    return tell("Not cancelled. " + (shown()?.text || ""));
  }

  document.addEventListener("click", idle, true);
  document.addEventListener("click", askAnew, true);
  document.addEventListener("htmx:after:swap", (event) => event.detail.ctx.target?.id === "freshness" && follow());
  window.addEventListener("sectorlight:shown", follow);
  document.addEventListener("htmx:response:error", unanswered);
  document.addEventListener("htmx:error", unanswered);
  last = shown();
  document.addEventListener("htmx:after:swap", (event) => event.detail.ctx.swap !== "none" && toast()?.remove());
})();
