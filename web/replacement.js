// Other cities in the place of those that are open: they come to the viewer, are dressed as the old ones were, and then are shown.

import { plainState } from "./address.js";
import { isSameFilter } from "./filters.js";
import { knownLook } from "./menus.js";
import { Swap } from "./swap.js";

/**
 * @typedef {import("./page.js").Page} Page
 * @typedef {import("./types.js").PageInfo} PageInfo
 * @typedef {import("./types.js").ToPage & { type: "look" }} Dressed
 */

export class Replacement {
  /** @type {Swap | null} */
  swap = null;

  /**
   * @param {Page} page
   * @param {import("./loading.js").Loading} loading
   * @param {(swap: Swap, info: PageInfo, dressed: Dressed | null) => void} takeOver the viewer shows a city of it
   */
  constructor(page, loading, takeOver) {
    this.page = page;
    this.loading = loading;
    this.takeOver = takeOver;
  }

  /** The cities that come. */
  get cities() {
    return this.swap?.cities ?? [];
  }

  /** The old ones are shown until the new ones are there. @param {PageInfo[]} cities */
  begin(cities) {
    this.swap = new Swap(cities, this.loading.settled.then(({ recordings }) => recordings));
  }

  /**
   * @param {Uint8Array} rrd
   * @param {{ opens?: string, ends?: string }} role
   * @returns {boolean} whether it is of a city that comes
   */
  takeRrd(rrd, role) {
    const { swap } = this;
    if (!swap || swap.isEnding) return false;
    swap.take(rrd, role);
    if (swap.look) this.finish(swap);
    return true;
  }

  /** Everything was sent: the new city gets the look and the filters of the old one, once that has those of the address. */
  async sent() {
    const { page, swap } = this;
    await this.loading.settled;
    if (!swap || swap !== this.swap) return;
    const info = page.successor(swap.cities);
    if (!info) return;
    const { state, city, dressing } = page;
    const look = state.look && knownLook(state.look, info);
    const isPlain = !look && isSameFilter(state.filter, plainState().filter) && state.activity.imports;
    if (info.recording_id === city?.recording_id || isPlain) return this.finish(swap);
    swap.looksBefore = dressing.asked ? 1 : 0;
    swap.asked = { ...page.view(), look };
    page.sendTo({ type: "look", before: null, selected: null, cycle: null, recording: info.recording_id, view: swap.asked });
  }

  /**
   * Its bytes are the next that come.
   * @param {Dressed} dressed
   * @returns {boolean} whether it is the look of a city that comes
   */
  takeLook(dressed) {
    const { swap } = this;
    if (!swap?.isAnswer()) return false;
    swap.look = dressed;
    return true;
  }

  /**
   * There is no such look.
   * @returns {boolean} whether a city that comes was to have it: it is shown as recorded
   */
  refuse() {
    const { swap } = this;
    if (!swap?.isAnswer()) return false;
    this.finish(swap);
    return true;
  }

  /** @param {Swap} swap */
  finish(swap) {
    const { page } = this;
    const info = page.successor(swap.cities);
    const { look } = swap;
    swap.look = null;
    swap.isEnding = true;
    if (!info) return;
    const shown = () => {
      this.swap = null;
      this.takeOver(swap, info, look);
    };
    const swapped = () => page.sendTo({ type: "swapped", recording: info.recording_id, view: page.view() });
    swap.finish(info.recording_id, shown, swapped);
  }

  /** The connection is gone. */
  abort() {
    this.swap?.abort(this.page.cities);
    this.swap = null;
  }
}
