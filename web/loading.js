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
 * @property {() => void} timeChanged in the viewer
 */

export class Loading {
  /** @type {import("./viewer.js").Viewer | null} */
  viewer = null;
  /** Bytes that came before the viewer was there. @type {{ rrd: Uint8Array, opens: string | undefined }[]} */
  waiting = [];
  /** What the viewer takes in, one after another. @type {Promise<void>} */
  work = Promise.resolve();
  /** The recording to show; empty if there is only one. */
  recording = "";
  isComplete = false;
  /** The viewer has all that came at first. */
  isSettled = false;
  /** @type {(viewer: import("./viewer.js").Viewer) => void} */
  settle = () => {};
  /** The viewer, from then on. @type {Promise<import("./viewer.js").Viewer>} */
  settled = new Promise((resolve) => (this.settle = resolve));
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
      timeChanged: this.listener.timeChanged,
      crashed: (message) => showFailure("The viewer has crashed.", message),
    });
    this.viewer = viewer;
    this.waiting.forEach(({ rrd, opens }) => this.show(rrd, opens));
    this.waiting = [];
    await this.work;
    preparePanels((shown) => viewer.setPanels(shown));
    this.showState();
  }

  /** Every recording was sent. */
  complete() {
    this.isComplete = true;
    void this.work.then(() => this.showState());
  }

  /** @param {number} bytes */
  count(bytes) {
    this.received += bytes;
    if (!this.isComplete) this.showState();
  }

  /**
   * @param {Uint8Array} rrd
   * @param {string} [opens] the recording that it introduces
   */
  show(rrd, opens) {
    const { viewer } = this;
    if (!viewer) this.waiting.push({ rrd, opens });
    else if (this.isSettled) viewer.show(rrd);
    else this.work = this.work.then(() => (opens === undefined ? viewer.show(rrd) : viewer.recordings.introduce(opens, rrd)));
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
    if (this.isSettled) return;
    this.isSettled = true;
    hideProgress();
    if (this.recording) this.viewer.open(this.recording);
    this.listener.ready();
    this.settle(this.viewer);
  }
}
