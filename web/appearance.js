// The look of the city and its filters: the menus, the address and the viewer say the same.

import { correct, plainState, remember } from "./address.js";
import { tellColor } from "./embed.js";
import { isSameFilter, prepareFilters, showCount, showFilter } from "./filters.js";
import { showLegend } from "./legend.js";
import { completeLook, isSameLook, prepareMenus, recordedLook, showLook } from "./menus.js";

/**
 * @typedef {import("./page.js").Page} Page
 * @typedef {import("./types.js").Filter} Filter
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").PageInfo} PageInfo
 * @typedef {import("./types.js").ToPage & { type: "look" }} Dressed
 */

export class Appearance {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** Fills the menus for a city, as it was recorded. @param {PageInfo} info */
  prepare(info) {
    prepareMenus(info, (look) => this.setLook(look));
    prepareFilters(info, (filter) => this.setFilter(filter));
  }

  /** @param {Look} look */
  setLook(look) {
    const { city, state } = this.page;
    state.look = city && isSameLook(look, recordedLook(city)) ? null : look;
    remember(state);
    this.page.askForLook();
  }

  /** @param {Filter} filter */
  setFilter(filter) {
    const { state } = this.page;
    state.filter = filter;
    showFilter(filter);
    remember(state);
    this.page.askForLook();
  }

  /** The look of the state stands in the menus, and its filters. */
  showState() {
    const { city, state } = this.page;
    if (city) showLook(state.look ?? recordedLook(city));
    showFilter(state.filter);
  }

  /** The look that an address names for this city: it may leave out metrics. @param {Look | null} wanted */
  complete(wanted) {
    const { city } = this.page;
    return wanted && city ? completeLook(wanted, recordedLook(city)) : null;
  }

  /** Whether a city looks as the state wants it, or will. @param {PageInfo} info */
  isDressed(info) {
    const { dressing, state } = this.page;
    const shown = dressing.of(info.recording_id) ?? { look: null, filter: plainState().filter, activity: { imports: true } };
    return (
      isSameLook(shown.look ?? recordedLook(info), state.look ?? recordedLook(info)) &&
      isSameFilter(shown.filter, state.filter) &&
      shown.activity.imports === state.activity.imports
    );
  }

  /** What the viewer gets: the legend and the count of it. @param {Dressed} dressed */
  describe({ legend, shown }) {
    showLegend(legend);
    showCount(shown);
  }

  /**
   * The answer to what was asked for.
   * @param {Dressed} dressed
   * @returns {boolean} whether the city that is shown looks so now
   */
  take(dressed) {
    const { dressing, city } = this.page;
    const asked = dressing.done();
    if (dressing.isStale) this.page.askForLook();
    else if (asked?.recording === city?.recording_id) {
      this.describe(dressed);
      tellColor(dressed.legend.color.name);
      return true;
    }
    return false;
  }

  /**
   * There is no such look: menus, filters and address say again what is shown.
   * @returns {boolean} false if something else has been chosen since
   */
  refuse() {
    const { page } = this;
    const { city, dressing } = page;
    dressing.refuse();
    if (dressing.isStale) {
      page.askForLook();
      return false;
    }
    if (city) {
      const { look, filter } = dressing.shown.get(city.recording_id) ?? plainState();
      page.state = { ...page.state, filter, look: isSameLook(look, recordedLook(city)) ? null : look };
      this.showState();
      correct(page.state);
    }
    return true;
  }

  /**
   * The city has other metrics by now.
   * @param {PageInfo} city
   * @param {string} changed
   */
  takeMetrics(city, changed) {
    this.prepare(city);
    this.showState();
    const { dressing, state } = this.page;
    dressing.forget(changed);
    const { look, filter } = state;
    const isShown = look && [look.area, look.height, look.color].includes(changed);
    if (isShown || filter.range?.metric === changed || changed in filter.hide) this.page.askForLook();
  }
}
