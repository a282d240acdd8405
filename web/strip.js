// The strip beside the city in which details stand, and who is led there.

import { byId, element } from "./dom.js";

export function showHint() {
  const hint = element("p", "hint", "Click a building, or press / and type a name, to see what it is, what it imports and what imports it.");
  const strip = byId("selection");
  const followed = strip.contains(document.activeElement);
  strip.classList.add("empty");
  strip.replaceChildren(hint);
  if (followed) strip.focus();
}

/**
 * @param {HTMLElement} heading
 * @param {(Node | string)[]} parts
 * @param {string} announcement for who stays in the city
 */
export function showCard(heading, parts, announcement) {
  const strip = byId("selection");
  strip.classList.remove("empty");
  const card = element("details", "card", heading, ...parts);
  card.open = true;
  const followed = strip.contains(document.activeElement);
  strip.replaceChildren(card);
  strip.scrollTop = 0;
  // Whoever came by a link stays in the strip; whoever clicked in the city stays there, and hears of it.
  if (followed) heading.focus();
  else byId("announcement").textContent = announcement;
}

/** Who has chosen something elsewhere is to read on in the strip; once the details are there, at their heading. */
export function leadToStrip() {
  byId("selection").focus();
  // Somebody has folded the panel.
  if (document.activeElement !== byId("selection")) byId("city").focus();
}

/** The details that are wanted stand there already. */
export function leadToHeading() {
  if (document.activeElement === byId("selection")) byId("selection").querySelector("summary")?.focus();
}
