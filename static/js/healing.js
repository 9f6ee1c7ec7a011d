// A page that needs the database while it is away opens by itself when it is back. It asks for a sign of the database,
// not for the page, and spreads the reloads: many wait for the same moment. Busy is not back, and an answer that hangs is none.
(function () {
  "use strict";
  const FIRST_MS = 2000, SPREAD_MS = 1500, PATIENCE_MS = 10000;

  async function ask() {
    const how = { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) };
    const told = await fetch("/health/database", how).then((answer) => answer.json()).catch(() => ({}));
    if (told.status === "ok") return setTimeout(() => location.reload(), Math.random() * SPREAD_MS);
    return setTimeout(ask, FIRST_MS + Math.random() * SPREAD_MS);
  }

  setTimeout(ask, FIRST_MS + Math.random() * SPREAD_MS);
})();
