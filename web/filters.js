// The filters: which buildings are hidden.

import { button, byId, element, formatValue } from "./dom.js";

/**
 * @typedef {import("./types.js").Facet} Facet
 * @typedef {import("./types.js").Filter} Filter
 * @typedef {import("./types.js").PageInfo} PageInfo
 * @typedef {import("./types.js").Shown} Shown
 */

/** What people call the metrics of categories. */
const TITLES = new Map([
  ["language", "Language"],
  ["role", "Product and tests"],
  ["class", "Source and generated"],
]);

/** @type {Filter} */
let filter = noFilter();
/** @type {(filter: Filter) => void} */
let changed = () => {};

/** @returns {Filter} */
function noFilter() {
  return { hide: {}, directory: "", range: null };
}

/**
 * @param {Filter} one
 * @param {Filter} other
 */
export function isSameFilter(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Builds the controls for a city.
 * @param {PageInfo} info
 * @param {(filter: Filter) => void} listener
 */
export function prepareFilters(info, listener) {
  changed = listener;
  filter = noFilter();
  byId("facets").replaceChildren(...info.facets.map(facet));
  const metrics = info.metrics.filter(({ range }) => range !== null);
  selectOf("range-metric").replaceChildren(new Option("any value", ""), ...metrics.map(({ name }) => new Option(name)));
  selectOf("range-metric").onchange = () => {
    const range = metrics.find(({ name }) => name === selectOf("range-metric").value)?.range;
    inputOf("range-min").placeholder = range ? formatValue(range[0]) : "";
    inputOf("range-max").placeholder = range ? formatValue(range[1]) : "";
    inputOf("range-min").value = inputOf("range-max").value = "";
    takeRange();
  };
  inputOf("range-min").onchange = inputOf("range-max").onchange = takeRange;
  inputOf("directory").onchange = () => set({ directory: inputOf("directory").value.trim().replace(/^\/+|\/+$/g, "") });
  byId("show-all").onclick = () => {
    set(noFilter());
    showFilter(filter);
  };
  showFilter(filter);
}

/**
 * Sets the controls without telling the listener.
 * @param {Filter} shown
 */
export function showFilter(shown) {
  filter = shown;
  inputOf("directory").value = filter.directory;
  selectOf("range-metric").value = filter.range?.metric ?? "";
  inputOf("range-min").value = `${filter.range?.min ?? ""}`;
  inputOf("range-max").value = `${filter.range?.max ?? ""}`;
  for (const box of boxes()) box.checked = !filter.hide[box.name]?.includes(box.value);
  byId("filters").classList.toggle("in-use", isInUse());
}

/** @param {Shown} shown */
export function showCount({ shown, total }) {
  const hidden = total - shown;
  byId("shown").textContent = hidden
    ? `${formatValue(shown)} of ${formatValue(total)} buildings are shown, ${formatValue(hidden)} are hidden.`
    : `All ${formatValue(total)} buildings are shown.`;
  byId("filter-count").textContent = hidden ? `${formatValue(hidden)} hidden` : "";
}

/** @param {Partial<Filter>} part */
function set(part) {
  filter = { ...filter, ...part };
  byId("filters").classList.toggle("in-use", isInUse());
  changed(filter);
}

function isInUse() {
  return Object.keys(filter.hide).length > 0 || filter.directory !== "" || filter.range !== null;
}

function takeRange() {
  const metric = selectOf("range-metric").value;
  const bound = (/** @type {string} */ id) => (inputOf(id).value === "" ? null : inputOf(id).valueAsNumber);
  set({ range: metric ? { metric, min: bound("range-min"), max: bound("range-max") } : null });
}

function takeBoxes() {
  /** @type {Record<string, string[]>} */
  const hide = {};
  for (const { name, value } of boxes().filter(({ checked }) => !checked)) (hide[name] ??= []).push(value);
  set({ hide });
}

/** @param {Facet} facet */
function facet({ name, values }) {
  const setAll = (/** @type {boolean} */ checked) => {
    boxes(name).forEach((box) => (box.checked = checked));
    takeBoxes();
  };
  const title = TITLES.get(name) ?? name;
  const all = button("all", "link", () => setAll(true));
  const none = button("none", "link", () => setAll(false));
  all.setAttribute("aria-label", `${title}: show all`);
  none.setAttribute("aria-label", `${title}: show none`);
  const rows = values.map(({ value, count }) => {
    const box = element("input", "");
    Object.assign(box, { type: "checkbox", name, value, checked: true, onchange: takeBoxes });
    return element("label", "", box, element("span", "label", value), element("span", "count", formatValue(count)));
  });
  return element("fieldset", "facet", element("legend", "", title, " ", all, " ", none), ...rows);
}

/**
 * @param {string} [name] of one facet; all of them without it
 * @returns {HTMLInputElement[]}
 */
function boxes(name) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const found = byId("facets").querySelectorAll("input[type=checkbox]");
  return [...found].filter((box) => name === undefined || box.name === name);
}

/** @param {string} id */
function inputOf(id) {
  const input = byId(id);
  if (!(input instanceof HTMLInputElement)) throw new Error(`#${id} is no input`);
  return input;
}

/** @param {string} id */
function selectOf(id) {
  const select = byId(id);
  if (!(select instanceof HTMLSelectElement)) throw new Error(`#${id} is no menu`);
  return select;
}
