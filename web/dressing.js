// Which look and filters each city is shown with, and which are on their way. One change at a time: who turns a wheel over
// a menu asks for more than can be shown.

/**
 * @typedef {import("./types.js").View} View
 *
 * @typedef {object} Wanted
 * @property {string} recording
 * @property {View} view
 */

/** @type {(keyof import("./types.js").Look)[]} */
const PARTS = ["area", "height", "color"];

export class Dressing {
  /** The views of recordings that do not look as recorded any more. @type {Map<string, View>} */
  shown = new Map();
  /** @type {Wanted | null} */
  asked = null;
  isStale = false;

  /** @param {(before: View | null) => void} send asks for the view that the page has now */
  constructor(send) {
    this.send = send;
  }

  /**
   * Whether the recording does not look as recorded any more, or soon will not.
   * @param {string} recording
   */
  has(recording) {
    return this.shown.has(recording) || this.asked?.recording === recording;
  }

  /**
   * The view that a recording will be shown with when what was asked for is answered; undefined for the recorded one.
   * @param {string} recording
   */
  of(recording) {
    return this.asked?.recording === recording ? this.asked.view : this.shown.get(recording);
  }

  /** @param {Wanted} wanted */
  ask(wanted) {
    this.isStale = this.asked !== null;
    if (this.asked) return;
    this.asked = wanted;
    this.send(this.shown.get(wanted.recording) ?? null);
  }

  /**
   * The viewer gets what was asked for.
   * @returns {Wanted | null}
   */
  done() {
    const asked = this.asked;
    this.asked = null;
    if (asked) this.shown.set(asked.recording, asked.view);
    return asked;
  }

  /** Whether the viewer is to be sent a metric of which it knows other values. @param {string} metric */
  forget(metric) {
    for (const view of this.shown.values()) {
      if (view.look) for (const part of PARTS) if (view.look[part] === metric) view.look = { ...view.look, [part]: "" };
      // A range of it may show other buildings, and so may what is hidden by it.
      if (view.filter.range?.metric === metric || metric in view.filter.hide) view.filter = { hide: {}, directory: "/", range: null };
    }
  }

  /**
   * No answer comes any more, and of the recordings these are left.
   * @param {string[]} kept
   */
  keep(kept) {
    for (const recording of this.shown.keys()) if (!kept.includes(recording)) this.shown.delete(recording);
  }

  /** Nobody answers any more. */
  forgetAsked() {
    this.asked = null;
    this.isStale = false;
  }

  /** There is no such view: what was shown stays. */
  refuse() {
    this.asked = null;
  }
}
