// From the first byte to the city in the viewer, and the viewer's own affairs after that.

import { byId, formatMegabytes } from "./dom.js";
import { preparePanels } from "./layout.js";
import { hideProgress, showFailure, showProgress } from "./status.js";
import { startViewer } from "./viewer.js";

/**
 * @typedef {import("./types.js").Building} Building
 *
 * @typedef {object} Listener
 * @property {(building: Building | null, recording: string) => void} selected
 * @property {() => void} ready the city is there
 */

export class Loading {
  /** @type {import("./viewer.js").Viewer | null} */
  viewer = null;
  /** Bytes that came before the viewer was there. @type {Uint8Array[]} */
  waiting = [];
  /** The recording to show; empty if there is only one. */
  recording = "";
  isComplete = false;
  received = 0;
  expected = 0;

  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    showProgress("Connecting");
  }

  /**
   * The viewer is loaded for those who are let in.
   * @param {number} bytes that follow
   * @param {string} recording to show; empty if there is only one
   */
  start(bytes, recording) {
    this.expected = bytes;
    this.recording = recording;
    this.startViewer().catch((error) => showFailure("The city cannot be drawn.", error.message ?? `${error}`));
  }

  async startViewer() {
    showProgress("Loading the viewer");
    const canvas = byId("city");
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("the page has no canvas");
    const viewer = await startViewer(canvas, {
      progress: (loaded, total) => this.showDownload(loaded, total),
      selected: this.listener.selected,
      crashed: (message) => showFailure("The viewer has crashed.", message),
    });
    this.viewer = viewer;
    this.waiting.forEach((rrd) => viewer.show(rrd));
    this.waiting = [];
    preparePanels((shown) => viewer.setPanels(shown));
    this.showState();
  }

  /** Every recording was sent. */
  complete() {
    this.isComplete = true;
    this.showState();
  }

  /** @param {number} bytes */
  count(bytes) {
    this.received += bytes;
    if (!this.isComplete) this.showState();
  }

  /** @param {Uint8Array} rrd */
  show(rrd) {
    if (this.viewer) this.viewer.show(rrd);
    else this.waiting.push(rrd);
  }

  /** @param {Building | null} building */
  select(building) {
    this.viewer?.select(building);
  }

  /** @param {string} recording */
  open(recording) {
    this.recording = recording;
    if (this.isComplete) this.viewer?.open(recording);
  }

  /**
   * @param {number} loaded
   * @param {number} total
   */
  showDownload(loaded, total) {
    if (this.viewer) return;
    if (loaded < total) showProgress(`Loading the viewer, ${formatMegabytes(loaded, total)}`, loaded / total);
    else showProgress("Starting the viewer");
  }

  showState() {
    if (!this.viewer) return;
    document.body.dataset.state = this.isComplete ? "ready" : "loading";
    if (!this.isComplete) {
      return showProgress(`Receiving the city, ${formatMegabytes(this.received, this.expected)}`, this.received / this.expected);
    }
    hideProgress();
    if (this.recording) this.viewer.open(this.recording);
    this.listener.ready();
  }
}
