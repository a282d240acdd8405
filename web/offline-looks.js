// Where buildings stand, how high and in which colour they are, for any three metrics and any filter.

import { at, numbers } from "./offline-data.js";

/**
 * @typedef {import("./offline-data.js").Files} Files
 * @typedef {import("./offline-data.js").Pack} Pack
 * @typedef {import("./offline-data.js").Tables} Tables
 * @typedef {import("./offline-types.js").Overview} Overview
 * @typedef {import("./offline-types.js").Point} Point
 * @typedef {import("./types.js").Filter} Filter
 * @typedef {import("./types.js").Legend} Legend
 * @typedef {import("./types.js").Look} Look
 */

/** Buildings as one view shows them; boxes by the place of their files among the drawn ones. */
export class Shape {
  /**
   * @param {Tables} tables
   * @param {Uint8Array} shown by file
   * @param {Pack} layout
   * @param {Float32Array} heights in metres
   */
  constructor(tables, shown, layout, heights) {
    this.tables = tables;
    this.shown = shown;
    this.layout = layout;
    this.x = numbers(layout, "x");
    this.y = numbers(layout, "y");
    this.halfX = numbers(layout, "half_x");
    this.halfY = numbers(layout, "half_y");
    this.base = numbers(layout, "base");
    this.heights = heights;
  }

  /** @param {number} file */
  shows(file) {
    return at(this.shown, file) === 1 && at(this.tables.rank, file) >= 0;
  }

  /**
   * The middle of a shown building's roof.
   * @param {number} file
   * @returns {Point | null}
   */
  roof(file) {
    if (!this.shows(file)) return null;
    const rank = at(this.tables.rank, file);
    return [at(this.x, rank), at(this.y, rank), at(this.base, rank) + at(this.heights, rank)];
  }

  /** @param {number} file */
  footprint(file) {
    const rank = at(this.tables.rank, file);
    return at(this.halfX, rank) * at(this.halfY, rank);
  }

  /**
   * The corners of what some files fill, the hidden ones too; `null` when none of them is drawn.
   * @param {number[]} files
   * @returns {[Point, Point] | null}
   */
  corners(files) {
    const ranks = files.map((file) => at(this.tables.rank, file)).filter((rank) => rank >= 0);
    if (!ranks.length) return null;
    /** @type {Point} */
    const least = [Infinity, Infinity, Infinity];
    /** @type {Point} */
    const most = [-Infinity, -Infinity, -Infinity];
    for (const rank of ranks) {
      const [x, y, base] = [at(this.x, rank), at(this.y, rank), at(this.base, rank)];
      const [halfX, halfY] = [at(this.halfX, rank), at(this.halfY, rank)];
      [x - halfX, y - halfY, base].forEach((value, axis) => (least[axis] = Math.min(least[axis] ?? 0, value)));
      [x + halfX, y + halfY, base + at(this.heights, rank)].forEach((value, axis) => (most[axis] = Math.max(most[axis] ?? 0, value)));
    }
    return [least, most];
  }

  /** Middles and half extents in the order of the instances, as the viewer takes them. */
  boxes() {
    const count = this.tables.ranks.reduce((sum, ranks) => sum + ranks.length, 0);
    const centers = new Float32Array(count * 3);
    const halfSizes = new Float32Array(count * 3);
    let next = 0;
    for (const ranks of this.tables.ranks) {
      for (const rank of ranks) {
        if (rank >= 0) {
          const half = at(this.heights, rank) / 2;
          centers.set([at(this.x, rank), at(this.y, rank), at(this.base, rank) + half], next);
          if (this.shown[at(this.tables.drawn, rank)]) halfSizes.set([at(this.halfX, rank), at(this.halfY, rank), half], next);
        }
        next += 3;
      }
    }
    return { centers, halfSizes };
  }
}

export class Looks {
  /**
   * @param {Files} files
   * @param {Tables} tables
   * @param {Overview} overview
   */
  constructor(files, tables, overview) {
    this.files = files;
    this.tables = tables;
    this.overview = overview;
  }

