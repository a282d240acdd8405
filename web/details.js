// The details strip: what is known of the selected file or directory.

import { button, byId, element, formatValue, pathElement } from "./dom.js";

/**
 * @typedef {import("./types.js").Details} Details
 * @typedef {import("./types.js").FunctionFacts} FunctionFacts
 * @typedef {import("./types.js").Import} Import
 * @typedef {import("./types.js").Measure} Measure
 */

export function showHint() {
  const hint = element("p", "hint", "Click a building to see what it is, what it imports and what imports it.");
  const strip = byId("selection");
  strip.classList.add("empty");
  strip.replaceChildren(hint);
}

/**
 * @param {Details} details
 * @param {(path: string) => void} select
 */
export function showDetails(details, select) {
  const strip = byId("selection");
  strip.classList.remove("empty");
  const heading = summary(details);
  const card = element("details", "card", heading, ...parts(details, select));
  card.open = true;
  const followed = strip.contains(document.activeElement);
  strip.replaceChildren(card);
  strip.scrollTop = 0;
  // Whoever came by a link stays in the strip; whoever clicked in the city stays there, and hears of it.
  if (followed) heading.focus();
  else byId("announcement").textContent = `Selected: ${details.path}`;
}

/** @param {Details} details */
function summary({ path }) {
  const shown = element("h2", "", pathElement(path || "/"));
  shown.id = "selected-path";
  return element("summary", "", shown);
}

/**
 * @param {Details} details
 * @param {(path: string) => void} select
 */
function parts(details, select) {
  const links = (/** @type {Import} */ edge) => importLink(edge, details.kind === "file", select);
  return [
    tags(details),
    metrics(details.metrics),
    ...list("Imports", details.imports, links),
    ...list("Imported by", details.imported_by, (edge) => importLink(edge, false, select)),
    ...list("External packages", details.externals, (name) => element("li", "external", name)),
    ...list("Functions by complexity", details.functions, functionRow),
  ];
}

/** @param {Details} details */
function tags({ path, kind, language, class: sourceClass }) {
  const names = [language ?? (kind === "directory" ? "Directory" : "Text"), sourceClass ?? ""];
  const shown = names.filter(Boolean).map((name) => element("span", "tag", name));
  return element("div", "tags", ...shown, copyButton(path));
}

/** @param {string} path */
function copyButton(path) {
  const made = button("Copy path", "small", async () => {
    made.textContent = (await copy(path)) ? "Copied" : "Not allowed here";
  });
  return made;
}

/**
 * Frames in notebooks have no clipboard of their own: there the older way often works.
 * @param {string} text
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", "off-screen");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
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

/** @param {FunctionFacts} facts */
function functionRow({ name, line, complexity }) {
  const note = element("span", "note", `line ${line}`);
  const value = element("span", "count", formatValue(complexity));
  value.title = "Cyclomatic complexity";
  return element("li", "", element("code", "", name), note, value);
}
