// Details and lists out of the tables, as src/session/recorded has them.

import { INCOMING, OUTGOING, CYCLE } from "./offline-arcs.js";
import { at, parentPath, range } from "./offline-data.js";

/**
 * @typedef {import("./offline-arcs.js").Step} Step
 * @typedef {import("./offline-data.js").Tables} Tables
 * @typedef {import("./types.js").Details} Details
 * @typedef {import("./types.js").Lists} Lists
 */

/** Rows of each list. */
const ROWS = 50;
/** Files that a cycle's entry names. */
const CYCLE_FILES = 8;
const MAX_STEPS = 20_000;

/**
 * @template T
 * @param {T[]} all
 * @returns {import("./types.js").List<T>}
 */
export function firstOf(all) {
  return { items: all.slice(0, ROWS), total: all.length };
}

/**
 * @param {Tables} tables
 * @param {number} file
 * @returns {Details}
 */
export function fileDetails(tables, file) {
  const end = (/** @type {number} */ edge, /** @type {number} */ other) => ({
    path: tables.path(other),
    line: at(tables.line, edge),
    kind: tables.kinds[at(tables.kind, edge)] ?? "",
  });
  const sourceClass = tables.category("class", file);
  const { package: packages, packages: names } = tables.externals;
  const externals = range(at(tables.externalStarts, file), at(tables.externalStarts, file + 1)).map((row) => names[packages[row]]);
  return {
    path: tables.path(file),
    kind: "file",
    language: tables.category("language", file),
    class: sourceClass === "source" ? null : sourceClass,
    metrics: tables.metrics.flatMap((metric) => measure(metric, file)),
    imports: firstOf(once(tables, tables.importsOf(file), tables.to).map((edge) => end(edge, at(tables.to, edge)))),
    imported_by: firstOf(once(tables, tables.importersOf(file), tables.from).map((edge) => end(edge, at(tables.from, edge)))),
    externals: firstOf(externals.filter((name, index) => name !== externals[index - 1])),
    functions: firstOf(functionsOf(tables, file)),
  };
}

/**
 * A metric of the user's may have no value here, and texts of the analysis are told elsewhere.
 * @param {import("./offline-data.js").Metric} metric
 * @param {number} file
 * @returns {import("./types.js").Measure[]}
 */
function measure({ name, unit, values, categories, own }, file) {
  const value = at(values, file);
  if (!categories) return Number.isFinite(value) ? [{ name, unit, value }] : [];
  return own && categories[value] ? [{ name, unit: "", value: categories[value] ?? "" }] : [];
}

/**
 * The first import of each file.
 * @param {Tables} tables
 * @param {number[]} edges
 * @param {number[]} others
 */
function once(tables, edges, others) {
  const seen = new Set();
  return edges.filter((edge) => {
    if (at(tables.kind, edge) === tables.module || seen.has(others[edge])) return false;
    seen.add(others[edge]);
    return true;
  });
}

/**
 * @param {Tables} tables
 * @param {number} file
 */
function functionsOf({ functions, functionStarts }, file) {
  const rows = range(at(functionStarts, file), at(functionStarts, file + 1)).map((row) => ({
    name: functions.name[row] ?? "",
    line: at(functions.line, row),
    complexity: at(functions.complexity, row),
  }));
  return rows.sort((a, b) => b.complexity - a.complexity || a.line - b.line);
}

/**
 * @param {Tables} tables
 * @param {number} directory
 * @param {string} repository
 * @returns {Details}
 */
export function directoryDetails(tables, directory, repository) {
  const files = tables.filesBelow(directory);
  const sum = (/** @type {string} */ name) => {
    const values = tables.numbers(name);
    return values ? files.reduce((sum, file) => sum + at(values, file), 0) : 0;
  };
  const sums = ["lines", "code_lines", "functions", "complexity"].map((name) => ({
    name,
    value: sum(name),
    unit: tables.metric(name)?.unit ?? "",
  }));
  const empty = { items: [], total: 0 };
  return {
    path: tables.directories[directory] || repository,
    kind: "directory",
    language: null,
    class: null,
    metrics: [{ name: "files", value: files.length, unit: "files" }, ...sums],
    imports: empty,
    imported_by: empty,
    externals: empty,
    functions: empty,
  };
}

/**
 * The directory that holds all of some files, which are sorted.
 * @param {Tables} tables
 * @param {number[]} files
 */
