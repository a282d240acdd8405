// Which recordings the viewer has. Others take their place without that anybody sees it: the viewer takes them in while it shows
// the old ones, and says when it has come to their end.

import { Supply } from "./supply.js";

/**
 * @typedef {import("./types.js").WebHandle} WebHandle
 */

/** Frames after which the viewer is given up on: it does not know the address. */
const MAX_FRAMES = 600;

export class Recordings {
  /** The addresses of those that can be closed. @type {Map<string, string>} */
  addresses = new Map();
  /** What waits for the viewer to tell of a recording. @type {Map<string, () => void>} */
  awaited = new Map();
  /** What is shown. */
  active = "";

  /**
   * @param {WebHandle} handle
   * @param {import("./still.js").Still} still what is seen while the viewer changes to and fro
   */
  constructor(handle, still) {
    this.handle = handle;
    this.still = still;
  }

  /**
   * Makes the viewer know a recording by an address, so that it can be closed.
   * @param {string} recording
   * @param {Uint8Array} rrd tells of it and holds nothing else
   */
  async introduce(recording, rrd) {
    const supply = new Supply();
    this.addresses.set(recording, supply.address);
    const opened = this.opened(recording);
    this.handle.add_receiver(supply.address);
    this.hold();
    supply.push(rrd);
    supply.end();
    await opened;
    this.active ||= recording;
  }

  /** @returns {Supply} for the viewer to take in while it shows what it shows */
  supply() {
    const supply = new Supply();
    this.handle.add_receiver(supply.address);
    this.hold();
    return supply;
  }

  /**
   * Waits until the viewer tells of a recording. Meanwhile it keeps showing what it shows, as it would change to each new one.
   * @param {string} recording
   * @returns {Promise<void>}
   */
  opened(recording) {
    return new Promise((resolve) => {
      let frames = 0;
      const done = () => {
        this.awaited.delete(recording);
        this.hold();
        resolve();
      };
      const wait = () => {
        if (this.awaited.get(recording) !== done) return;
        this.hold();
        frames += 1;
        if (frames > MAX_FRAMES) done();
        else requestAnimationFrame(wait);
      };
      this.awaited.set(recording, done);
      wait();
    });
  }

  /** @param {string} recording of which the viewer has told */
  report(recording) {
    this.awaited.get(recording)?.();
  }

  hold() {
    if (this.active) this.handle.set_active_recording_id(this.active);
  }

  /** @param {string} recording */
  show(recording) {
    this.active = recording;
    this.handle.set_active_recording_id(recording);
  }

  /** @param {string[]} kept closes all others */
  keep(kept) {
    for (const [recording, address] of this.addresses) {
      if (kept.includes(recording)) continue;
      this.handle.remove_receiver(address);
      this.addresses.delete(recording);
    }
  }

  /** @param {Supply} supply whose recordings, other than those that were introduced, are thrown away */
  drop(supply) {
    supply.end();
    this.handle.remove_receiver(supply.address);
  }
}
