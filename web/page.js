// What this page shows, and what it asks Repolis for.

import { plainState } from "./address.js";
import { Dressing } from "./dressing.js";
import { recordedLook } from "./menus.js";
import { ROOM } from "./socket.js";

/**
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./types.js").Command} Command
 * @typedef {import("./types.js").FromPage} FromPage
 * @typedef {import("./types.js").PageInfo} PageInfo
 */

export class Page {
  /** @type {PageInfo[]} */
  cities = [];
  /** The city that is shown. @type {PageInfo | null} */
  city = null;
  /** What the address says. */
  state = plainState();
  /** @type {Building | null} */
  selected = null;
  /** Its path, as an address names it. @type {string | null} */
  selectedPath = null;
  /** The import cycle that is drawn, and not the imports of what is selected. @type {number | null} */
  drawnCycle = null;
  /** The connection is gone: nobody hears what is asked. */
  isAway = false;

  /** @param {(message: FromPage) => void} sendTo a city of its own choice */
  constructor(sendTo) {
    this.sendTo = sendTo;
    this.dressing = new Dressing((before) => this.send({ type: "look", before, selected: this.selected, cycle: this.drawnCycle }));
  }

  /** @param {Command} command to the city that is shown */
  send(command) {
    this.sendTo({ ...command, recording: this.city?.recording_id ?? "", view: this.view() });
  }

  /** @returns {import("./types.js").View} */
  view() {
    const { city, dressing, state } = this;
    const { filter, depth, direction, near, activity } = state;
    const look = state.look ?? (city && dressing.has(city.recording_id) ? recordedLook(city) : null);
    return { look, filter, depth, direction, near, room: ROOM, activity };
  }

  /** The look of the city, its filters, and whether its imports are drawn. A page that comes back asks for what it lacks. */
  askForLook() {
    if (this.city && !this.isAway) this.dressing.ask({ recording: this.city.recording_id, view: this.view() });
  }

  /** The one that an address names, or else the first. @param {string} recording */
  find(recording) {
    return this.cities.find((one) => one.recording_id === recording) ?? this.cities[0];
  }

  /**
   * The one of other cities that is the same one, or has its name, or else the first.
   * @param {PageInfo[]} next
   */
  successor(next) {
    const same = next.find((one) => one.recording_id === this.city?.recording_id);
    return same ?? next.find((one) => one.name === this.city?.name) ?? next[0];
  }
}