export function commonDirectory(tables, files) {
  const last = tables.path(files[files.length - 1] ?? 0);
  let directory = parentPath(tables.path(files[0] ?? 0));
  while (directory && !last.startsWith(`${directory}/`)) directory = parentPath(directory);
  return directory;
}

/**
 * @param {Tables} tables
 * @param {(file: number) => boolean} shows
 * @returns {Lists}
 */
export function lists(tables, shows) {
  const cycles = tables.cycles.map((files, index) => ({ files, number: index + 1 })).filter(({ files }) => files.some(shows));
  return {
    cycles: cycles.slice(0, ROWS).map(({ files, number }) => ({
      number,
      files: files.length,
      directory: commonDirectory(tables, files),
      first: files.slice(0, CYCLE_FILES).map((file) => tables.path(file)),
    })),
    all_cycles: tables.cycles.length,
    hotspots: hotspots(tables, shows),
  };
}

/**
 * Files by the product of two ranks: that of their complexity and that of the number of files that import them.
 * @param {Tables} tables
 * @param {(file: number) => boolean} shows
 */
function hotspots(tables, shows) {
  const [complexity, fanIn] = [tables.numbers("complexity"), tables.numbers("fan_in")];
  if (!complexity || !fanIn) return [];
  const shown = tables.drawn.filter(shows);
  const [complex, imported] = [ranks(shown, complexity), ranks(shown, fanIn)];
  const all = shown.map((file) => {
    const score = complex(at(complexity, file)) * imported(at(fanIn, file));
    return { path: tables.path(file), score, complexity: at(complexity, file), fan_in: at(fanIn, file) };
  });
  const by = (/** @type {string} */ a, /** @type {string} */ b) => (a < b ? -1 : 1);
  return all.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || by(a.path, b.path)).slice(0, ROWS);
}

/**
 * The share of files with less.
 * @param {number[]} files
 * @param {Float64Array} values
 */
function ranks(files, values) {
  const sorted = Float64Array.from(files, (file) => at(values, file)).sort();
  return (/** @type {number} */ value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(sorted, middle) < value) low = middle + 1;
      else high = middle;
    }
    return low / Math.max(1, sorted.length);
  };
}

/**
 * The imports on ways from a file and to it, the nearest first. Ways lead only over files that are admitted.
 * @param {Tables} tables
 * @param {number} file
 * @param {number} depth
 * @param {import("./types.js").Direction} direction
 * @param {(file: number) => boolean} admits
 * @returns {Step[]}
 */
export function steps(tables, file, depth, direction, admits) {
  const [forth, back] = [direction === "in" ? 0 : depth, direction === "out" ? 0 : depth];
  const outgoing = walk(tables, file, forth, admits, (at) => tables.importsOf(at), tables.to, OUTGOING);
  return [...outgoing, ...walk(tables, file, back, admits, (at) => tables.importersOf(at), tables.from, INCOMING)];
}

/**
 * @param {Tables} tables
 * @param {number} start
 * @param {number} depth
 * @param {(file: number) => boolean} admits
 * @param {(file: number) => number[]} edges
 * @param {number[]} others
 * @param {number} kind
 */
function walk(tables, start, depth, admits, edges, others, kind) {
  const seen = new Set([start]);
  let frontier = [start];
  /** @type {Step[]} */
  const found = [];
  for (let distance = 1; distance <= depth; distance += 1) {
    const next = [];
    for (const file of frontier) {
      for (const edge of edges(file)) {
        const other = at(others, edge);
        if (at(tables.kind, edge) === tables.module || !admits(other)) continue;
        if (found.length === MAX_STEPS) return found;
        found.push({ from: at(tables.from, edge), to: at(tables.to, edge), kind, distance });
        if (!seen.has(other)) next.push(other);
        seen.add(other);
      }
    }
    frontier = next;
  }
  return found;
}

/**
 * The imports between the files of a cycle.
 * @param {Tables} tables
 * @param {number[]} cycle
 * @returns {Step[]}
 */
export function cycleSteps(tables, cycle) {
  const members = new Set(cycle);
  const edges = cycle.flatMap((file) => tables.importsOf(file));
  const within = edges.filter((edge) => at(tables.kind, edge) !== tables.module && members.has(at(tables.to, edge)));
  return within.map((edge) => ({ from: at(tables.from, edge), to: at(tables.to, edge), kind: CYCLE, distance: 1 }));
}
