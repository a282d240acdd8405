// Other cities in the place of those that are open.

/**
 * @typedef {import("./types.js").PageInfo} PageInfo
 * @typedef {import("./recordings.js").Recordings} Recordings
 */

/** Pictures until the viewer draws the new city, and lets go of the old one. */
const FRAMES = 3;

export class Swap {
  /** What the viewer takes in. @type {import("./supply.js").Supply | null} */
  supply = null;
  /** Comes last. @type {{ recording: string, rrd: Uint8Array } | null} */
  mark = null;
  /** The view that the new city was asked for in, if it does not look as recorded. @type {import("./types.js").View | null} */
  asked = null;
  /** Answers to other questions that come before the one to that. */
  looksBefore = 0;
  /** Nothing more is taken in. */
  isEnding = false;
  /** What the new city looks like, if it does not as recorded. @type {import("./types.js").ToPage & { type: "look" } | null} */
  look = null;
  isAborted = false;
  /** One after another. @type {Promise<void>} */
  work = Promise.resolve();

  /**
   * @param {PageInfo[]} cities
   * @param {Promise<Recordings>} recordings once the viewer has those that came at first
   */
  constructor(cities, recordings) {
    this.cities = cities;
    this.recordings = recordings;
  }

  /**
   * @param {Uint8Array} rrd
   * @param {{ opens?: string, ends?: string }} role
   */
  take(rrd, { opens, ends }) {
    this.then(async (recordings) => {
      if (ends !== undefined) this.mark = { recording: ends, rrd };
      else if (opens !== undefined) {
        // For one picture the viewer shows each recording that it hears of, however soon it is told not to.
        await recordings.still.take(() => recordings.hold());
        await recordings.introduce(opens, rrd);
      }
      else {
        this.supply ??= recordings.supply();
        this.supply.push(rrd);
      }
    });
  }

  /** An answer has come: whether it is to the question how the new city looks. */
  isAnswer() {
    if (!this.asked || this.isEnding) return false;
    this.looksBefore -= 1;
    return this.looksBefore < 0;
  }

  /** @param {(recordings: Recordings) => Promise<void>} step */
  then(step) {
    this.work = this.work.then(async () => {
      const recordings = await this.recordings;
      if (!this.isAborted) await step(recordings);
    });
  }

  /**
   * Shows a city once the viewer has all that came.
   * @param {string} recording
   * @param {() => void} shown
   * @param {() => void} closed nothing of the old cities is left
   */
  finish(recording, shown, closed) {
    this.then(async (recordings) => {
      const { supply, mark } = this;
      if (mark) {
        const target = supply ?? recordings.supply();
        const ended = recordings.opened(mark.recording);
        target.push(mark.rrd);
        target.end();
        await ended;
        if (this.isAborted) return;
        recordings.show(recording);
        recordings.drop(target);
      } else {
        supply?.end();
        recordings.show(recording);
      }
      shown();
      for (let frame = 0; frame < FRAMES; frame += 1) await new Promise(requestAnimationFrame);
      recordings.still.remove();
      recordings.keep(this.cities.map((city) => city.recording_id));
      closed();
    });
  }

  /** The connection is gone: what came of the new cities goes too. @param {PageInfo[]} cities those that stay */
  abort(cities) {
    this.isAborted = true;
    void this.recordings.then((recordings) => {
      recordings.still.remove();
      if (this.supply) recordings.drop(this.supply);
      recordings.keep(cities.map((city) => city.recording_id));
    });
  }
}
