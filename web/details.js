// The details strip: what is known of the selected file or directory.

import { copyButton } from "./clipboard.js";
import { button, byId, element, formatValue, pathElement } from "./dom.js";
import { editorLink, refreshEditorLink } from "./editor.js";
import { sourceView } from "./source.js";
import { showCard } from "./strip.js";

/**
 * @typedef {import("./types.js").Details} Details
 * @typedef {import("./types.js").Direction} Direction
 * @typedef {import("./types.js").FunctionFacts} FunctionFacts
 * @typedef {import("./types.js").Import} Import
 * @typedef {import("./types.js").Measure} Measure
 *
 * @typedef {object} Actions
 * @property {(path: string) => void} select
 * @property {(line: number) => void} showLine of the selected file
 * @property {() => void} frame brings the selection near
 * @property {(directory: string) => void} only shows nothing but a directory
 * @property {(depth: number, direction: Direction) => void} setReach how far and which way imports are drawn
 * @property {() => number} line of the source that is shown
 *
 * @typedef {object} Surroundings
 * @property {string | null} root the analysed folder
 * @property {number} depth
 * @property {Direction} direction
 */

/** How far imports can be drawn. */
const DEPTHS = [1, 2, 3];
/** Which of them, as they are called here. @type {[Direction, string][]} */
const DIRECTIONS = [
  ["both", "both ways"],
  ["out", "what it imports"],
  ["in", "what imports it"],
];

/**
 * @param {Details} details
 * @param {Surroundings} around
 * @param {Actions} actions
 */
export function showDetails(details, around, actions) {
  showCard(summary(details), parts(details, around, actions), `Selected: ${details.path}`);
}

/**
 * @param {number} depth
 * @param {Direction} direction
 */
export function showReach(depth, direction) {
  const values = { depth: `${depth}`, direction };
  for (const [id, value] of Object.entries(values)) {
    const menu = document.getElementById(id);
    if (menu instanceof HTMLSelectElement) menu.value = value;
  }
}

/**
 * Puts lines into the strip, if their file is still selected. Who asked for them from within the strip is led there.
 * @param {import("./types.js").Excerpt} excerpt
 * @param {Actions} actions
 */
export function showSource(excerpt, actions) {
  const place = document.getElementById("source");
  if (!place || place.dataset.path !== excerpt.path) return;
  const isFirst = place.childElementCount === 0;
  const followed = !isFirst && actions.line() > 0 && byId("selection").contains(document.activeElement);
  place.replaceChildren(...sourceView(excerpt, actions.showLine));
  refreshEditorLink();
  const region = place.querySelector(".source");
  const current = place.querySelector(".current");
  if (region instanceof HTMLElement && current instanceof HTMLElement) {
    region.scrollTop = current.offsetTop - region.offsetTop - region.clientHeight / 3;
    if (followed) region.focus();
    else if (!isFirst) region.scrollIntoView({ block: "nearest" });
  }
}

/** @param {Details} details */
function summary({ path }) {
  const shown = element("h2", "", pathElement(path || "/"));
  shown.id = "selected-path";
  return element("summary", "", shown);
}

/**
 * @param {Details} details
 * @param {Surroundings} around
 * @param {Actions} actions
 */
function parts(details, around, actions) {
  const isFile = details.kind === "file";
  const links = (/** @type {boolean} */ withLine) => (/** @type {Import} */ edge) => importLink(edge, withLine, actions.select);
  const source = element("div", "");
  source.id = "source";
  source.dataset.path = details.path;
  const observed = element("div", "");
  observed.id = "observed";
  observed.dataset.path = details.path;
  return [
    tags(details),
    tools(details, around, actions),
    ...(isFile ? [source, observed] : []),
    element("h3", "", "Metrics"),
    metrics(details.metrics),
    ...(isFile ? [reachMenus(around, actions)] : []),
    ...list("Imports", details.imports, links(isFile)),
    ...list("Imported by", details.imported_by, links(false)),
    ...list("External packages", details.externals, (name) => element("li", "external", name)),
    ...list("Functions by complexity", details.functions, (facts) => functionRow(facts, actions.showLine)),
  ];
}

