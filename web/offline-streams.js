// Streams for the viewer out of templates: copies with new ids, and numbers in their gaps.

/**
 * @typedef {import("./offline-data.js").Pack} Pack
 * @typedef {import("./offline-types.js").DrawnArc} DrawnArc
 * @typedef {import("./offline-types.js").StreamHeader} StreamHeader
 *
 * @typedef {(view: DataView, starts: [number, number][]) => void} Fill writes into a copy's arrays
 */

/** Ids are times in nanoseconds; later ones win. */
let lastId = BigInt(Date.now()) * 1_000_000n;
/** More than any stream has ids. */
const IDS = 1_000_000n;

/**
 * A stream of a pack as the viewer takes it.
 * @param {Pack} pack
 * @param {string} name
 * @param {Record<string, Fill>} [fills] by slot
 * @returns {Uint8Array}
 */
export function streamOf(pack, name, fills = {}) {
  const header = pack.header.streams[name];
  if (!header) throw new Error(`the files hold no stream ${name}`);
  const [start, length] = header.place;
  const bytes = pack.bytes.slice(start, start + length);
  const view = new DataView(bytes.buffer);
  renew(view, header);
  for (const [slot, fill] of Object.entries(fills)) fill(view, header.slots[slot] ?? []);
  return bytes;
}

/**
 * @param {DataView} view
 * @param {StreamHeader} header
 */
function renew(view, { ids }) {
  lastId += IDS;
  const first = lastId;
  pairs(ids.little, (at, later) => view.setBigUint64(at, first + BigInt(later), true));
  pairs(ids.big, (at, later) => view.setBigUint64(at, first + BigInt(later), false));
  pairs(ids.hex, (at, later) => {
    const digits = (first + BigInt(later)).toString(16).toUpperCase().padStart(16, "0");
    for (let index = 0; index < 16; index += 1) view.setUint8(at + index, digits.charCodeAt(index));
  });
}

/**
 * @param {number[]} flat
 * @param {(at: number, later: number) => void} take
 */
function pairs(flat, take) {
  for (let index = 0; index + 1 < flat.length; index += 2) take(flat[index] ?? 0, flat[index + 1] ?? 0);
}

/**
 * Numbers one after another into all arrays of a slot.
 * @param {ArrayLike<number>} values
 * @returns {Fill}
 */
export function floats(values) {
  return (view, places) => {
    let next = 0;
    for (const [start, length] of places) {
      for (let at = start; at < start + length; at += 4) view.setFloat32(at, values[next++] ?? 0, true);
    }
  };
}

/**
 * Opaque colours of three bytes each.
 * @param {ArrayLike<number>} values
 * @returns {Fill}
 */
export function opaque(values) {
  return (view, places) => {
    let next = 0;
    for (const [start, length] of places) {
      for (let at = start; at < start + length; at += 4, next += 3) {
        const rgb = ((values[next] ?? 0) << 24) | ((values[next + 1] ?? 0) << 16) | ((values[next + 2] ?? 0) << 8);
        view.setUint32(at, (rgb | 255) >>> 0, true);
      }
    }
  };
}

/**
 * The stream that draws arcs at an entity in the place of those before; two strips an arc. What a template has more room
 * for is filled with copies of the last one.
 * @param {Pack} pack
 * @param {number[]} rooms
 * @param {string} name of the entity
 * @param {DrawnArc[]} arcs
 * @param {(radius: number) => number} scale
 */
export function arcsStream(pack, rooms, name, arcs, scale) {
  const room = rooms.find((room) => room >= arcs.length) ?? rooms[rooms.length - 1] ?? 0;
  const last = arcs[Math.min(arcs.length, room) - 1];
  if (!last) return streamOf(pack, `arcs-${name}-0`);
  const half = Math.floor(last.points.length / 3 / 2) + 1;
  const points = new Float32Array(room * 2 * half * 3);
  const colors = new Uint8Array(room * 2 * 3);
  const radii = new Float32Array(room * 2);
  for (let index = 0; index < room; index += 1) {
    const arc = arcs[index] ?? last;
    points.set(arc.points.subarray(0, half * 3), index * 2 * half * 3);
    points.set(arc.points.subarray((half - 1) * 3), (index * 2 + 1) * half * 3);
    colors.set([...arc.colors[0], ...arc.colors[1]], index * 6);
    radii.fill(scale(arc.radius), index * 2, index * 2 + 2);
  }
  const fills = { points: floats(points), colors: opaque(colors), radii: floats(radii) };
  return streamOf(pack, `arcs-${name}-${room}`, fills);
}
