// What runs: what of it the city shows, at which time, and how much of it there is. Nothing of it is to be seen where nothing runs.

import { button, byId, cssColor, element, formatValue } from "./dom.js";

/**
 * @typedef {import("./types.js").Activity} Activity
 * @typedef {import("./types.js").ActivityMeasure} ActivityMeasure
 * @typedef {import("./types.js").Count} Count
 * @typedef {import("./types.js").RuntimeInfo} RuntimeInfo
 * @typedef {import("./types.js").ServiceInfo} ServiceInfo
 */

/** What can be drawn or not, and what it is called. @type {[Exclude<keyof Activity, "measure">, string, string][]} */
const ARCS = [
  ["calls", "Calls", "Calls between files that were seen"],
  ["imports", "Imports", "The imports of the city"],
  ["unexplained", "Unexplained", "Calls that no import explains"],
  ["unexercised", "Unexercised", "Imports along which nothing was called"],
];
const OFF = "";
/** How records are placed, in words. @type {Record<string, string>} */
const PLACED = {
  path: "by the path of a file",
  name: "by a qualified name",
  stack: "by a stack trace",
  unplaced: "not at all",
};

/** @type {Activity} */
let first = { measure: "rate", calls: true, unexplained: false, unexercised: false, imports: true };

/** @returns {Activity} what is shown unless somebody says otherwise */
export function plainActivity() {
  return { ...first };
}

/** @param {Activity} shown from now on, unless somebody says otherwise */
export function showAtFirst(shown) {
  first = shown;
}

/**
 * @param {Activity} one
 * @param {Activity} other
 */
export function isSameActivity(one, other) {
  return one.measure === other.measure && ARCS.every(([part]) => one[part] === other[part]);
}

/**
 * Builds the controls.
 * @param {(change: Partial<Activity>) => void} changed
 */
export function prepareActivity(changed) {
  menu().onchange = () => changed({ measure: /** @type {ActivityMeasure | null} */ (menu().value || null) });
  byId("activity-arcs").replaceChildren(
    ...ARCS.map(([part, label, title]) => {
      const made = button(label, "small", () => changed({ [part]: made.getAttribute("aria-pressed") !== "true" }));
      made.id = `draw-${part}`;
      made.title = title;
      return made;
    }),
  );
}

/**
 * Shows what is known of what runs, or nothing at all.
 * @param {RuntimeInfo | null} runtime
 * @param {Activity} activity
 */
export function showRuntime(runtime, activity) {
  const isThere = runtime !== null && hasAny(runtime);
  byId("activity").hidden = byId("runtime").hidden = !isThere;
  if (!isThere) return;
  byId("live").hidden = !runtime.is_live;
  for (const id of ["menu-activity-label", "menu-activity", "activity-arcs"]) byId(id).hidden = runtime.is_fixed;
  const offered = runtime.measures.map(({ name, label }) => new Option(label, name));
  if (menu().options.length !== offered.length + 1) menu().replaceChildren(...offered, new Option("off", OFF));
  showActivity(activity, runtime);
  byId("runtime-note").textContent = runtime.note;
  byId("placed").replaceChildren(...runtime.placed.map(({ name, count }) => row(PLACED[name] ?? name, count)));
  section("records", runtime.records);
  section("refused", runtime.refused);
  section("mended", runtime.mended);
  services(runtime);
  const unplaced = runtime.placed.find(({ name }) => name === "unplaced")?.count ?? 0;
  const all = runtime.placed.reduce((sum, { count }) => sum + count, 0);
  const refused = runtime.refused.reduce((sum, { count }) => sum + count, 0);
  const parts = [`${formatValue(all)} ${all === 1 ? "record" : "records"}`, unplaced ? `${formatValue(unplaced)} unplaced` : "", refused ? `${formatValue(refused)} refused` : ""];
  byId("runtime-count").textContent = parts.filter(Boolean).join(", ");
}

/**
 * Sets the controls and the legend.
 * @param {Activity} activity
 * @param {RuntimeInfo} runtime
 */
export function showActivity(activity, { measures, error_color, arcs }) {
  menu().value = activity.measure ?? OFF;
  for (const [part] of ARCS) byId(`draw-${part}`).setAttribute("aria-pressed", `${activity[part]}`);
  const key = measures.find(({ name }) => name === activity.measure);
  const bar = element("div", "scale-bar");
  bar.style.background = `linear-gradient(to right, ${(key?.stops ?? []).map(({ color }) => cssColor(color)).join(", ")})`;
  const labels = element("div", "scale-labels", ...(key?.stops ?? []).map(({ label }) => element("span", "", label)));
  byId("key-activity").replaceChildren(...(key && key.stops.length > 1 ? [bar, labels] : []));
  const entries = [...(key ? [{ label: "errors", color: error_color, className: "swatch" }] : []), ...arcs.map((arc) => ({ ...arc, className: "line" }))];
  byId("key-runtime").replaceChildren(
    ...entries.map(({ label, color, className }) => {
      const swatch = element("span", className);
      swatch.style.background = cssColor(color);
      return element("li", "", swatch, element("span", "label", label));
    }),
  );
}

/** @param {RuntimeInfo} runtime */
function hasAny({ placed, refused, services }) {
  return [...placed, ...refused].some(({ count }) => count > 0) || services.total > 0;
}

/**
 * A heading and its rows; neither where there are none.
 * @param {string} id
 * @param {Count[]} counts
 */
function section(id, counts) {
  byId(id).replaceChildren(...counts.map(({ name, count }) => row(name, count)));
  byId(`${id}-title`).hidden = byId(id).hidden = counts.length === 0;
}

/** @param {RuntimeInfo} runtime */
function services({ services: { items, total } }) {
  const rows = items.map(({ name, calls, errors }) => {
    const made = row(name || "(without a name)", calls);
    if (errors) made.append(element("span", "count errors", `${formatValue(errors)} failed`));
    return made;
  });
  if (total > items.length) rows.push(element("li", "more", `and ${formatValue(total - items.length)} more`));
  byId("services").replaceChildren(...rows);
}

/**
 * @param {string} name
 * @param {number} count
 */
function row(name, count) {
  return element("li", "", element("span", "label", name), element("span", "count", formatValue(count)));
}

function menu() {
  const found = byId("menu-activity");
  if (!(found instanceof HTMLSelectElement)) throw new Error("#menu-activity is no menu");
  return found;
}
