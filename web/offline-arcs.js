// Imports as arcs above the roofs, by the rules of src/city/arcs.rs and src/city/census.rs.

import { at } from "./offline-data.js";

/**
 * @typedef {import("./offline-data.js").Tables} Tables
 * @typedef {import("./offline-types.js").DrawnArc} DrawnArc
 * @typedef {import("./offline-types.js").Point} Point
 *
 * @typedef {(file: number) => Point | null} Roof
 *
 * An import between two sites: files by their number, directories by theirs behind all files.
 * @typedef {object} Link
 * @property {number} from
 * @property {number} to
 * @property {number} kind
 * @property {number} weight
 *
 * @typedef {object} Step
 * @property {number} from
 * @property {number} to
 * @property {number} kind
 * @property {number} distance imports between the selected file and the far end
 */

const CITY_METRES = 1000;
export const MAX_ARCS = 1000;
const SEGMENTS = 16;
const UNIT_LIMITS = [256, 128, 64, 32, 16, 8];
export const THICKEST_ARC = 0.002 * CITY_METRES;
const THINNEST = 0.0005 * CITY_METRES;
const ABOVE_OTHERS = 1.25;
/** @type {Point} */
const FAR = [150, 150, 150];
/** @type {Point} */
const PALE = [225, 225, 225];

/** The first ones as kinds of imports are numbered; the first five are drawn without a selection. */
export const KINDS = ["runtime", "type_only", "dynamic", "re_export", "cycles", "outgoing", "incoming"];
export const DRAWN_KINDS = 5;
export const CYCLE = 4;
export const OUTGOING = 5;
export const INCOMING = 6;

export class Arcs {
  /**
   * @param {Tables} tables
   * @param {import("./offline-types.js").Overview["arcs"]} options
   */
  constructor(tables, options) {
    this.tables = tables;
    this.budget = options.budget;
    this.colors = KINDS.map((kind) => options.colors[kind] ?? FAR);
    this.sites = tables.paths.length + tables.directories.length;
  }

  /**
   * What a city draws of the imports between files that are shown, whatever its look: links, and what directories stand for.
   * @param {(file: number) => boolean} shows
   */
  strongest(shows) {
    const { from, to, kind, module, cycleOf } = this.tables;
    /** @type {Link[]} */
    const cyclic = [];
    /** @type {Link[]} */
    const plain = [];
    const linked = new Set();
    from.forEach((importing, edge) => {
      const imported = at(to, edge);
      if (at(kind, edge) === module || !shows(importing) || !shows(imported)) return;
      linked.add(importing).add(imported);
      const isCyclic = at(cycleOf, importing) >= 0 && at(cycleOf, importing) === at(cycleOf, imported);
      const link = { from: importing, to: imported, kind: isCyclic ? CYCLE : at(kind, edge), weight: 1 };
      (isCyclic ? cyclic : plain).push(link);
    });
    const census = new Census(this.tables, [...linked].sort((a, b) => a - b));
    const first = this.fitting(census, cyclic, Math.floor(this.budget / 3));
    return { census, cyclic: first, plain: this.fitting(census, plain, this.budget - first.links.length) };
  }

  /**
   * At most `budget` links at the finest level that does not lose much of them.
   * @param {Census} census
   * @param {Link[]} all
   * @param {number} budget
   * @returns {{ links: Link[], units: Int32Array | null }}
   */
  fitting(census, all, budget) {
    const files = this.tables.paths.length;
    let links = this.counted(all);
    /** @type {Int32Array | null} */
    let units = null;
    for (const limit of UNIT_LIMITS) {
      if (links.length <= Math.floor((budget * 3) / 2)) break;
      const coarse = census.units(limit);
      const unit = (/** @type {number} */ site) =>
        files + at(coarse, site < files ? at(this.tables.directory, site) : site - files);
      const coarser = this.counted(links.map((link) => ({ ...link, from: unit(link.from), to: unit(link.to) })));
      if (!coarser.length) break;
      links = coarser;
      units = coarse;
    }
    return { links: truncated(links, budget), units };
  }

  /**
   * The arcs of a city by kind.
   * @param {ReturnType<Arcs["strongest"]>} strongest
   * @param {Roof} roof
   * @param {(file: number) => number} footprint
   */
  ofCity({ census, cyclic, plain }, roof, footprint) {
    /** @type {DrawnArc[][]} */
    const byKind = Array.from({ length: DRAWN_KINDS }, () => []);
    for (const { links, units } of [plain, cyclic]) {
      const places = units ? census.places(units, roof, footprint) : null;
      const end = (/** @type {number} */ site) => {
        if (site < this.tables.paths.length) return roof(site);
        return places?.get(site - this.tables.paths.length) ?? null;
      };
      for (const { kind, arc } of this.drawn(links, 1, end)) byKind[kind]?.push(arc);
    }
    return byKind;
  }

  /**
   * Arcs between the middles of roofs, the nearest first and strongest.
   * @param {Step[]} steps
   * @param {Roof} roof
   */
  along(steps, roof) {
    const farthest = steps.reduce((far, step) => Math.max(far, step.distance), 0);
    /** @type {DrawnArc[]} */
    const arcs = [];
    for (let distance = 1; distance <= farthest; distance += 1) {
      const near = steps.filter((step) => step.distance === distance).map((step) => ({ ...step, weight: 1 }));
      const links = truncated(this.counted(near), MAX_ARCS - arcs.length);
      arcs.push(...this.drawn(links, ABOVE_OTHERS, roof).map(({ arc }) => faded(arc, distance)));
    }
    return arcs;
  }

