// Building elements, and writing numbers, times and paths.

/**
 * An element with a class, and children that are elements or text. Text is never read as HTML.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * @param {string} label
 * @param {string} className
 * @param {() => void} action
 */
export function button(label, className, action) {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

/**
 * The element of `index.html` with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

const NUMBERS = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const WHOLE_NUMBERS = new Intl.NumberFormat("en");

/** @param {number | string} value */
export function formatValue(value) {
  if (typeof value === "string") return value;
  return Number.isInteger(value) ? WHOLE_NUMBERS.format(value) : NUMBERS.format(value);
}

/**
 * @param {number} bytes
 * @param {number} total
 */
export function formatMegabytes(bytes, total) {
  return `${(bytes / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
}

/** @type {Intl.DateTimeFormatOptions} */
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 1, hourCycle: "h23" };
const TODAY = new Intl.DateTimeFormat(undefined, TIME);
const OTHER_DAY = new Intl.DateTimeFormat(undefined, { ...TIME, year: "numeric", month: "2-digit", day: "2-digit" });

/**
 * The time of the day, and the day if it is not this one.
 * @param {number} nanos since the Unix epoch
 */
export function formatTime(nanos) {
  const date = new Date(nanos / 1e6);
  return (date.toDateString() === new Date().toDateString() ? TODAY : OTHER_DAY).format(date);
}

/**
 * A path with its last part set off, so that the name is found at a glance.
 * @param {string} path
 */
export function pathElement(path) {
  const cut = path.lastIndexOf("/", path.length - 2) + 1;
  const folders = path.slice(0, cut).match(/[^/]*\//g) ?? [];
  const folder = element("span", "folder", ...folders.flatMap((name) => [name, document.createElement("wbr")]));
  return element("span", "path", folder, element("b", "", path.slice(cut)));
}

/** @param {import("./types.js").Color} color */
export function cssColor([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}
