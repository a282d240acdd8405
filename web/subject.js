// What is selected, and its details in the strip.

import { decode, pathOf, remember } from "./address.js";
import { showDetails, showReach, showSource } from "./details.js";
import { tellCleared, tellSelected } from "./embed.js";
import { showImport } from "./imports.js";
import { revealSide } from "./layout.js";
import { showObserved } from "./observed.js";
import { isSame } from "./selection.js";
import { leadToHeading, showHint } from "./strip.js";

/**
 * @typedef {import("./appearance.js").Appearance} Appearance
 * @typedef {import("./page.js").Page} Page
 * @typedef {import("./selection.js").Selection} Selection
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./types.js").ToPage} ToPage
 */

/** What runs changes, but nobody reads faster. */
const OBSERVED_MILLIS = 2000;

export class Subject {
  /** Whose details stand in the strip. @type {Building | null} */
  described = null;
  /** Whether those of an import stand there. */
  isImportShown = false;
  /** When the details of what runs were asked for last. */
  observedAt = 0;

  /**
   * @param {Page} page
   * @param {Selection} selection
   * @param {Appearance} appearance
   */
  constructor(page, selection, appearance) {
    this.page = page;
    this.selection = selection;
    /** What the details lead to. @type {import("./details.js").Actions} */
    this.actions = {
      select: (path) => this.select(path),
      showLine: (line) => this.showLine(line),
      frame: () => page.send({ type: "frame", building: page.selected, selected: page.selected }),
      only: (directory) => appearance.setFilter({ ...page.state.filter, directory }),
      setReach: (depth, direction) => {
        this.setReach(depth, direction);
        if (page.selected) page.send({ type: "select", building: page.selected, around: null, cycle: null });
      },
      line: () => page.state.line,
    };
  }

  /**
   * @param {string} path
   * @param {number} [line]
   */
  select(path, line = 0) {
    this.page.state.line = line;
    this.page.send({ type: "select_path", path, frame: false });
  }

  /**
   * Selects a place, brings it near and shows its source.
   * @param {string} path
   * @param {number} [line]
   */
  go(path, line = 0) {
    const { page } = this;
    const isOtherLine = line !== page.state.line;
    page.state.line = line;
    if (page.selected && path === page.state.selected && isOtherLine) this.showLine(line);
    page.send({ type: "select_path", path, frame: true, line });
  }

  /** @param {Building | null} building that the viewer has selected */
  choose(building) {
    const { page } = this;
    if (!this.selection.report(building)) return;
    page.state.line = 0;
    page.send(building ? { type: "select", building, around: page.selected, cycle: page.drawnCycle } : { type: "clear" });
  }

  /** Selects nothing. */
  deselect() {
    this.selection.clear();
    this.page.send({ type: "clear" });
  }

  /** Something may be another, or have other details: asks for them. @param {boolean} isKept nothing is selected if it is not there any more */
  askAgain(isKept) {
    const { selectedPath } = this.page;
    if (selectedPath !== null) this.page.send({ type: "select_path", path: selectedPath, frame: false, keep: isKept });
  }

  /** @param {number} line */
  showLine(line) {
    const { state } = this.page;
    state.line = line;
    remember(state);
    if (state.selected !== null) this.page.send({ type: "source", path: state.selected, line: Math.max(1, line) });
  }

  /**
   * @param {number} depth
   * @param {import("./types.js").Direction} direction
   */
  setReach(depth, direction) {
    this.page.state = { ...this.page.state, depth, direction };
    remember(this.page.state);
  }

  /** @param {ToPage & { type: "details" }} message */
  describe({ building, shown_as, details, reveal, framed, cycle }) {
    const { page } = this;
    page.selected = building;
    page.drawnCycle = cycle;
    this.isImportShown = false;
    if (framed) page.state.near = true;
    if (reveal) this.selection.request(shown_as);
    const path = pathOf(building, details);
    page.selectedPath = path;
    page.state = { ...page.state, selected: path };
    remember(page.state);
    revealSide();
    const { depth, direction, line } = page.state;
    if (isSame(building, this.described)) {
      showReach(depth, direction);
      leadToHeading();
      return;
    }
    this.described = building;
    tellSelected(building, details);
    showDetails(details, { root: page.city?.root ?? null, depth, direction }, this.actions);
    if (details.kind === "file") page.send({ type: "source", path, line: Math.max(1, line) });
    this.askForObserved();
  }

  /** @param {import("./types.js").Excerpt} excerpt */
  showSource(excerpt) {
    showSource(excerpt, this.actions);
  }

  askForObserved() {
    const { city, selectedPath } = this.page;
    if (!city?.runtime || selectedPath === null || selectedPath.endsWith("/")) return;
    this.observedAt = performance.now();
    this.page.send({ type: "observed", path: selectedPath });
  }

  /** More has run. */
  observeAgain() {
    if (performance.now() - this.observedAt > OBSERVED_MILLIS) this.askForObserved();
  }

  /** @param {ToPage & { type: "observed" }} message */
  showObserved({ path, observed }) {
    showObserved(path, observed, this.actions.showLine);
  }

  /**
   * What is selected stays, and so do the arcs that are drawn around it.
   * @param {import("./types.js").ImportDetails} details
   */
  describeImport(details) {
    this.described = null;
    this.isImportShown = true;
    this.page.state.line = decode(location.hash).line;
    revealSide();
    showImport(details, this.page.selectedPath, this.actions.select);
  }

  /**
   * The city is drawn anew: an import may have another arc, another instance may stand for what is selected, and the viewer
   * drops its selection when it gets a layout.
   * @param {Building | null} shown_as
   */
  showAs(shown_as) {
    if (shown_as && !this.isImportShown) this.selection.request(shown_as);
  }

  leaveImport() {
    const { selectedPath, state } = this.page;
    if (selectedPath !== null) return this.select(selectedPath, state.line);
    this.selection.clear();
    this.clear();
  }

  /** Nothing is selected. */
  clear() {
    const { page } = this;
    if (page.selectedPath !== null) tellCleared();
    this.forget();
    page.state = { ...page.state, selected: null, line: 0 };
    remember(page.state);
    showHint();
  }

  /** Another city is shown. */
  forget() {
    this.page.selectedPath = null;
    this.forgetDetails();
  }

  /** The same, and the path is to be selected there. */
  forgetDetails() {
    this.page.selected = this.page.drawnCycle = this.described = null;
    this.isImportShown = false;
  }
}