  /**
   * Links with the same ends and kind become one; what stays within one site is left out.
   * @param {Link[]} links
   */
  counted(links) {
    /** @type {Map<number, Link>} */
    const found = new Map();
    for (const { from, to, kind, weight } of links) {
      if (from === to) continue;
      const key = (from * this.sites + to) * KINDS.length + kind;
      const known = found.get(key);
      if (known) known.weight += weight;
      else found.set(key, { from, to, kind, weight });
    }
    return [...found.values()];
  }

  /**
   * @param {Link[]} links
   * @param {number} bow
   * @param {Roof} end
   */
  drawn(links, bow, end) {
    const most = links.reduce((most, link) => Math.max(most, link.weight), 1);
    return links.flatMap(({ from, to, kind, weight }) => {
      const [start, stop] = [end(from), end(to)];
      if (!start || !stop) return [];
      const color = this.colors[kind] ?? FAR;
      /** @type {DrawnArc} */
      const arc = {
        from,
        to,
        points: curve(start, stop, bow),
        radius: THINNEST + (THICKEST_ARC - THINNEST) * Math.sqrt(weight / most),
        colors: [color, mix(color, PALE, 0.55)],
      };
      return [{ kind, arc }];
    });
  }
}

/**
 * @param {Link[]} links
 * @param {number} budget
 */
function truncated(links, budget) {
  links.sort((a, b) => b.weight - a.weight || a.from - b.from || a.to - b.to || a.kind - b.kind);
  return links.slice(0, Math.max(0, budget));
}

/**
 * Thinner and greyer the farther it is from what is selected.
 * @param {DrawnArc} arc
 * @param {number} distance
 * @returns {DrawnArc}
 */
function faded(arc, distance) {
  const share = 0.6 * (1 - 1 / distance);
  const [near, far] = arc.colors;
  return { ...arc, radius: arc.radius / distance ** 0.25, colors: [mix(near, FAR, share), mix(far, FAR, share)] };
}

/**
 * @param {Point} from
 * @param {Point} to
 * @param {number} share
 * @returns {Point}
 */
function mix(from, to, share) {
  const part = (/** @type {0 | 1 | 2} */ index) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [part(0), part(1), part(2)];
}

/**
 * A parabola that bows to its right, so that imports both ways do not cover each other.
 * @param {Point} from
 * @param {Point} to
 * @param {number} stretch
 */
function curve(from, to, stretch) {
  const [x, y, z] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const rise = Math.min(0.3 * Math.hypot(x, y) + 0.015 * CITY_METRES, 0.3 * CITY_METRES);
  const points = new Float32Array((SEGMENTS + 1) * 3);
  for (let index = 0; index <= SEGMENTS; index += 1) {
    const share = index / SEGMENTS;
    const bow = stretch * 4 * share * (1 - share);
    points[index * 3] = from[0] + x * share + 0.07 * y * bow;
    points[index * 3 + 1] = from[1] + y * share - 0.07 * x * bow;
    points[index * 3 + 2] = from[2] + z * share + rise * bow;
  }
  return points;
}

/** Which of some files lie in and below each directory. */
class Census {
  /**
   * @param {Tables} tables
   * @param {number[]} files sorted
   */
  constructor(tables, files) {
    this.tables = tables;
    this.files = files;
    const count = tables.directories.length;
    this.own = new Int32Array(count);
    for (const file of files) {
      const directory = at(tables.directory, file);
      this.own[directory] = at(this.own, directory) + 1;
    }
    this.below = this.own.slice();
    /** @type {number[][]} */
    this.children = Array.from({ length: count }, () => []);
    for (let directory = count - 1; directory > 0; directory -= 1) {
      const parent = at(tables.parent, directory);
      this.below[parent] = at(this.below, parent) + at(this.below, directory);
      if (at(this.below, directory)) this.children[parent]?.unshift(directory);
    }
  }

  /**
   * For each directory the unit it belongs to: itself or the nearest one above of those that hold most.
   * @param {number} limit
   */
  units(limit) {
    const count = this.tables.directories.length;
    const open = new Uint8Array(count);
    const waiting = this.files.length ? [0] : [];
    for (let opened = 0; opened < limit && waiting.length; ) {
      let best = 0;
      waiting.forEach((directory, index) => {
        const most = waiting[best] ?? 0;
        const more = at(this.below, directory) - at(this.below, most);
        if (more > 0 || (more === 0 && directory < most)) best = index;
      });
      const directory = waiting[best] ?? 0;
      waiting.splice(best, 1);
      const children = this.children[directory] ?? [];
      if (at(this.own, directory) > 0 || children.length !== 1) {
        open[directory] = 1;
        opened += 1;
      }
      waiting.push(...children);
    }
    const units = new Int32Array(count);
    for (let directory = 1; directory < count; directory += 1) {
      units[directory] = open[directory] ? directory : at(units, at(this.tables.parent, directory));
    }
    return units;
  }

  /**
   * The middle of the roofs of each unit's files, weighted by footprint.
   * @param {Int32Array} units
   * @param {Roof} roof
   * @param {(file: number) => number} footprint
   */
  places(units, roof, footprint) {
    /** @type {Map<number, [number, number, number, number]>} */
    const sums = new Map();
    for (const file of this.files) {
      const top = roof(file);
      if (!top) continue;
      const unit = at(units, at(this.tables.directory, file));
      const sum = sums.get(unit) ?? [0, 0, 0, 0];
      const ground = footprint(file);
      sums.set(unit, [sum[0] + ground * top[0], sum[1] + ground * top[1], sum[2] + ground * top[2], sum[3] + ground]);
    }
    /** @type {Map<number, Point>} */
    const places = new Map();
    for (const [unit, [x, y, z, ground]] of sums) places.set(unit, [x / ground, y / ground, z / ground]);
    return places;
  }
}
