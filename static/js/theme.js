// Theme and palette: the saved preference comes with the page; the two buttons of the top bar override it in
// this browser until another preference is saved.
(function () {
  "use strict";
  const root = document.documentElement;
  const choices = { theme: ["dark", "light", "contrast"], palette: ["trader", "safe"] };
  const saved = { theme: root.dataset.theme, palette: root.dataset.palette };

  function remembered(name) {
    try {
      const kept = JSON.parse(localStorage.getItem("sectorlight." + name) || "null");
      return kept && kept.saved === saved[name] && choices[name].includes(kept.value) ? kept.value : null;
    } catch {
      return null;
    }
  }

  function remember(name, value) {
    try {
      localStorage.setItem("sectorlight." + name, JSON.stringify({ saved: saved[name], value }));
    } catch {
      // Private windows may refuse storage: the choice then holds for this page only.
    }
  }

  function show(name) {
    root.dataset[name] = remembered(name) || saved[name];
  }

  function turn(name) {
    const values = choices[name];
    root.dataset[name] = values[(values.indexOf(root.dataset[name]) + 1) % values.length];
    remember(name, root.dataset[name]);
  }

  show("theme");
  show("palette");
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (button) turn(button.dataset.toggle);
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-toggle]")) button.hidden = false;
  });
  // Another window saved other preferences: take them over without a reload.
  window.addEventListener("sectorlight:preferences", (event) => {
    for (const name of ["theme", "palette"]) {
      if (!choices[name].includes(event.detail[name])) continue;
      saved[name] = event.detail[name];
      show(name);
    }
  });
})();
