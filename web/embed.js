// What a page around this one hears, such as the widget of a notebook. Only an address with the token can be in a frame.

import { pathOf } from "./address.js";

/**
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./types.js").Details} Details
 */

/** @param {object} event */
function tell(event) {
  if (window.parent !== window) window.parent.postMessage({ repolis: event }, "*");
}

/**
 * @param {Building} building
 * @param {Details} details
 */
export function tellSelected(building, details) {
  tell({ event: "selected", path: pathOf(building, details), details });
}

export function tellCleared() {
  tell({ event: "cleared" });
}

/** @param {string} color the metric that colours the city */
export function tellColor(color) {
  tell({ event: "color", color });
}

/** @param {import("./types.js").Now} now */
export function tellTime(now) {
  tell({ event: "time", ...now });
}
