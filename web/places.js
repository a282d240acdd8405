// Places worth a visit: import cycles and hotspots.

import { button, byId, element, formatValue, pathElement } from "./dom.js";

/**
 * @typedef {import("./types.js").CycleEntry} CycleEntry
 * @typedef {import("./types.js").Hotspot} Hotspot
 * @typedef {import("./types.js").Lists} Lists
 *
 * @typedef {object} Listener
 * @property {() => void} opened the lists are to be seen
 * @property {(number: number) => void} cycle
 * @property {(path: string) => void} file
 */

/** @param {Listener} listener */
export function preparePlaces(listener) {
  byId("places").addEventListener("toggle", () => {
    if (arePlacesOpen()) listener.opened();
  });
}

export function arePlacesOpen() {
  const places = byId("places");
  return places instanceof HTMLDetailsElement && places.open;
}

/** The lists that are shown. */
let shown = "";

/**
 * @param {Lists} lists
 * @param {Listener} listener
 */
export function showPlaces(lists, listener) {
  // A row that is written anew loses the focus, and with it the key that somebody is about to press.
  const text = JSON.stringify(lists);
  if (text === shown) return;
  shown = text;
  const { cycles, all_cycles, hotspots } = lists;
  const empty = (/** @type {string} */ text) => element("li", "note", text);
  byId("cycles").replaceChildren(...cycles.map((entry) => cycle(entry, listener)));
  if (!cycles.length) byId("cycles").append(empty(all_cycles ? "All cycles are hidden." : "There are none."));
  if (cycles.length < all_cycles) byId("cycles").append(empty(`${formatValue(all_cycles - cycles.length)} more are not listed.`));
  byId("hotspots").replaceChildren(...hotspots.map((entry) => hotspot(entry, listener)));
  if (!hotspots.length) byId("hotspots").append(empty("There are none."));
}

/**
 * @param {CycleEntry} entry
 * @param {Listener} listener
 */
function cycle({ number, files, directory, first }, listener) {
  const link = button("", "link", () => listener.cycle(number));
  link.append(`${formatValue(files)} files in `, pathElement(directory || "/"));
  link.title = "Draw its imports and go there";
  const members = first.map((path) => element("li", "", fileLink(path, listener)));
  if (files > first.length) members.push(element("li", "more", `and ${formatValue(files - first.length)} more`));
  const rest = element("details", "members", element("summary", "", "Files"), element("ul", "rows", ...members));
  return element("li", "", link, rest);
}

/**
 * @param {Hotspot} entry
 * @param {Listener} listener
 */
function hotspot({ path, complexity, fan_in, score }, listener) {
  const note = `complexity ${formatValue(complexity)}, imported by ${formatValue(fan_in)}`;
  const row = element("li", "", fileLink(path, listener), element("span", "note", note));
  row.title = `score ${score.toFixed(2)}`;
  return row;
}

/**
 * @param {string} path
 * @param {Listener} listener
 */
function fileLink(path, listener) {
  const link = button("", "link", () => listener.file(path));
  link.append(pathElement(path));
  link.title = `Select ${path} and go there`;
  return link;
}
