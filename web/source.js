// The preview of a source: some lines of the selected file.

import { button, element, formatValue } from "./dom.js";

/** Lines that a step up or down moves by. */
const STEP = 40;

/**
 * @param {import("./types.js").Excerpt} excerpt
 * @param {(line: number) => void} goTo
 */
export function sourceView({ path, first_line, line, lines, total_lines, note }, goTo) {
  const remark = note ? [element("p", "note", note)] : [];
  if (!lines.length) return [element("h3", "", "Source"), ...(remark.length ? remark : [element("p", "note", "It is empty.")])];
  const last = first_line + lines.length - 1;
  const rows = lines.map((text, index) => {
    const number = element("span", "line-number", `${first_line + index}`);
    const made = element("div", first_line + index === line ? "line current" : "line", number, element("code", "", text || " "));
    if (first_line + index === line) made.setAttribute("aria-current", "true");
    return made;
  });
  const region = element("div", "source", ...rows);
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", `Source of ${path}, lines ${first_line} to ${last}`);
  const earlier = button("Earlier", "small", () => goTo(Math.max(1, line - STEP)));
  const later = button("Later", "small", () => goTo(Math.min(total_lines, line + STEP)));
  earlier.disabled = first_line === 1;
  later.disabled = last >= total_lines;
  const range = element("span", "note", `lines ${formatValue(first_line)}–${formatValue(last)} of ${formatValue(total_lines)}`);
  return [element("h3", "", "Source ", range), ...remark, region, element("div", "steps", earlier, later)];
}
