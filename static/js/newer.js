// A sector's page stays as it was opened, so that what was opened on it can be read to its end. That a newer reading
// has come is said above it.
(function () {
  "use strict";
  const place = document.getElementById("newer");
  const hero = document.querySelector(".hero[data-version]");
  if (!place || !hero) return;

  window.addEventListener("sectorlight:frame", ({ detail: frame }) => {
    if (frame.kind !== "cards") return;
    const news = frame.cards.find((card) => card.sector === place.dataset.sector);
    if (!news || news.version <= Number(hero.dataset.version)) return;
    hero.dataset.version = news.version;
    if (!place.querySelector(".toast")) place.append(place.querySelector("template").content.cloneNode(true));
  });
})();
