// The time that the viewer shows, told to Repolis at most some ten times a second.

/** @typedef {import("./types.js").Now} Now */

const PAUSE_MILLIS = 100;

export class Clock {
  last = "";
  isWaiting = false;
  timer = 0;

  /**
   * @param {() => Now | null} read
   * @param {(now: Now) => void} tell
   */
  constructor(read, tell) {
    this.read = read;
    this.tell = tell;
  }

  /** The viewer says that something has changed. */
  changed() {
    this.isWaiting = true;
    if (this.timer) return;
    this.flush();
  }

  flush() {
    this.timer = 0;
    if (!this.isWaiting) return;
    this.isWaiting = false;
    const now = this.read();
    const text = JSON.stringify(now);
    if (now && text !== this.last) {
      this.last = text;
      this.tell(now);
    }
    this.timer = setTimeout(() => this.flush(), PAUSE_MILLIS);
  }
}
