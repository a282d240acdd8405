// The time at which the city shows what runs: the latest, or where somebody stopped it.

import { byId, formatTime } from "./dom.js";

/**
 * @typedef {import("./types.js").Now} Now
 *
 * @typedef {object} Hands
 * @property {() => { min: number, max: number } | null} range of the timeline, in nanoseconds
 * @property {(time: number) => void} setTime
 * @property {(playing: boolean) => void} play
 */

export const TIMELINE = "event_time";
/** How long what has come may lie before it is shown, and how long the viewer may take to take it in. */
const PAUSE_MILLIS = 50;
const SETTLE_MILLIS = 600;
/** How soon after a hand was on it the viewer's time counts as moved by hand. */
const HAND_MILLIS = 1000;
/** The viewer keeps times in whole nanoseconds, and a number here has not room for all of them. */
const SAME_NANOS = 1e6;
/** Of the slider, whatever the length of the timeline. */
const STEPS = 1000;

export class Moment {
  isLive = true;
  /** When a hand was on the viewer last. */
  touched = -Infinity;
  timer = 0;
  settling = 0;
  /** @type {{ min: number, max: number } | null} */
  range = null;
  /** @type {Now | null} */
  now = null;
  /** Where somebody stopped it; null while it plays or follows. @type {number | null} */
  held = null;

  /** @param {Hands} hands */
  constructor(hands) {
    this.hands = hands;
    byId("live").onclick = () => this.follow(!this.isLive);
    byId("play").onclick = () => this.play(!(this.now?.playing ?? false));
    for (const type of /** @type {const} */ (["pointerdown", "pointermove", "pointerup", "keydown"])) {
      byId("city").addEventListener(type, (event) => {
        if (type !== "pointermove" || (event instanceof PointerEvent && event.buttons)) this.touched = performance.now();
      });
    }
    slider().oninput = () => {
      // A large recording goes on coming in.
      this.range = hands.range();
      if (!this.range) return;
      const { min, max } = this.range;
      this.hold(min + (max - min) * (slider().valueAsNumber / STEPS));
    };
  }

  /** Another city is shown. */
  forget() {
    this.isLive = true;
    this.now = this.range = this.held = null;
  }

  /** @param {boolean} isLive whether the time is to be the latest, and to stay so */
  follow(isLive) {
    this.isLive = isLive;
    this.held = null;
    if (isLive) this.advance();
    this.show();
  }

  /** @param {boolean} isPlaying whether the time goes on from where it is, or stays there */
  play(isPlaying) {
    this.follow(false);
    this.held = isPlaying ? null : (this.now?.time ?? null);
    this.hands.play(isPlaying);
  }

  /** Shows a time, and stays there. @param {number} time in nanoseconds */
  hold(time) {
    // So it is until the viewer says where the time is.
    this.now = { timeline: TIMELINE, time, playing: false };
    this.follow(false);
    this.held = time;
    this.hands.play(false);
    this.hands.setTime(time);
  }

  /** Something new has come. */
  came() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.refresh(), SETTLE_MILLIS);
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.refresh();
    }, PAUSE_MILLIS);
  }

  refresh() {
    this.advance();
    this.show();
  }

  advance() {
    this.range = this.hands.range();
    if (!this.isLive || !this.range) return;
    // A viewer that follows by itself would play on from the time that it is given.
    this.hands.play(false);
    this.hands.setTime(this.range.max);
  }

  /** The viewer shows another time. @param {Now} now */
  told(now) {
    if (now.timeline !== TIMELINE) return;
    const isMoved = this.now && ((now.playing && !this.now.playing) || now.time < this.now.time);
    // Somebody has moved it in the viewer: the page never plays it or moves it back by itself.
    const isByHand = performance.now() - this.touched < HAND_MILLIS;
    if (isByHand) this.held = null;
    if (isMoved && isByHand) this.isLive = false;
    // By itself the viewer plays what it gets to know of.
    else if (this.isLive && now.playing) this.follow(true);
    // A layout comes anew with every move of the camera, and makes the viewer follow: it goes back to where somebody stopped it.
    else if (this.held !== null && Math.abs(now.time - this.held) > SAME_NANOS) {
      this.hands.play(false);
      this.hands.setTime(this.held);
      return;
    }
    this.now = now;
    this.range = this.hands.range();
    this.show();
  }

  show() {
    const { range, now, isLive } = this;
    byId("live").setAttribute("aria-pressed", `${isLive}`);
    const isPlaying = now?.playing ?? false;
    byId("play").textContent = isPlaying ? "Pause" : "Play";
    const time = isLive ? range?.max : now?.time;
    if (!range || time === undefined) return;
    const text = formatTime(time);
    byId("moment").textContent = text;
    slider().value = `${range.max > range.min ? (STEPS * (time - range.min)) / (range.max - range.min) : STEPS}`;
    slider().setAttribute("aria-valuetext", text);
  }
}

function slider() {
  const found = byId("moment-slider");
  if (!(found instanceof HTMLInputElement)) throw new Error("#moment-slider is no input");
  return found;
}
