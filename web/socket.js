// The one connection to Repolis, sought again when it is lost: commands out; messages, and bytes for the viewer, in.

/** The page follows by its style sheet, the city has to be told. */
export const LIGHT = matchMedia("(prefers-color-scheme: light)");

/**
 * The viewer's layout is made for it, and does not follow when the page changes its size.
 * @type {import("./types.js").Room}
 */
export const ROOM = room();

/**
 * @typedef {object} Listener
 * @property {(message: import("./types.js").ToPage) => void} message
 * @property {(bytes: number) => void} received parts of an RRD stream
 * @property {(rrd: Uint8Array, role: { opens?: string, ends?: string }) => void} rrd a complete stream
 * @property {() => string[] | null} known the recordings that the page has, once it has any
 * @property {(reason: string) => void} lost the connection, which is sought again
 * @property {(reason: string, needsToken: boolean) => void} closed for good; called once
 */

/**
 * @param {Listener} listener
 * @returns {(message: import("./types.js").FromPage) => void} sends a command; without effect once closed
 */
export function connect(listener) {
  const folder = document.querySelector('meta[name="city-data"]');
  if (folder instanceof HTMLMetaElement) return connectToFolder(folder.content, listener);
  let socket = new WebSocket(address(null));
  let opened = false;
  /** When the last message came: what was asked of pages since then is news to this one. */
  let heard = Date.now();
  let rrd = new Uint8Array();
  let filled = 0;
  /** @type {{ opens?: string, ends?: string }} */
  let role = {};
  let tries = 0;
  let refusals = 0;

  /** @param {import("./types.js").ToPage} message */
  function receive(message) {
    if (message.type !== "rrd") return listener.message(message);
    rrd = new Uint8Array(message.bytes);
    filled = 0;
    role = message;
  }

  /** @param {Uint8Array} part */
  function receivePart(part) {
    rrd.set(part, filled);
    filled += part.byteLength;
    listener.received(part.byteLength);
    if (filled === rrd.byteLength) listener.rrd(rrd, role);
  }

  function listen() {
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      opened = true;
      tries = refusals = 0;
    });
    socket.addEventListener("message", ({ data }) => {
      heard = Date.now();
      if (typeof data === "string") receive(JSON.parse(data));
      else receivePart(new Uint8Array(data));
    });
    socket.addEventListener("close", ({ reason }) => void close(reason));
  }

  /** @param {string} reason */
  async function close(reason) {
    const known = listener.known();
    if (!opened || !known) return listener.closed(reason || explain(opened), !opened);
    tries += 1;
    if (tries === 1) listener.lost(reason);
    // It answers and does not let the page in: that is another run with another token, if it was there the first time already.
    else refusals = (await answers()) ? refusals + 1 : 0;
    if (refusals > 1) return listener.closed(explain(false), true);
    setTimeout(() => {
      socket = new WebSocket(address(known, Date.now() - heard));
      listen();
    }, tries === 1 ? FIRST_WAIT_MILLIS : WAIT_MILLIS);
  }

  listen();
  return (message) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
}

/**
 * Where no server answers. What that needs is not loaded elsewhere.
 * @param {string} base
 * @param {Listener} listener
 * @returns {(message: import("./types.js").FromPage) => void}
 */
function connectToFolder(base, listener) {
  const screen = { isLight: LIGHT.matches, room: room() };
  const opening = import("./offline.js").then(({ openFolder }) => openFolder(base, listener, screen));
  opening.catch((error) => listener.closed(`${error}`, false));
  return (message) => void opening.then((send) => send(message));
}

/** Until a lost connection is sought, and sought again. */
const FIRST_WAIT_MILLIS = 200;
const WAIT_MILLIS = 1000;

async function answers() {
  try {
    return (await fetch(new URL("./", location.href), { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/**
 * Beside the page, wherever a proxy put that; with the token of the page's own address.
 * @param {string[] | null} known the recordings of a page that comes back
 * @param {number} [away] since it heard last, in milliseconds
 */
function address(known, away = 0) {
  const url = new URL("socket", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.search = location.search;
  url.searchParams.set("theme", LIGHT.matches ? "light" : "dark");
  url.searchParams.set("size", ROOM);
  if (known) {
    url.searchParams.set("back", "1");
    url.searchParams.set("known", known.join(","));
    url.searchParams.set("away", `${away}`);
  }
  url.hash = "";
  return url;
}

function room() {
  if (matchMedia("(max-width: 899px)").matches) return "small";
  return matchMedia("(max-width: 1249px)").matches ? "narrow" : "wide";
}

/** @param {boolean} opened */
function explain(opened) {
  if (opened) return "Repolis has gone.";
  if (!new URLSearchParams(location.search).has("token")) {
    return "The link comes without the token: enter that of the address that Repolis printed, or open that address.";
  }
  return "Repolis does not answer, or the token is of an earlier run: open the address that it printed last.";
}
