// What was seen to run of the selected file, among its details.

import { button, element, formatTime, formatValue } from "./dom.js";

/**
 * @typedef {import("./types.js").Observed} Observed
 * @typedef {import("./types.js").ObservedError} ObservedError
 * @typedef {import("./types.js").ObservedFunction} ObservedFunction
 */

/**
 * Puts it into the strip, if its file is still selected.
 * @param {string} path
 * @param {Observed} observed
 * @param {(line: number) => void} showLine
 */
export function showObserved(path, { functions, errors }, showLine) {
  const place = document.getElementById("observed");
  if (!place || place.dataset.path !== path) return;
  // Who reads on in it is not to lose the place.
  const focused = document.activeElement instanceof HTMLElement && place.contains(document.activeElement) ? document.activeElement : null;
  const parts = [];
  if (functions.total) {
    parts.push(heading("Seen to run, at any time", functions.total), element("ul", "rows", ...functions.items.map((one) => functionRow(one, showLine)), ...more(functions)));
  }
  if (errors.total) parts.push(heading("Errors", errors.total), element("ul", "rows", ...errors.items.map(errorRow), ...more(errors)));
  place.replaceChildren(...parts);
  if (focused) [...place.querySelectorAll("button")].find((one) => one.title === focused.title)?.focus();
}

/**
 * @param {string} title
 * @param {number} total
 */
function heading(title, total) {
  return element("h3", "", title, " ", element("span", "count", formatValue(total)));
}

/** @param {import("./types.js").List<unknown>} list */
function more({ items, total }) {
  return total > items.length ? [element("li", "more", `and ${formatValue(total - items.length)} more`)] : [];
}

/**
 * @param {ObservedFunction} seen
 * @param {(line: number) => void} showLine
 */
function functionRow({ name, line, calls, errors, self_millis, p95_millis }, showLine) {
  const row = element("li", "");
  if (line === null) row.append(element("code", "", name || "(without a name)"));
  else {
    const link = button("", "link", () => showLine(line));
    link.append(element("code", "", name));
    link.title = `Show line ${line}`;
    row.append(link);
  }
  const notes = [
    `${formatValue(calls)} ${calls === 1 ? "call" : "calls"}`,
    self_millis ? `self ${duration(self_millis)}` : "",
    p95_millis === null ? "" : `p95 ${duration(p95_millis)}`,
  ];
  row.append(element("span", "note", notes.filter(Boolean).join(", ")));
  if (errors) row.append(element("span", "count errors", `${formatValue(errors)} failed`));
  return row;
}

/** @param {ObservedError} error */
function errorRow({ time, count, function: name, kind, message }) {
  const when = element("time", "note", formatTime(time));
  const what = [kind, message].filter(Boolean).join(": ");
  const times = count > 1 ? [element("span", "count", `${formatValue(count)} times`)] : [];
  return element("li", "", when, element("span", "errors", what || "failed"), element("span", "note", name), ...times);
}

/** @param {number} millis */
export function duration(millis) {
  if (millis >= 1000) return `${formatValue(Number((millis / 1000).toPrecision(3)))} s`;
  if (millis >= 1) return `${formatValue(Number(millis.toPrecision(3)))} ms`;
  return `${formatValue(Number((millis * 1000).toPrecision(3)))} µs`;
}
