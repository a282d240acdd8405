// What the viewer has selected, and what the page has asked it to select: for a while the two differ.

/**
 * @typedef {import("./types.js").Building} Building
 */

/** How often the viewer is asked for one selection: what it is asked while it loads may be lost. */
const TRIES = 7;
/** Until it is asked again, and twice as long each further time. */
const FIRST_WAIT_MILLIS = 500;

export class Selection {
  /** What the viewer reported last. @type {Building | null} */
  reported = null;
  /** What it was asked for and has not reported. @type {Building | null} */
  awaited = null;
  /** Whether somebody has touched the city since it reported a building. */
  isTouched = false;
  tries = 0;
  timer = 0;

  /** @param {(building: Building | null) => void} ask makes the viewer select, or nothing */
  constructor(ask) {
    this.ask = ask;
  }

  /**
   * Makes the viewer select.
   * @param {Building} building
   */
  request(building) {
    this.isTouched = false;
    if (isSame(building, this.reported)) return this.settle();
    this.tries = 0;
    this.await(building);
  }

  /** Makes the viewer select nothing, so that a click on what it has selected is news again. */
  clear() {
    const isSelected = this.awaited ?? this.reported;
    this.forget();
    if (isSelected) this.ask(null);
  }

  /** Somebody has clicked in the city or pressed a key there. */
  touch() {
    this.isTouched = true;
  }

  /** Another city is shown. */
  forget() {
    this.settle();
    this.reported = null;
    this.isTouched = false;
  }

  /**
   * The viewer says what is selected.
   * @param {Building | null} building
   * @returns {boolean} whether that is news, which somebody who clicked in the city has caused
   */
  report(building) {
    const lost = this.awaited ?? (this.isTouched ? null : this.reported);
    // Nobody has done that: the viewer drops its selection while it takes in a city, and when its layout changes.
    if (!building && lost && this.tries < TRIES) {
      this.reported = null;
      this.await(lost);
      return false;
    }
    const isNews = !isSame(building, this.awaited ?? this.reported);
    this.settle();
    this.reported = building;
    if (building) this.isTouched = false;
    if (isNews) this.tries = 0;
    return isNews;
  }

  /** @param {Building} building */
  await(building) {
    this.settle();
    this.awaited = building;
    this.ask(building);
    this.tries += 1;
    if (this.tries < TRIES) this.timer = setTimeout(() => this.await(building), FIRST_WAIT_MILLIS * 2 ** (this.tries - 1));
  }

  settle() {
    clearTimeout(this.timer);
    this.awaited = null;
  }
}

/**
 * @param {Building | null} one
 * @param {Building | null} other
 */
export function isSame(one, other) {
  return one?.entity === other?.entity && one?.instance === other?.instance;
}
