// The header's totals and the legend: what sizes and colours mean.

import { byId, cssColor, element, formatValue } from "./dom.js";

/**
 * @typedef {import("./types.js").ArcKey} ArcKey
 * @typedef {import("./types.js").Legend} Legend
 * @typedef {import("./types.js").LegendEntry} LegendEntry
 * @typedef {import("./types.js").MetricName} MetricName
 * @typedef {import("./types.js").PageInfo} PageInfo
 * @typedef {import("./types.js").SizeKey} SizeKey
 */

/** The largest example of a size, in pixels. */
const LARGEST = 36;

/** @param {PageInfo} info */
export function showInfo(info) {
  document.title = `${info.name} · Repolis`;
  byId("name").textContent = info.name;
  byId("counts").replaceChildren(
    ...info.counts.map(({ name, value, unit }) =>
      element("li", "", element("b", "", formatValue(value)), ` ${unit ? `${unit} ` : ""}${value === 1 ? name.replace(/s$/, "") : name}`),
    ),
  );
}

/** @param {Legend} legend */
export function showLegend(legend) {
  byId("key-area").replaceChildren(...sizes(legend.area, "square"));
  byId("key-height").replaceChildren(...sizes(legend.height, "column"));
  byId("key-color").replaceChildren(...colors(legend));
  byId("key-arcs").replaceChildren(...legend.arcs.map(arc));
}

/**
 * @param {SizeKey} key
 * @param {"square" | "column"} shape
 */
function sizes({ unit, name, formula, stops }, shape) {
  const examples = stops.map(({ label, share }) => {
    const example = element("span", shape);
    const size = `${Math.max(1, Math.round(LARGEST * share))}px`;
    example.style.height = size;
    if (shape === "square") example.style.width = size;
    return element("li", "", example, element("span", "", label));
  });
  const list = element("ul", "sizes", ...examples);
  list.title = formula;
  return [list, element("p", "note", unitOf({ name, unit }))];
}

/** @param {Legend} legend */
function colors({ color, color_key }) {
  if (color_key.kind === "scale") return [scale(color_key.stops), element("p", "note", unitOf(color))];
  return [element("ul", "key", ...color_key.entries.map(entry))];
}

/** @param {LegendEntry} entry */
function entry({ label, color, count }) {
  const item = element("li", "", swatch(color, "swatch"), element("span", "label", label));
  if (count !== null) item.append(element("span", "count", formatValue(count)));
  return item;
}

/** @param {LegendEntry[]} stops */
function scale(stops) {
  const bar = element("div", "scale-bar");
  bar.style.background = `linear-gradient(to right, ${stops.map(({ color }) => cssColor(color)).join(", ")})`;
  const labels = stops.map(({ label }) => element("span", "", label));
  return element("div", "scale", bar, element("div", "scale-labels", ...labels));
}

/** @param {ArcKey} key */
function arc({ label, color }) {
  return element("li", "", swatch(color, "line"), element("span", "label", label));
}

/**
 * @param {import("./types.js").Color} color
 * @param {string} className
 */
function swatch(color, className) {
  const made = element("span", className);
  made.style.background = cssColor(color);
  return made;
}

/** @param {MetricName} metric */
function unitOf({ name, unit }) {
  return unit && !name.includes(unit) ? `in ${unit}` : "";
}
