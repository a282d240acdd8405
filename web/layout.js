// What of the page is folded, and keys that the viewer would keep to itself.

import { byId } from "./dom.js";

const NARROW = matchMedia("(max-width: 899px)");

/** Whether somebody folded or unfolded the side panel by hand. */
let isChosen = false;

export function prepareLayout() {
  const toggle = byId("side-toggle");
  toggle.addEventListener("click", () => {
    isChosen = true;
    showSide(toggle.getAttribute("aria-expanded") !== "true");
  });
  NARROW.addEventListener("change", () => {
    if (!isChosen) showSide(!NARROW.matches);
  });
  showSide(!NARROW.matches);
  for (const [event, by] of Object.entries({ keydown: "keyboard", pointerdown: "pointer" })) {
    addEventListener(event, () => (document.body.dataset.by = by), { capture: true });
  }
  // The viewer moves its own focus by Tab, and nobody would come out again.
  addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab" && event.target === byId("city")) event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

/** A selection is to be seen, unless somebody folded the panel; in a small one the legend makes room for it. */
export function revealSide() {
  if (isChosen) return;
  if (NARROW.matches && byId("side").hidden) byId("legend").removeAttribute("open");
  showSide(true);
}

/** @param {boolean} isShown */
function showSide(isShown) {
  byId("side").hidden = !isShown;
  byId("side-toggle").setAttribute("aria-expanded", `${isShown}`);
}

/** @param {(shown: boolean) => void} setPanels */
export function preparePanels(setPanels) {
  const toggle = byId("panels");
  toggle.removeAttribute("disabled");
  toggle.addEventListener("click", () => {
    const shown = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", `${shown}`);
    setPanels(shown);
  });
}
