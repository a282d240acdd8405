// Links that open a file in the user's editor. Nothing opens without a click.

import { element } from "./dom.js";

const CHOICE = "repolis-editor";
const TEMPLATE = "repolis-editor-template";
/** Addresses that run or show something in the browser itself. */
const REFUSED = /^\s*(javascript|data|blob|vbscript|file|about|https?):/i;

/** @type {Record<string, { label: string, template: string }>} */
const EDITORS = {
  vscode: { label: "VS Code", template: "vscode://file{path}:{line}" },
  idea: { label: "IntelliJ IDEA", template: "idea://open?file={path}&line={line}" },
  zed: { label: "Zed", template: "zed://file{path}:{line}" },
  custom: { label: "Another", template: "" },
};

/** Fits the link to the line that is shown. */
export let refreshEditorLink = () => {};

/**
 * The link and the choice of the editor.
 * @param {string} root the folder as the system names it
 * @param {string} path of the file below it
 * @param {() => number} line
 */
export function editorLink(root, path, line) {
  const link = element("a", "open-in-editor", "Open in editor");
  const menu = element("select", "", ...Object.entries(EDITORS).map(([key, { label }]) => new Option(label, key)));
  menu.setAttribute("aria-label", "Editor");
  menu.value = stored(CHOICE) in EDITORS ? stored(CHOICE) : "vscode";
  const template = element("input", "");
  template.setAttribute("aria-label", "Address of the editor");
  template.placeholder = "editor://open?file={path}&line={line}";
  template.value = stored(TEMPLATE);
  const refresh = () => {
    template.hidden = menu.value !== "custom";
    const address = addressOf(menu.value === "custom" ? template.value : (EDITORS[menu.value]?.template ?? ""), root, path, line());
    if (address) link.href = address;
    else link.removeAttribute("href");
  };
  menu.onchange = () => {
    store(CHOICE, menu.value);
    refresh();
  };
  template.oninput = () => {
    store(TEMPLATE, template.value);
    refresh();
  };
  refreshEditorLink = refresh;
  refresh();
  return element("div", "editor", link, menu, template);
}

/**
 * @param {string} template
 * @param {string} root
 * @param {string} path
 * @param {number} line
 * @returns {string} empty when the template is no address of an editor
 */
export function addressOf(template, root, path, line) {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(template) || REFUSED.test(template)) return "";
  const folder = root.replaceAll("\\", "/").replace(/\/$/, "");
  const full = `${folder.startsWith("/") ? "" : "/"}${folder}/${path}`.split("/").map(encodeURIComponent).join("/");
  return template.replaceAll("{path}", full).replaceAll("{line}", `${Math.max(1, line)}`);
}

/**
 * Frames may be refused a storage: then the choice lasts as long as the page.
 * @param {string} key
 */
function stored(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing is lost but the memory of the choice.
  }
}
