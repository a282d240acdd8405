// The header's totals and the legend: what sizes and colours mean.

import { byId, cssColor, element, formatValue } from "./dom.js";

/**
 * @typedef {import("./types.js").ArcKey} ArcKey
 * @typedef {import("./types.js").Legend} Legend
 * @typedef {import("./types.js").LegendEntry} LegendEntry
 * @typedef {import("./types.js").MetricName} MetricName
 * @typedef {import("./types.js").PageInfo} PageInfo
 */

/** @param {PageInfo} info */
export function showInfo(info) {
  document.title = `${info.name} · Repolis`;
  byId("name").textContent = info.name;
  byId("counts").replaceChildren(
    ...info.counts.map(({ name, value, unit }) =>
      element("li", "", element("b", "", formatValue(value)), ` ${unit ? `${unit} ` : ""}${value === 1 ? name.replace(/s$/, "") : name}`),
    ),
  );
  byId("legend").hidden = false;
  byId("legend-body").replaceChildren(...sizes(info.legend), ...colors(info.legend), ...arcs(info.legend.arcs));
}

/** @param {Legend} legend */
function sizes({ area, height }) {
  const list = element("dl", "meanings");
  if (area.name) list.append(element("dt", "", "Area"), element("dd", "", metric(area)));
  if (height.name) list.append(element("dt", "", "Height"), element("dd", "", metric(height)));
  return [list];
}

/** @param {Legend} legend */
function colors({ color, color_key }) {
  if (!color.name) return [];
  const heading = element("h3", "", "Colour: ", element("span", "", metric(color)));
  if (color_key.kind === "scale") return [heading, scale(color_key.stops)];
  return [heading, element("ul", "key", ...color_key.entries.map(entry))];
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

/** @param {ArcKey[]} keys */
function arcs(keys) {
  if (!keys.length) return [];
  const items = keys.map(({ label, color }) => element("li", "", swatch(color, "line"), element("span", "label", label)));
  return [element("h3", "", "Arcs"), element("ul", "key", ...items)];
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
function metric({ name, unit }) {
  return unit && !name.includes(unit) ? `${name} (${unit})` : name;
}
