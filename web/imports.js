// What stands in the strip when an arc was clicked: the imports that it stands for.

import { button, element, formatValue, pathElement } from "./dom.js";
import { showCard } from "./strip.js";

/**
 * @typedef {import("./types.js").ImportDetails} ImportDetails
 * @typedef {import("./types.js").ImportEnd} ImportEnd
 * @typedef {import("./types.js").ImportLine} ImportLine
 * @typedef {(path: string, line?: number) => void} Select
 */

/**
 * @param {ImportDetails} details
 * @param {string | null} selected what is selected still, as an address names it
 * @param {Select} select
 */
export function showImport({ from, to, imports, calls }, selected, select) {
  const heading = element("h2", "", pathElement(nameOf(from)), " → ", pathElement(nameOf(to)));
  heading.id = "shown-import";
  const isOfFiles = from.kind === "file" && to.kind === "file";
  const back = element("div", "tools");
  if (selected !== null) back.append(button("Back to the selection", "small", () => select(selected)));
  const ends = element("dl", "ends", ...end("from", from, select), ...end("to", to, select));
  const title = element("h3", "", "Lines ", element("span", "count", formatValue(imports.total)));
  const rows = element("ul", "rows", ...imports.items.map((line) => (isOfFiles ? lineOf(line, select) : importOf(line, select))));
  if (imports.total > imports.items.length) {
    rows.append(element("li", "more", `and ${formatValue(imports.total - imports.items.length)} more`));
  }
  const tag = imports.total === 1 ? "Import" : `${formatValue(imports.total)} imports`;
  const seen = calls === undefined ? [] : [element("span", "tag", calls === 1 ? "1 call seen" : `${formatValue(calls)} calls seen`)];
  const unexplained = imports.total ? [title, rows] : [element("p", "note", "No import explains them.")];
  const parts = [element("div", "tags", ...seen, ...(imports.total ? [element("span", "tag", tag)] : [])), back, ends, ...unexplained];
  const what = calls === undefined ? "Import" : "Calls";
  showCard(element("summary", "", heading), parts, `${what} of ${nameOf(to)} by ${nameOf(from)}`);
}

/** @param {ImportEnd} end */
function nameOf({ path, kind }) {
  return kind === "file" ? path : `${path}/`;
}

/**
 * @param {string} role
 * @param {ImportEnd} end
 * @param {Select} select
 */
function end(role, end, select) {
  return [element("dt", "", role), element("dd", "", pathLink(nameOf(end), select))];
}

/**
 * @param {ImportLine} line
 * @param {Select} select
 */
function lineOf({ from, line, kind }, select) {
  return element("li", "", lineLink(`line ${line}`, from, line, select), ...note(kind));
}

/**
 * @param {ImportLine} line
 * @param {Select} select
 */
function importOf({ from, to, line, kind }, select) {
  return element("li", "", lineLink(pathElement(from), from, line, select), element("span", "note", `line ${line} →`), pathLink(to, select), ...note(kind));
}

/** @param {string} kind */
function note(kind) {
  return kind === "runtime" ? [] : [element("span", "note", kind)];
}

/**
 * @param {Node | string} label
 * @param {string} path
 * @param {number} line
 * @param {Select} select
 */
function lineLink(label, path, line, select) {
  const link = button("", "link", () => select(path, line));
  link.append(label);
  link.title = `Show line ${line} of ${path}`;
  return link;
}

/**
 * @param {string} path
 * @param {Select} select
 */
function pathLink(path, select) {
  const link = button("", "link", () => select(path));
  link.append(pathElement(path));
  link.title = `Select ${path}`;
  return link;
}
