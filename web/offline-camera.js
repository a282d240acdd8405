// Where the camera stands to show a part of the city, by the rules of src/stream/blueprint.rs.

import { at } from "./offline-data.js";

/**
 * @typedef {import("./offline-types.js").Point} Point
 */

/**
 * Eye and target.
 * @param {import("./offline-types.js").Overview["camera"]} camera
 * @param {[Point, Point]} corners
 * @returns {[Point, Point]}
 */
export function eyeBefore({ from_above, room_around, whole_from, least_frame }, [min, max]) {
  const middle = (/** @type {0 | 1 | 2} */ axis) => (min[axis] + max[axis]) / 2;
  /** @type {Point} */
  const target = [middle(0), middle(1), middle(2)];
  const extent = Math.max(...max.map((most, axis) => most - at(min, axis)), least_frame);
  const away = extent * (room_around - (room_around - 1) * Math.min(extent / whole_from, 1));
  const from = (/** @type {0 | 1 | 2} */ axis) => target[axis] + away * from_above[axis];
  return [[from(0), from(1), from(2)], target];
}
