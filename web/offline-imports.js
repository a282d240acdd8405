// The imports that one arc of the picture stands for, as src/session/recorded/imports.rs finds them.

import { CYCLE, DRAWN_KINDS, KINDS } from "./offline-arcs.js";
import { firstOf } from "./offline-answers.js";
import { at } from "./offline-data.js";

/**
 * @typedef {import("./offline-arcs.js").Arcs} Arcs
 * @typedef {import("./offline-data.js").Tables} Tables
 * @typedef {import("./offline-types.js").DrawnArc} DrawnArc
 * @typedef {import("./types.js").ImportDetails} ImportDetails
 */

/** What begins the entities of arcs. */
export const ARCS = "/imports/";

/**
 * The kind of the city's own arcs that an entity has; null for those of a selection.
 * @param {string} entity
 */
export function kindOf(entity) {
  const kind = KINDS.indexOf(entity.slice(ARCS.length));
  return kind >= 0 && kind < DRAWN_KINDS ? kind : null;
}

/**
 * An instance is one half of an arc. What is left of a stream's room is filled with copies of the last one.
 * @param {DrawnArc[]} arcs
 * @param {number} instance
 */
function arcAt(arcs, instance) {
  return arcs[Math.min(instance >> 1, arcs.length - 1)] ?? null;
}

/**
 * Those of an arc around a selection, or of a cycle.
 * @param {Tables} tables
 * @param {DrawnArc[]} arcs
 * @param {number} instance
 */
export function importOfArc(tables, arcs, instance) {
  const arc = arcAt(arcs, instance);
  const isOf = (/** @type {number} */ edge) => at(tables.to, edge) === arc?.to && at(tables.kind, edge) !== tables.module;
  return arc && detailsOf(tables, arc, tables.importsOf(arc.from).filter(isOf));
}

/**
 * Those of an arc of the city.
 * @param {Tables} tables
 * @param {ReturnType<Arcs["strongest"]>} links
 * @param {DrawnArc[]} arcs of the kind
 * @param {number} kind
 * @param {number} instance
 * @param {(file: number) => boolean} shows
 */
export function importsOfArc(tables, links, arcs, kind, instance, shows) {
  const arc = arcAt(arcs, instance);
  if (!arc) return null;
  const { from, to, cycleOf, directory, paths } = tables;
  const { units } = kind === CYCLE ? links.cyclic : links.plain;
  const site = (/** @type {number} */ file) => (units ? paths.length + at(units, at(directory, file)) : file);
  const isOf = (/** @type {number} */ edge) => {
    const [importing, imported, own] = [at(from, edge), at(to, edge), at(tables.kind, edge)];
    if (own === tables.module || site(importing) !== arc.from || site(imported) !== arc.to) return false;
    const isCyclic = at(cycleOf, importing) >= 0 && at(cycleOf, importing) === at(cycleOf, imported);
    return (isCyclic ? CYCLE : own) === kind && shows(importing) && shows(imported);
  };
  return detailsOf(tables, arc, [...from.keys()].filter(isOf));
}

/**
 * @param {Tables} tables
 * @param {DrawnArc} arc
 * @param {number[]} edges
 * @returns {ImportDetails}
 */
function detailsOf(tables, arc, edges) {
  const files = tables.paths.length;
  const end = (/** @type {number} */ site) =>
    site < files
      ? { path: tables.path(site), kind: /** @type {const} */ ("file") }
      : { path: tables.directories[site - files] ?? "", kind: /** @type {const} */ ("directory") };
  const line = (/** @type {number} */ edge) => ({
    from: tables.path(at(tables.from, edge)),
    to: tables.path(at(tables.to, edge)),
    line: at(tables.line, edge),
    kind: tables.kinds[at(tables.kind, edge)] ?? "",
  });
  return { from: end(arc.from), to: end(arc.to), imports: firstOf(edges.map(line)) };
}
