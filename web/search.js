// The search: a combobox by the ARIA pattern. `/` leads to it from anywhere, the canvas too.

import { byId, element, pathElement } from "./dom.js";

/**
 * @typedef {import("./types.js").Hit} Hit
 *
 * @typedef {object} Search
 * @property {(text: string, hits: Hit[]) => void} show what was found for a text
 */

/**
 * @param {(text: string) => void} ask
 * @param {(hit: Hit) => void} choose
 * @returns {Search}
 */
export function prepareSearch(ask, choose) {
  const input = searchInput();
  const list = byId("hits");
  /** @type {Hit[]} */
  let hits = [];
  let active = -1;
  /** Of the hits shown. */
  let shownFor = "";
  /** Enter was pressed before the answer came. */
  let isAwaited = false;

  /** @param {number} index */
  function activate(index) {
    active = hits.length ? (index + hits.length) % hits.length : -1;
    [...list.children].forEach((row, at) => row.setAttribute("aria-selected", `${at === active}`));
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `hit-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {boolean} isOpen */
  function open(isOpen) {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", `${isOpen}`);
    if (!isOpen) input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  function chooseAt(index) {
    const hit = hits[index];
    if (!hit) return;
    open(false);
    choose(hit);
  }

  function sought() {
    return input.value.trim();
  }

  input.addEventListener("input", () => {
    isAwaited = false;
    if (sought()) ask(sought());
    else open(false);
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => open(false));
  // A press on a row would take the focus, and close the list before the click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const row = target instanceof Element ? target.closest("[role=option]") : null;
    if (row) chooseAt([...list.children].indexOf(row));
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (list.hidden && sought() && shownFor === sought()) open(true);
      activate(active + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (shownFor === sought() && hits.length) chooseAt(Math.max(active, 0));
      else isAwaited = sought() !== "";
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (list.hidden) byId("city").focus();
      open(false);
    }
  });
  // On the window and before anyone else: the viewer takes every key that reaches its canvas.
  addEventListener("keydown", (event) => leadHere(event, input), { capture: true });

  return {
    show(text, found) {
      if (text !== sought()) return;
      hits = found;
      shownFor = text;
      list.replaceChildren(...found.map(row));
      if (!found.length) list.append(element("li", "note", "Nothing is called so."));
      byId("announcement").textContent = found.length ? `${found.length} results` : "No results";
      if (isAwaited) {
        isAwaited = false;
        return chooseAt(0);
      }
      open(document.activeElement === input);
      activate(0);
    },
  };
}

function searchInput() {
  const input = byId("search");
  if (!(input instanceof HTMLInputElement)) throw new Error("#search is no input");
  return input;
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement} input
 */
function leadHere(event, input) {
  const isTyped = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyped) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  input.focus();
}

/**
 * @param {Hit} hit
 * @param {number} index
 */
function row(hit, index) {
  const notes = [hit.kind === "directory" ? "directory" : (hit.language ?? ""), hit.hidden ? "hidden by the filters" : ""];
  const note = element("span", "note", notes.filter(Boolean).join(", "));
  const place = hit.line === null ? pathElement(hit.path) : element("span", "place", pathElement(hit.path), `:${hit.line}`);
  const made = hit.function ? element("li", "", element("code", "", hit.function), place, note) : element("li", "", place, note);
  made.id = `hit-${index}`;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  return made;
}
