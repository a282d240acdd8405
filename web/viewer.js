// The Rerun viewer on the page's canvas. This module and that of its recordings alone speak to its handle.

import { Recordings } from "./recordings.js";
import { Still } from "./still.js";
import { prepareSupply } from "./supply.js";

import { inflated } from "./inflate.js";

/**
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./types.js").WebHandle} WebHandle
 */

const CHANNEL = "city";
/** Of the viewer. */
const TIME_EVENTS = ["play", "pause", "time_update", "timeline_change"];
/** The viewer can be told what to select, and not to select nothing: this has no picture. */
const NOTHING = "/tables";
// The page has a header, a details strip and a time of its own.
const HIDDEN_PANELS = { top: "Hidden", blueprint: "Hidden", selection: "Hidden", time: "Hidden" };

/**
 * @typedef {object} Listener
 * @property {(loaded: number, total: number) => void} progress in bytes, of the viewer's program
 * @property {(building: Building | null, recording: string) => void} selected
 * @property {() => void} timeChanged
 * @property {(message: string) => void} crashed
 */

/**
 * Downloads and starts the viewer.
 * @param {HTMLCanvasElement} canvas
 * @param {Listener} listener
 * @returns {Promise<Viewer>}
 */
export async function startViewer(canvas, listener) {
  if (!canDraw()) throw new Error("This browser offers neither WebGPU nor WebGL 2, which the city is drawn with.");
  prepareSupply();
  await wasm_bindgen({ module_or_path: await download(wasmAddress(), listener.progress) });
  /** @type {Viewer | null} */
  let viewer = null;
  const handle = new wasm_bindgen.WebHandle({
    hide_welcome_screen: true,
    enable_history: false,
    persist: false,
    theme: "system",
    panel_state_overrides: HIDDEN_PANELS,
    // The handle is busy while it calls: whoever wants to answer has to wait until it has returned.
    on_viewer_event: (/** @type {string} */ event) => queueMicrotask(() => forward(event, listener, viewer)),
  });
  // A crash is an exception out of a frame; nothing else tells of it.
  addEventListener("error", () => {
    if (handle.has_panicked()) listener.crashed(handle.panic_message() ?? "for an unknown reason");
  });
  await handle.start(canvas);
  nameTextAgent(canvas);
  handle.open_channel(CHANNEL, "Repolis");
  viewer = new Viewer(handle, canvas);
  return viewer;
}

/**
 * The viewer has an invisible input beside its canvas, for who types into its panels: no stop on anybody's way.
 * @param {HTMLCanvasElement} canvas
 */
function nameTextAgent(canvas) {
  const agent = canvas.parentElement?.querySelector("input");
  agent?.setAttribute("aria-label", "Text typed into the Rerun viewer");
  agent?.setAttribute("tabindex", "-1");
}

export class Viewer {
  /**
   * @param {WebHandle} handle
   * @param {HTMLCanvasElement} canvas
   */
  constructor(handle, canvas) {
    this.handle = handle;
    this.recordings = new Recordings(handle, new Still(canvas));
  }

  /** @param {Uint8Array} rrd a complete stream */
  show(rrd) {
    this.handle.send_rrd_to_channel(CHANNEL, rrd);
  }

  /** @param {Building | null} building */
  select(building) {
    this.handle.add_receiver(`recording://${building ? `${building.entity}[#${building.instance}]` : NOTHING}`);
  }

  /** @param {string} recording */
  open(recording) {
    this.recordings.show(recording);
  }

  /** @returns {import("./types.js").Now | null} none where nothing changes over time */
  now() {
    const { handle, recordings } = this;
    const timeline = handle.get_active_timeline(recordings.active);
    const time = timeline && handle.get_time_for_timeline(recordings.active, timeline);
    if (!timeline || typeof time !== "number") return null;
    return { timeline, time, playing: handle.get_playing(recordings.active) ?? false };
  }

  /** @param {boolean} playing */
  play(playing) {
    this.handle.set_playing(this.recordings.active, playing);
  }

  /**
   * @param {string | null} timeline the one that is shown if null
   * @param {number | null} time that stays if null
   */
  setTime(timeline, time) {
    const recording = this.recordings.active;
    const name = timeline ?? this.handle.get_active_timeline(recording);
    if (!name) return;
    if (time === null) this.handle.set_active_timeline(recording, name);
    else this.handle.set_time_for_timeline(recording, name, time);
  }

  /**
   * The first and the last time on a timeline.
   * @param {string} timeline
   * @returns {{ min: number, max: number } | null}
   */
  timeRange(timeline) {
    return this.handle.get_timeline_time_range(this.recordings.active, timeline) ?? null;
  }

  /** @param {boolean} shown */
  setPanels(shown) {
    this.handle.toggle_panel_overrides(!shown);
  }
}

function canDraw() {
  return "gpu" in navigator || document.createElement("canvas").getContext("webgl2") !== null;
}

function wasmAddress() {
  const meta = document.querySelector('meta[name="viewer-wasm"]');
  if (!(meta instanceof HTMLMetaElement)) throw new Error("the page does not name its viewer");
  return meta.content;
}

/**
 * A response to be compiled while it arrives. Progress is read from a copy, so that the browser can keep what it compiled.
 * @param {string} address
 * @param {Listener["progress"]} progress
 */
async function download(address, progress) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The viewer could not be loaded: ${response.status} ${response.statusText}.`);
  if (address.endsWith(".gz")) {
    const size = Number(response.headers.get("content-length") ?? 0);
    return inflated(response, "application/wasm", (loaded) => progress(loaded, size));
  }
  const total = Number(response.headers.get("x-uncompressed-length") ?? 0);
  const copy = response.clone();
  void count(copy, (loaded) => progress(loaded, total));
  return response;
}

/**
 * @param {Response} response
 * @param {(loaded: number) => void} progress
 */
async function count(response, progress) {
  if (!response.body) return;
  const reader = response.body.getReader();
  let loaded = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    loaded += part.value.byteLength;
    progress(loaded);
  }
}

/**
 * @param {string} json
 * @param {Listener} listener
 * @param {Viewer | null} viewer
 */
function forward(json, listener, viewer) {
  const event = JSON.parse(json);
  if (event.type === "recording_open") return viewer?.recordings.report(event.recording_id);
  if (TIME_EVENTS.includes(event.type)) return listener.timeChanged();
  if (event.type !== "selection_change") return;
  // What other recordings lose while they come and go is no news.
  if (viewer && event.recording_id !== viewer.recordings.active && event.items.length === 0) return;
  const item = event.items.find(
    (/** @type {any} */ item) => item.type === "entity" && typeof item.instance_id === "number",
  );
  listener.selected(item ? { entity: item.entity_path, instance: item.instance_id } : null, event.recording_id);
}