  /**
   * Why there is no such look; empty if there is.
   * @param {Look} look
   */
  reason(look) {
    const { looks } = this.overview;
    for (const part of /** @type {const} */ (["area", "height", "color"])) {
      const name = look[part];
      if (Object.hasOwn(looks[part], name)) continue;
      if (this.tables.metric(name)) return `${name}: not a metric of numbers`;
      return `${name}: no such metric; there are ${this.tables.metrics.map((metric) => metric.name).join(", ")}`;
    }
    return "";
  }

  /**
   * @param {Look} look one that there is
   * @param {Filter} filter
   */
  async shape({ area, height }, filter) {
    const { looks, heights } = this.overview;
    const layout = await this.files.pack(looks.area[area]?.file ?? "");
    const [halfX, halfY] = [numbers(layout, "half_x"), numbers(layout, "half_y")];
    const { max, power } = looks.height[height] ?? { max: 1, power: 1 };
    const values = this.tables.numbers(height) ?? new Float64Array();
    const metres = Float32Array.from(this.tables.drawn, (file, rank) => {
      const lowest = Math.min(heights.lowest, heights.lowest_of_side * 2 * Math.min(at(halfX, rank), at(halfY, rank)));
      const value = at(values, file);
      const share = Number.isFinite(value) && value > 0 ? Math.min(value / max, 1) ** power : 0;
      return lowest + (heights.tallest - lowest) * share;
    });
    return new Shape(this.tables, shownBy(filter, this.tables), layout, metres);
  }

  /**
   * Three bytes for each instance.
   * @param {Look} look one that there is
   */
  async colors({ color }) {
    const { header, bytes } = await this.files.pack(this.overview.looks.color[color]?.file ?? "");
    const start = header.arrays.colors?.[0] ?? 0;
    const count = this.tables.ranks.reduce((sum, ranks) => sum + ranks.length, 0);
    const colors = new Uint8Array(count * 3);
    let next = 0;
    for (const ranks of this.tables.ranks) {
      for (const rank of ranks) {
        if (rank >= 0) colors.set(bytes.subarray(start + rank * 3, start + rank * 3 + 3), next);
        next += 3;
      }
    }
    return colors;
  }

  /**
   * @param {Look} look one that there is
   * @returns {Legend}
   */
  legend({ area, height, color }) {
    const { info, looks } = this.overview;
    const colored = looks.color[color];
    return {
      area: looks.area[area]?.key ?? info.legend.area,
      height: looks.height[height]?.key ?? info.legend.height,
      color: colored?.metric ?? info.legend.color,
      color_key: colored?.key ?? info.legend.color_key,
      arcs: info.legend.arcs,
    };
  }
}

/**
 * Whether each file passes every part of a filter. Metrics that there are not hide nothing.
 * @param {Filter} filter
 * @param {Tables} tables
 */
export function shownBy(filter, tables) {
  const shown = new Uint8Array(tables.paths.length).fill(1);
  const keep = (/** @type {(file: number) => boolean} */ passes) => {
    for (let file = 0; file < shown.length; file += 1) if (shown[file] && !passes(file)) shown[file] = 0;
  };
  const directory = filter.directory.replace(/^\/+|\/+$/g, "");
  if (directory) keep((file) => tables.path(file) === directory || tables.path(file).startsWith(`${directory}/`));
  for (const [name, hidden] of Object.entries(filter.hide)) {
    const metric = tables.metric(name);
    const { categories, values } = metric ?? { categories: null, values: [] };
    if (categories) keep((file) => !hidden.includes(categories[at(values, file)] ?? ""));
  }
  const values = filter.range && tables.numbers(filter.range.metric);
  if (filter.range && values) {
    const { min, max } = filter.range;
    keep((file) => (min === null || at(values, file) >= min) && (max === null || at(values, file) <= max));
  }
  return shown;
}
