// The menus of the look: which metric each of area, height and colour shows.

import { byId, element } from "./dom.js";

/**
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").MetricInfo} MetricInfo
 * @typedef {import("./types.js").PageInfo} PageInfo
 */

/** The unit of metrics whose values only name something. */
const NAMING_UNIT = "number";

/** @type {(keyof Look)[]} */
const PARTS = ["area", "height", "color"];

/**
 * Fills the menus for a city.
 * @param {PageInfo} info
 * @param {(look: Look) => void} changed
 */
export function prepareMenus(info, changed) {
  for (const part of PARTS) {
    const menu = menuOf(part);
    const recorded = info.legend[part].name;
    const offered = info.metrics.filter((metric) => metric.name === recorded || suits(part, metric));
    menu.replaceChildren(...offered.map((metric) => option(metric)));
    menu.onchange = () => changed(chosenLook());
  }
  showLook(recordedLook(info));
}

/** @param {Look} look */
export function showLook(look) {
  for (const part of PARTS) menuOf(part).value = look[part];
}

/**
 * @param {PageInfo} info
 * @returns {Look}
 */
export function recordedLook({ legend }) {
  return { area: legend.area.name, height: legend.height.name, color: legend.color.name };
}

/**
 * @param {Look | null} one
 * @param {Look | null} other
 */
export function isSameLook(one, other) {
  return PARTS.every((part) => one?.[part] === other?.[part]);
}

/**
 * A link may name one metric only.
 * @param {Look} look
 * @param {Look} recorded
 * @returns {Look}
 */
export function completeLook(look, recorded) {
  return { area: look.area || recorded.area, height: look.height || recorded.height, color: look.color || recorded.color };
}

/**
 * A look with the recorded metric where a city does not have the one wanted; null for the recorded look.
 * @param {Look} look
 * @param {PageInfo} info
 */
export function knownLook(look, info) {
  const recorded = recordedLook(info);
  const known = { ...recorded };
  for (const part of PARTS) {
    const metric = info.metrics.find(({ name }) => name === look[part]);
    if (metric && (part === "color" || metric.range)) known[part] = look[part];
  }
  return isSameLook(known, recorded) ? null : known;
}

/** @returns {Look} */
function chosenLook() {
  return { area: menuOf("area").value, height: menuOf("height").value, color: menuOf("color").value };
}

/**
 * @param {keyof Look} part
 * @param {MetricInfo} metric
 */
function suits(part, { range, unit }) {
  return part === "color" || (range !== null && unit !== NAMING_UNIT);
}

/** @param {MetricInfo} metric */
function option({ name, unit, description }) {
  const made = element("option", "", name);
  made.value = name;
  made.title = unit ? `${description} (${unit})` : description;
  return made;
}

/** @param {keyof Look} part */
function menuOf(part) {
  const menu = byId(`menu-${part}`);
  if (!(menu instanceof HTMLSelectElement)) throw new Error(`#menu-${part} is no menu`);
  return menu;
}
