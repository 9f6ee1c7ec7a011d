// The search over everything, on every page: Ctrl+K or the button of the top bar. The server finds and draws; this
// file asks while something is typed, moves the choice, and remembers which stocks were looked up.
(function () {
  "use strict";
  const TYPED_MS = 80, SLOW_MS = 200, AWAY_MS = 6000, RECENT_MAX = 6;
  const dialog = document.getElementById("finder");
  const opener = document.getElementById("find");

  function isShortcut(event) {
    const held = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    return held && event.key.toLowerCase() === "k";
  }

  // A page for nobody in particular has no dialog, only a plain field.
  if (!dialog) {
    document.addEventListener("keydown", (event) => {
      if (!isShortcut(event) || !opener) return;
      event.preventDefault();
      opener.focus();
    });
    return;
  }

  const input = document.getElementById("finder-input");
  const list = document.getElementById("finder-list");
  const note = dialog.querySelector('[data-slot="note"]');
  const said = dialog.querySelector('[data-slot="said"]');
  const store = "sectorlight.looked-up." + dialog.dataset.reader;
  const options = () => [...list.querySelectorAll('[role="option"]')];
  let chosen = null, answered = null, asked = null, goes = false, typing = 0;

  function recent() {
    try {
      const kept = JSON.parse(localStorage.getItem(store) || "[]");
      return Array.isArray(kept) ? kept.filter((one) => typeof one === "string").slice(0, RECENT_MAX) : [];
    } catch {
      return [];
    }
  }

  function remember(symbol) {
    try {
      const kept = [symbol, ...recent().filter((other) => other !== symbol)].slice(0, RECENT_MAX);
      localStorage.setItem(store, JSON.stringify(kept));
    } catch {
      // Private windows may refuse storage: then nothing is remembered.
    }
  }

  function choose(option) {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option || null;
    if (!chosen) return input.removeAttribute("aria-activedescendant");
    chosen.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", chosen.id);
    return chosen.scrollIntoView({ block: "nearest" });
  }

  function show(nodes, hasOptions) {
    list.replaceChildren(...(hasOptions ? nodes : []));
    note.replaceChildren(...(hasOptions ? [] : nodes));
    list.hidden = !hasOptions;
    note.hidden = hasOptions || !nodes.length;
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", String(hasOptions));
    choose(options()[0]);
  }

  function sayAway() {
    const bold = document.createElement("b"), how = document.createElement("span");
    bold.textContent = "The server does not answer";
    how.textContent = "Nothing was looked up. Enter asks again.";
    show([bold, how], false);
    said.textContent = bold.textContent + ". " + how.textContent;
  }

  function showAnswer(text) {
    const answer = document.createElement("template");
    answer.innerHTML = text;
    const found = answer.content.querySelector("[data-said]");
    if (!found) return sayAway();
    const hasOptions = Boolean(found.querySelector('[role="option"]'));
    show([...found.children], hasOptions);
    said.textContent = found.dataset.said;
    if (goes && chosen) chosen.click();
    goes = false;
    return undefined;
  }

  function url() {
    const query = new URLSearchParams({ q: input.value.trim() });
    if (!input.value.trim()) query.set("recent", recent().join(","));
    return dialog.dataset.url + "?" + query;
  }

  // Of several questions under way only the newest is answered.
  async function ask() {
    clearTimeout(typing);
    asked?.abort();
    const mine = asked = new AbortController();
    const words = input.value, headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const slow = setTimeout(() => dialog.setAttribute("aria-busy", "true"), SLOW_MS);
    const away = setTimeout(() => mine.abort("away"), AWAY_MS);
    let text = null;
    try {
      const answer = await fetch(url(), { headers, credentials: "same-origin", signal: mine.signal });
      if (answer.headers.get("HX-Redirect")) return location.assign(answer.headers.get("HX-Redirect"));
      if (answer.status === 200) text = await answer.text();
    } catch {
      // Cut off, or nobody there: the text stays empty.
    }
    clearTimeout(slow);
    clearTimeout(away);
    if (mine !== asked || !dialog.open) return undefined;
    dialog.removeAttribute("aria-busy");
    answered = text === null ? null : words;
    if (text !== null) return showAnswer(text);
    goes = false;
    return sayAway();
  }

  function open() {
    if (dialog.open) return;
    for (const other of document.querySelectorAll("dialog[open]")) other.close();
    input.value = "";
    said.textContent = "";
    show([], false);
    dialog.showModal();
    input.focus();
    ask();
  }

  // Who types a symbol and Enter at once means what is found for all of it.
  function go() {
    if (answered === input.value && chosen) return chosen.click();
    if (answered === input.value) return undefined;
    goes = true;
    return ask();
  }

  function move(key) {
    const all = options(), last = all.length - 1, at = all.indexOf(chosen);
    if (key === "ArrowDown") choose(all[at === last ? 0 : at + 1]);
    else if (key === "ArrowUp") choose(all[at <= 0 ? last : at - 1]);
    else choose(all[key === "Home" ? 0 : last]);
  }

  input.addEventListener("input", () => {
    goes = false;
    clearTimeout(typing);
    typing = setTimeout(ask, TYPED_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.shiftKey || event.altKey) return;
    if (event.key === "Enter") go();
    else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) && chosen) move(event.key);
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option && option !== chosen) choose(option);
  });
  // The page of the answer may be the one that is open: nothing else would close the dialog then.
  list.addEventListener("click", (event) => {
    if (event.target.closest("a") && !event.ctrlKey && !event.metaKey && !event.shiftKey) dialog.close();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    clearTimeout(typing);
    asked?.abort();
    goes = false;
    dialog.removeAttribute("aria-busy");
  });

  opener?.setAttribute("role", "button");
  opener?.setAttribute("aria-haspopup", "dialog");
  opener?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (!isShortcut(event) || event.repeat) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  if (/Mac|iP(hone|ad)/.test(navigator.platform)) {
    for (const key of document.querySelectorAll("[data-key]")) key.textContent = "⌘ K";
  }
  const listing = document.querySelector("[data-listing]");
  if (listing) remember(listing.dataset.listing);
})();
