// The page: brings socket, viewer and what is shown around it together.

import { showDetails, showHint } from "./details.js";
import { byId, formatMegabytes } from "./dom.js";
import { showInfo } from "./legend.js";
import { connect } from "./socket.js";
import { hideProgress, showFailure, showProgress, showWarning } from "./status.js";
import { startViewer } from "./viewer.js";

/**
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./types.js").ToPage} ToPage
 */

/** @type {import("./viewer.js").Viewer | null} */
let viewer = null;
/** Bytes that came before the viewer was there. @type {Uint8Array[]} */
let waiting = [];
/** @type {Building | null} */
let selected = null;
let complete = false;
let received = 0;
let expected = 0;

const send = connect({ message: receive, received: countBytes, rrd: show, closed: showDisconnected });
prepareLegend();
showProgress("Connecting");

/** The viewer is loaded for those who are let in. */
async function start() {
  showProgress("Loading the viewer");
  const canvas = byId("city");
  if (!(canvas instanceof HTMLCanvasElement)) throw new Error("the page has no canvas");
  const started = await startViewer(canvas, {
    progress: showDownload,
    selected: select,
    crashed: (message) => showFailure("The viewer has crashed.", message),
  });
  viewer = started;
  waiting.forEach((rrd) => started.show(rrd));
  waiting = [];
  preparePanels();
  showReceived();
}

/**
 * @param {number} loaded
 * @param {number} total
 */
function showDownload(loaded, total) {
  if (viewer) return;
  if (loaded < total) showProgress(`Loading the viewer, ${formatMegabytes(loaded, total)}`, loaded / total);
  else showProgress("Starting the viewer");
}

/** @param {ToPage} message */
function receive(message) {
  switch (message.type) {
    case "hello":
      expected = message.recording_bytes;
      showInfo(message.info);
      showHint();
      start().catch((error) => showFailure("The city cannot be drawn.", error.message ?? `${error}`));
      return;
    case "ready":
      complete = true;
      return showReceived();
    case "details":
      selected = message.building;
      showDetails(message.details, (path) => send({ type: "select_path", path }));
      if (message.reveal) viewer?.select(message.building);
      return;
    case "cleared":
      return showHint();
    case "error":
      return showWarning(message.message);
  }
}

/** @param {number} bytes */
function countBytes(bytes) {
  received += bytes;
  if (!complete) showReceived();
}

/** @param {Uint8Array} rrd */
function show(rrd) {
  if (viewer) viewer.show(rrd);
  else waiting.push(rrd);
}

function showReceived() {
  if (!viewer) return;
  document.body.dataset.state = complete ? "ready" : "loading";
  if (complete) hideProgress();
  else showProgress(`Receiving the city, ${formatMegabytes(received, expected)}`, received / expected);
}

/** @param {Building | null} building */
function select(building) {
  if (building?.entity === selected?.entity && building?.instance === selected?.instance) return;
  selected = building;
  send(building ? { type: "select", building } : { type: "clear" });
}

/** @param {string} reason */
function showDisconnected(reason) {
  showFailure("Disconnected.", reason);
}

/** In a small frame the city comes first. */
function prepareLegend() {
  const legend = byId("legend");
  if (legend instanceof HTMLDetailsElement) legend.open = !matchMedia("(max-width: 899px)").matches;
}

function preparePanels() {
  const toggle = byId("panels");
  toggle.removeAttribute("disabled");
  toggle.addEventListener("click", () => {
    const shown = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", `${shown}`);
    viewer?.setPanels(shown);
  });
}
