// What runs in the city, and how it is drawn.

import { remember } from "./address.js";
import { showActivity, showRuntime } from "./activity.js";

/**
 * @typedef {import("./page.js").Page} Page
 * @typedef {import("./types.js").Activity} Activity
 * @typedef {import("./types.js").RuntimeInfo} RuntimeInfo
 */

export class Running {
  /** The recordings in which it is drawn as this page wants it. @type {Set<string>} */
  lit = new Set();

  /**
   * @param {Page} page
   * @param {import("./loading.js").Loading} loading
   */
  constructor(page, loading) {
    this.page = page;
    this.loading = loading;
  }

  /** Has what runs drawn as the state says. */
  light() {
    const { city } = this.page;
    if (!city?.runtime || !this.loading.isSettled) return;
    this.lit.add(city.recording_id);
    this.page.send({ type: "activity" });
  }

  /** Nobody draws any more. */
  forget() {
    this.lit.clear();
  }

  /** Says what is known of it. */
  show() {
    const { city, state } = this.page;
    showRuntime(city?.runtime ?? null, state.activity);
  }

  /** More of the city that is shown is known. */
  came() {
    const { city } = this.page;
    this.show();
    if (city && !this.lit.has(city.recording_id)) this.light();
  }

  /** @param {Partial<Activity>} change */
  set(change) {
    const { page } = this;
    const { imports } = page.state.activity;
    page.state.activity = { ...page.state.activity, ...change };
    remember(page.state);
    if (page.state.activity.imports !== imports) page.askForLook();
    this.showState();
  }

  /** The state says otherwise. */
  showState() {
    const { city, state } = this.page;
    if (city?.runtime) showActivity(state.activity, city.runtime);
    this.light();
  }
}
