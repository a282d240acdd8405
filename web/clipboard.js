// Copying text, where the page may.

import { button, byId, element } from "./dom.js";

/**
 * A button that copies and says whether it could.
 * @param {string} label
 * @param {string} className
 * @param {() => string} text
 */
export function copyButton(label, className, text) {
  const made = button(label, className, async () => {
    made.textContent = (await copy(text())) ? "Copied" : "Not allowed here";
    byId("announcement").textContent = made.textContent;
    setTimeout(() => (made.textContent = label), 2000);
  });
  return made;
}

/**
 * Frames in notebooks have no clipboard of their own: there the older way often works.
 * @param {string} text
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", "off-screen");
    const focused = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return done;
  }
}
