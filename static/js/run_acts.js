// The buttons that ask for a run or cancel one: what came of them is announced, once, and a server that does not
// answer is told of where the button stands. The next answer takes those words away again.
(function () {
  "use strict";
  const ACTS = "#freshness form[data-hx-post], #runs-whole form[data-hx-post], form[data-hx-target='#runs-whole']";
  const UNANSWERED = "No answer from the server; nothing was asked for.";
  const NOT_TAKEN = "The server does not take it from this page. Reload it and try again.";
  const announce = document.getElementById("announce");

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
    const status = event.detail.ctx?.response?.status || 0, why = status && status < 500 ? NOT_TAKEN : UNANSWERED;
    const bar = form.closest("#freshness"), list = document.getElementById("runs-whole");
    if (bar) tellInBar(bar, words(form), why);
    else if (list) tellAboveList(list, words(form), why);
  }

  document.addEventListener("htmx:response:error", unanswered);
  document.addEventListener("htmx:error", unanswered);
  document.addEventListener("htmx:after:swap", (event) => event.detail.ctx.swap !== "none" && toast()?.remove());
})();
