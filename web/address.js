// The view as the part of the address behind `#`. It never reaches a server.

import { plainActivity } from "./activity.js";
import { ROOM } from "./socket.js";

/**
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").PageInfo} PageInfo
 */

/** @returns {State} nothing but the city as it was recorded */
export function plainState() {
  return {
    city: "",
    look: null,
    filter: { hide: {}, directory: "", range: null },
    depth: 1,
    direction: "both",
    near: false,
    room: ROOM,
    activity: plainActivity(),
    selected: null,
    line: 0,
  };
}

const HIDE = "hide.";
/** @type {import("./types.js").ActivityMeasure[]} */
const MEASURES = ["rate", "self_time", "total_time", "errors"];
/** What is drawn or not. @type {Exclude<keyof import("./types.js").Activity, "measure">[]} */
const DRAWN = ["calls", "imports", "unexplained", "unexercised"];

/**
 * @param {string} hash with or without its `#`
 * @returns {State}
 */
export function decode(hash) {
  const state = plainState();
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const [area, height, color] = [values.get("area"), values.get("height"), values.get("color")];
  if (area || height || color) state.look = { area: area ?? "", height: height ?? "", color: color ?? "" };
  for (const [key, value] of values) {
    if (key.startsWith(HIDE)) (state.filter.hide[key.slice(HIDE.length)] ??= []).push(value);
  }
  state.city = values.get("city") ?? "";
  state.filter.directory = values.get("directory") ?? "";
  state.filter.range = decodeRange(values.get("range") ?? "");
  state.depth = clamp(Number(values.get("depth") ?? 1), 1, 3);
  const direction = values.get("direction");
  state.direction = direction === "in" || direction === "out" ? direction : "both";
  state.selected = values.get("select");
  state.line = clamp(Number(values.get("line") ?? 0), 0, 2 ** 31);
  const measure = values.get("activity");
  if (measure === "off") state.activity.measure = null;
  state.activity.measure = MEASURES.find((known) => known === measure) ?? state.activity.measure;
  for (const part of DRAWN) if (values.has(part)) state.activity[part] = values.get(part) === "on";
  return state;
}

/**
 * @param {State} state
 * @returns {string} with its `#`; empty for a plain state
 */
export function encode({ city, look, filter, depth, direction, activity, selected, line }) {
  const values = new URLSearchParams();
  if (city) values.set("city", city);
  if (look) for (const [key, name] of Object.entries(look)) values.set(key, name);
  for (const [name, hidden] of Object.entries(filter.hide)) hidden.forEach((value) => values.append(HIDE + name, value));
  if (filter.directory) values.set("directory", filter.directory);
  if (filter.range) values.set("range", encodeRange(filter.range));
  if (depth > 1) values.set("depth", `${depth}`);
  if (direction !== "both") values.set("direction", direction);
  const plain = plainActivity();
  if (activity.measure !== plain.measure) values.set("activity", activity.measure ?? "off");
  for (const part of DRAWN) if (activity[part] !== plain[part]) values.set(part, activity[part] ? "on" : "off");
  if (selected !== null) values.set("select", selected);
  if (selected !== null && line) values.set("line", `${line}`);
  const text = values.toString().replaceAll("%2F", "/");
  return text && `#${text}`;
}

/** @param {string} text as in `complexity:10:`, where an end may be missing */
function decodeRange(text) {
  const [metric, min, max] = text.split(":");
  const bound = (/** @type {string | undefined} */ value) => (value && Number.isFinite(Number(value)) ? Number(value) : null);
  return metric ? { metric, min: bound(min), max: bound(max) } : null;
}

/** @param {import("./types.js").Range} range */
function encodeRange({ metric, min, max }) {
  return `${metric}:${min ?? ""}:${max ?? ""}`;
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function clamp(value, least, most) {
  return Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), least), most) : least;
}

/**
 * Writes the state into the address, as a step to go back to if anything has changed.
 * @param {State} state
 */
export function remember(state) {
  const hash = encode(state);
  if (hash === encode(decode(location.hash))) return;
  history.pushState(null, "", location.pathname + location.search + hash);
}

/**
 * Writes the state into the address in the place of one that could not be shown.
 * @param {State} state
 */
export function correct(state) {
  history.replaceState(null, "", location.pathname + location.search + encode(state));
}

/**
 * The path as an address names it: a directory's ends with a slash.
 * @param {import("./types.js").Building} building
 * @param {import("./types.js").Details} details
 */
export function pathOf({ entity, instance }, { path, kind }) {
  if (kind === "file") return path;
  return entity === "/ground" && instance === 0 ? "/" : `${path}/`;
}

/** A link to this view without the token: who opens it is asked for that. */
export function shareableLink() {
  const url = new URL(location.href);
  url.searchParams.delete("token");
  return url.href;
}
