// The page: brings socket, viewer and what is shown around it together.

import { showDetails, showHint } from "./details.js";
import { byId, formatMegabytes } from "./dom.js";
import { showInfo } from "./legend.js";
import { connect } from "./socket.js";
import { hideProgress, showFailure, showProgress, showWarning } from "./status.js";
import { startViewer } from "./viewer.js";

/**
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./types.js").Command} Command
 * @typedef {import("./types.js").PageInfo} PageInfo
 * @typedef {import("./types.js").ToPage} ToPage
 */

/** @type {import("./viewer.js").Viewer | null} */
let viewer = null;
/** Bytes that came before the viewer was there. @type {Uint8Array[]} */
let waiting = [];
/** @type {PageInfo[]} */
let cities = [];
/** The recording of the city that is shown. */
let recording = "";
/** @type {Building | null} */
let selected = null;
let complete = false;
let received = 0;
let expected = 0;

const sendTo = connect({ message: receive, received: countBytes, rrd: show, closed: showDisconnected });
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
  if (complete && cities.length > 1) started.open(recording);
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
      cities = message.cities;
      prepareCities();
      showCity(cities[0]?.recording_id ?? "");
      start().catch((error) => showFailure("The city cannot be drawn.", error.message ?? `${error}`));
      return;
    case "ready":
      complete = true;
      if (cities.length > 1) viewer?.open(recording);
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

/** @param {Command} command */
function send(command) {
  sendTo({ ...command, recording });
}

/** @param {string} id of the recording */
function showCity(id) {
  const info = cities.find((city) => city.recording_id === id);
  if (!info || id === recording) return;
  recording = id;
  selected = null;
  showInfo(info);
  showHint();
  const menu = byId("cities");
  if (menu instanceof HTMLSelectElement) menu.value = id;
}

/** Several recordings are chosen from a menu. */
function prepareCities() {
  const menu = byId("cities");
  if (!(menu instanceof HTMLSelectElement) || cities.length < 2) return;
  menu.replaceChildren(...cities.map(({ name, recording_id }) => new Option(name, recording_id)));
  menu.hidden = false;
  menu.addEventListener("change", () => {
    showCity(menu.value);
    viewer?.open(menu.value);
  });
}

/**
 * @param {Building | null} building
 * @param {string} of the recording it is in
 */
function select(building, of) {
  // What another city loses as selection when the menu changes is no news.
  if (of !== recording && !building) return;
  showCity(of);
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
