// The banners of an outage on a page that is open: they come and go with what the server says of itself. A server
// that says nothing is told of in the top bar.
(function () {
  "use strict";
  const place = document.getElementById("outages");
  if (!place) return;

  window.addEventListener("sectorlight:clock", ({ detail: frame }) => {
    if (frame.outages === undefined || frame.outages.trim() === place.innerHTML.trim()) return;
    place.innerHTML = frame.outages;
  });
})();
