// Keys of every page: 1 to 8 open a sector, / opens the search, R asks for a run, B goes to the board, ? lists
// them. Nothing happens while something is typed or a modifier is held.
(function () {
  "use strict";
  const TYPING = "input, textarea, select, [contenteditable]";

  function openSector(key) {
    const links = document.querySelectorAll(".board .open, .crumbs a");
    const link = links[Number(key) - 1];
    if (link) link.click();
  }

  // The button of the search; where nobody is known, a plain field.
  function openSearch() {
    const find = document.getElementById("find");
    return find?.matches("input") ? find.focus() : find?.click();
  }

  function act(event) {
    if (/^[1-8]$/.test(event.key)) return openSector(event.key);
    if (event.key === "/") return openSearch();
    if (event.key === "?") return document.getElementById("keys-help")?.showModal();
    if (event.key.toLowerCase() === "b") return document.querySelector(".nav a")?.click();
    if (event.key.toLowerCase() === "r") return document.getElementById("run-button")?.click();
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    // Until the browser draws again, the focus stays in the field of a search that has just closed.
    const isTyped = event.target.closest(TYPING)?.checkVisibility();
    if (isTyped || document.querySelector("dialog[open]")) return;
    if (act(event) !== false) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details:is(.menu, .age)[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details:is(.menu, .age)[open]")) menu.open = false;
  });
})();
