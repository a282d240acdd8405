// What the page is doing, and what went wrong.

import { button, byId, element } from "./dom.js";

/**
 * A step of loading, in the middle of the page.
 * @param {string} text
 * @param {number} [fraction] how much is done; absent if that is not known
 */
export function showProgress(text, fraction) {
  if (hasFailed()) return;
  const status = byId("status");
  const bar = element("progress", "");
  bar.setAttribute("aria-label", text);
  if (fraction !== undefined) bar.value = Math.min(fraction, 1);
  status.replaceChildren(element("p", "", text), bar);
  status.hidden = false;
}

export function hideProgress() {
  byId("status").hidden = true;
}

/**
 * Something failed for good. The first message stays: what follows is mostly its consequence.
 * @param {string} title
 * @param {string} advice
 * @param {boolean} [needsToken] whether a token may help
 */
export function showFailure(title, advice, needsToken = false) {
  hideProgress();
  if (hasFailed()) return;
  const way = needsToken ? tokenForm() : button("Load again", "", () => location.reload());
  show("failure", element("b", "", title), element("span", "", advice), way);
}

/**
 * Something is away for a while.
 * @param {string} title
 * @param {string} advice
 */
export function showLost(title, advice) {
  if (hasFailed()) return;
  show("lost", element("b", "", title), element("span", "", advice), button("Load again", "", () => location.reload()));
}

/** It is back. */
export function hideLost() {
  if (byId("notice").dataset.kind === "lost") hideWarning();
}

/** Takes a token, or the whole address that was printed, and keeps the rest of this one. */
function tokenForm() {
  const input = element("input", "");
  input.setAttribute("aria-label", "Token, or the address that Repolis printed");
  input.placeholder = "token";
  const form = element("form", "", input, button("Open", "", open));
  function open() {
    const url = new URL(location.href);
    url.searchParams.set("token", /token=([0-9a-f]+)/.exec(input.value)?.[1] ?? input.value.trim());
    location.replace(url);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    open();
  });
  return form;
}

/**
 * Something failed that can be passed over.
 * @param {string} text
 */
export function showWarning(text) {
  if (hasFailed() || byId("notice").dataset.kind === "lost") return;
  show("warning", element("span", "", text), button("Close", "", hideWarning));
}

function hasFailed() {
  return byId("notice").dataset.kind === "failure";
}

function hideWarning() {
  const notice = byId("notice");
  if (notice.contains(document.activeElement)) byId("city").focus();
  notice.hidden = true;
  delete notice.dataset.kind;
}

/**
 * @param {string} kind
 * @param {...HTMLElement} children
 */
function show(kind, ...children) {
  const notice = byId("notice");
  notice.dataset.kind = kind;
  notice.replaceChildren(...children);
  notice.hidden = false;
}