/** @param {Details} details */
function tags({ kind, language, class: sourceClass }) {
  const names = [language ?? (kind === "directory" ? "Directory" : "Text"), sourceClass ?? ""];
  return element("div", "tags", ...names.filter(Boolean).map((name) => element("span", "tag", name)));
}

/**
 * @param {Details} details
 * @param {Surroundings} around
 * @param {Actions} actions
 */
function tools({ path, kind }, { root }, actions) {
  const row = element("div", "tools", button("Go there", "small", actions.frame), copyButton("Copy path", "small", () => path));
  if (kind === "directory") row.append(button("Show only this", "small", () => actions.only(path)));
  if (kind === "file" && root !== null) row.append(editorLink(root, path, actions.line));
  return row;
}

/**
 * @param {Surroundings} around
 * @param {Actions} actions
 */
function reachMenus({ depth, direction }, actions) {
  const far = element("select", "", ...DEPTHS.map((steps) => new Option(steps === 1 ? "1 step" : `${steps} steps`, `${steps}`)));
  const way = element("select", "", ...DIRECTIONS.map(([value, label]) => new Option(label, value)));
  far.id = "depth";
  far.value = `${depth}`;
  way.id = "direction";
  way.value = direction;
  way.setAttribute("aria-label", "Direction of the imports drawn");
  const chosen = () => DIRECTIONS[way.selectedIndex]?.[0] ?? "both";
  far.onchange = way.onchange = () => actions.setReach(Number(far.value), chosen());
  return element("div", "depth", element("label", "", "Imports drawn: ", far), way);
}

/** @param {Measure[]} measures */
function metrics(measures) {
  const list = element("dl", "metrics");
  for (const { name, value, unit } of measures) {
    list.append(element("dt", "", name), element("dd", "", formatMeasure(name, value, unit)));
  }
  return list;
}

/** Units that say no more than the metric's name. */
const SELF_EVIDENT = new Set(["", "number", "level", "share"]);

/**
 * @param {string} name
 * @param {number | string} value
 * @param {string} unit
 */
function formatMeasure(name, value, unit) {
  if (SELF_EVIDENT.has(unit) || name.includes(unit)) return formatValue(value);
  return `${formatValue(value)} ${value === 1 ? unit.replace(/s$/, "") : unit}`;
}

/**
 * A heading with the count and as many rows as were sent; nothing for an empty list.
 * @template T
 * @param {string} title
 * @param {import("./types.js").List<T>} list
 * @param {(item: T) => HTMLElement} row
 */
function list(title, { items, total }, row) {
  if (!total) return [];
  const heading = element("h3", "", title, " ", element("span", "count", formatValue(total)));
  const rows = element("ul", "rows", ...items.map(row));
  if (total > items.length) rows.append(element("li", "more", `and ${formatValue(total - items.length)} more`));
  return [heading, rows];
}

/**
 * @param {Import} edge
 * @param {boolean} withLine
 * @param {(path: string) => void} select
 */
function importLink({ path, line, kind }, withLine, select) {
  const link = button("", "link", () => select(path));
  link.append(pathElement(path));
  link.title = `Select ${path}`;
  const row = element("li", "", link);
  const notes = [kind === "runtime" ? "" : kind, withLine && line !== null ? `line ${line}` : ""].filter(Boolean);
  if (notes.length) row.append(element("span", "note", notes.join(", ")));
  return row;
}

/**
 * @param {FunctionFacts} facts
 * @param {(line: number) => void} showLine
 */
function functionRow({ name, line, complexity }, showLine) {
  const link = button("", "link", () => showLine(line));
  link.append(element("code", "", name));
  link.title = `Show line ${line}`;
  const note = element("span", "note", `line ${line}`);
  const value = element("span", "count", formatValue(complexity));
  value.title = "Cyclomatic complexity";
  return element("li", "", link, note, value);
}
