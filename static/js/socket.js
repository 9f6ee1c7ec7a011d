// One WebSocket, kept alive for ever: full-jitter retries without end, a watchdog for a stalled stream, a fresh
// start on waking up. What it receives it hands on as "sectorlight:frame"; what it knows of itself it shows in
// the top bar, silent for the first five seconds of an outage. The age of the data is another cell's matter. In a
// longer outage the page asks by plain request; that finds out, too, when the session has ended.
(function () {
  "use strict";
  const SILENT_MS = 5000, STALLED_MS = 25000, OFFLINE_MS = 30000, POLL_MS = 30000;
  const LOGGED_OUT = 4401, AFTER_LOG_OUT_MS = 3000;
  const FIRST_DELAY_MS = 500, LONGEST_DELAY_MS = 5000;
  const status = document.getElementById("market-status");
  let socket = null;
  let attempt = 0;
  let retryAt = 0;
  let retryTimer = 0;
  let openedAt = 0;
  let lastMessageAt = 0;
  let lostAt = Date.now();
  let polledAt = Date.now();
  let opened = false;

  function address() {
    const scheme = location.protocol === "https:" ? "wss://" : "ws://";
    const shown = document.querySelector("#board, .hero[data-version]");
    // A page without a light wants the clock and the preferences only: no card is newer than this.
    const version = shown ? shown.dataset.version : Number.MAX_SAFE_INTEGER;
    return scheme + location.host + "/ws/board/?version=" + version + "&view=" + (shown?.dataset.view || "board");
  }

  function connect() {
    clearTimeout(retryTimer);
    retryAt = 0;
    if (socket) forget(socket);
    socket = new WebSocket(address());
    openedAt = Date.now();
    // A stream that had gone quiet is connected again with its next message, not with its next try.
    if (!lostAt) lostAt = Math.max(lastMessageAt, openedAt - SILENT_MS);
    socket.addEventListener("message", receive);
    socket.addEventListener("close", closed);
  }

  function forget(old) {
    old.removeEventListener("message", receive);
    old.removeEventListener("close", closed);
    old.close();
  }

  function receive(event) {
    const again = lostAt !== 0;
    lastMessageAt = Date.now();
    attempt = 0;
    lostAt = 0;
    const frame = JSON.parse(event.data);
    if (again) window.dispatchEvent(new CustomEvent("sectorlight:connected"));
    opened = true;
    for (const kind of ["clock", "preferences"]) {
      if (frame.kind === kind) window.dispatchEvent(new CustomEvent("sectorlight:" + kind, { detail: frame }));
    }
    window.dispatchEvent(new CustomEvent("sectorlight:frame", { detail: frame }));
    show();
  }

  // After a log-out the page asks first: it is taken to the log-in, or its own session goes on.
  function closed(event) {
    if (!lostAt) lostAt = Date.now();
    const loggedOut = event.code === LOGGED_OUT;
    if (loggedOut) window.dispatchEvent(new CustomEvent("sectorlight:poll"));
    retry(loggedOut ? AFTER_LOG_OUT_MS : 0);
    show();
  }

  function retry(least) {
    attempt += 1;
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
    const delay = least + Math.random() * ceiling;
    retryAt = Date.now() + delay;
    clearTimeout(retryTimer);
    retryTimer = setTimeout(connect, delay);
  }

  // A laptop that slept, a network that changed, a stream that went quiet: do not wait for the browser to notice.
  function check() {
    const quiet = Date.now() - Math.max(openedAt, lastMessageAt);
    const open = socket && socket.readyState <= WebSocket.OPEN;
    if (open && quiet > STALLED_MS) connect();
    if (lostAt && Date.now() - lostAt > OFFLINE_MS && Date.now() - polledAt > POLL_MS) {
      polledAt = Date.now();
      window.dispatchEvent(new CustomEvent("sectorlight:poll"));
    }
    show();
  }

  function wake() {
    if (document.visibilityState === "hidden") return;
    if (lostAt || Date.now() - lastMessageAt > STALLED_MS / 2) connect();
  }

  function put(name, text) {
    const cell = status.querySelector('[data-slot="' + name + '"]');
    if (cell.textContent !== text) cell.textContent = text;
  }

  function show() {
    const dot = status.querySelector('[data-slot="dot"]');
    const outage = lostAt ? Date.now() - lostAt : 0;
    if (document.body.hasAttribute("data-paused")) {
      dot.className = "dot try";
      put("connection", "Paused");
      return put("connection-note", "Space goes on");
    }
    if (!lostAt || (opened && outage < SILENT_MS)) {
      dot.className = "dot";
      put("connection", "Connected");
      return put("connection-note", "message " + Math.round((Date.now() - lastMessageAt) / 1000) + " s ago");
    }
    dot.className = outage > OFFLINE_MS ? "dot off" : "dot try";
    put("connection", outage > OFFLINE_MS ? "Offline" : opened ? "Reconnecting" : "Connecting");
    const left = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    return put("connection-note", attempt ? "retry " + attempt + (left ? " in " + left + " s" : " now") : "last known stays");
  }

  setInterval(check, 1000);
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", connect);
  window.addEventListener("pageshow", (event) => event.persisted && connect());
  window.addEventListener("sectorlight:pause", show);
  connect();
})();
