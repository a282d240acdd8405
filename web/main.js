// The page: brings socket, viewer and what is shown around it together.

import { isSameActivity, prepareActivity, showActivity, showAtFirst, showRuntime } from "./activity.js";
import { correct, decode, pathOf, plainState, remember, shareableLink } from "./address.js";
import { prepareCities, showCityName } from "./cities.js";
import { copyButton } from "./clipboard.js";
import { Clock } from "./clock.js";
import { showDetails, showReach, showSource } from "./details.js";
import { byId } from "./dom.js";
import { Dressing } from "./dressing.js";
import { tellCleared, tellColor, tellSelected, tellTime } from "./embed.js";
import { prepareFilters, showCount, showFilter } from "./filters.js";
import { showImport } from "./imports.js";
import { prepareLayout, revealSide } from "./layout.js";
import { showInfo, showLegend } from "./legend.js";
import { Loading } from "./loading.js";
import { isSameLook, prepareMenus, recordedLook, showLook } from "./menus.js";
import { Moment, TIMELINE } from "./moment.js";
import { showObserved } from "./observed.js";
import { arePlacesOpen, preparePlaces, showPlaces } from "./places.js";
import { Remotes } from "./remote.js";
import { prepareSearch } from "./search.js";
import { Selection, isSame } from "./selection.js";
import { LIGHT, ROOM, connect } from "./socket.js";
import { hideLost, showFailure, showLost, showWarning } from "./status.js";
import { leadToHeading, leadToStrip, showHint } from "./strip.js";
import { Swap } from "./swap.js";

/**
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./types.js").Command} Command
 * @typedef {import("./types.js").PageInfo} PageInfo
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").ToPage} ToPage
 *
 * @typedef {object} Early
 * @property {PageInfo[]} cities
 * @property {[Uint8Array, { opens?: string, ends?: string }][]} parts
 * @property {boolean} isSent
 */

/** @type {PageInfo[]} */
let cities = [];
/** The city that is shown. @type {PageInfo | null} */
let city = null;
/** What the address says. */
let state = plainState();
/** @type {Building | null} */
let selected = null;
/** Its path, as an address names it. @type {string | null} */
let selectedPath = null;
/** Whose details stand in the strip. @type {Building | null} */
let described = null;
/** Cities that come in the place of these. @type {Swap | null} */
let swap = null;
/** The same before the viewer is there: nothing can be swapped yet. @type {Early | null} */
let early = null;
/** The connection is gone: nobody hears what is asked. */
let isAway = false;
/** Whether those of an import stand there. */
let isImportShown = false;
/** The import cycle that is drawn, and not the imports of what is selected. @type {number | null} */
let drawnCycle = null;
/** The recordings in which what runs is drawn as this page wants it. @type {Set<string>} */
const lit = new Set();
/** When the details of what runs were asked for last. */
let observedAt = 0;

const dressing = new Dressing((before) => send({ type: "look", before, selected, cycle: drawnCycle }));
const selection = new Selection((building) => loading.select(building));
const moment = new Moment({
  range: () => loading.viewer?.timeRange(TIMELINE) ?? null,
  setTime: (time) => loading.viewer?.setTime(TIMELINE, time),
  play: (playing) => loading.viewer?.play(playing),
});
const clock = new Clock(() => loading.viewer?.now() ?? null, tellNow);
const loading = new Loading({ selected: select, ready, timeChanged: () => clock.changed() });
const sendTo = connect({
  message: receive,
  received: (bytes) => loading.count(bytes),
  rrd: takeRrd,
  known: () => (loading.isSettled ? cities.map((one) => one.recording_id) : null),
  lost,
  closed: (reason, needsToken) => showFailure("Disconnected.", reason, needsToken),
});
const search = prepareSearch(
  (text) => send({ type: "search", text }),
  ({ path, line }) => {
    revealSide();
    leadToStrip();
    go(path, line ?? 0);
  },
);
const remotes = new Remotes(
  {
    open: (recording) => {
      if (!cities.some((one) => one.recording_id === recording)) return false;
      if (recording !== city?.recording_id) open(recording, true);
      return true;
    },
    look: () => state.look ?? (city && recordedLook(city)),
    setLook: (look) => {
      showLook(look);
      setLook(look);
    },
    setFilter,
    select: (path) => actions.select(path),
    clear: () => {
      selection.clear();
      send({ type: "clear" });
    },
    frame: (building) => send({ type: "frame", building, selected }),
    setReach: (depth, direction) => {
      state = { ...state, depth, direction };
      remember(state);
    },
    play: (playing) => {
      moment.follow(false);
      loading.viewer?.play(playing);
    },
    setTime: (timeline, time) => {
      moment.follow(false);
      loading.viewer?.setTime(timeline, time);
    },
  },
  decode(location.hash),
);
const places = {
  opened: () => send({ type: "lists" }),
  cycle: (/** @type {number} */ number) => {
    state.line = 0;
    send({ type: "cycle", number });
  },
  file: (/** @type {string} */ path) => go(path),
};
const actions = {
  select: (/** @type {string} */ path, line = 0) => {
    state.line = line;
    send({ type: "select_path", path, frame: false });
  },
  showLine,
  frame: () => send({ type: "frame", building: selected, selected }),
  only: (/** @type {string} */ directory) => setFilter({ ...state.filter, directory }),
  setReach,
  line: () => state.line,
};

prepareLayout();
prepareActivity((change) => setActivity({ ...state.activity, ...change }));
preparePlaces(places);
byId("whole").addEventListener("click", () => send({ type: "frame", building: null, selected }));
byId("share").replaceWith(copyButton("Copy link", "", shareableLink));
for (const event of ["pointerdown", "keydown"]) byId("city").addEventListener(event, () => selection.touch(), { capture: true });
addEventListener("popstate", () => restore());
LIGHT.addEventListener("change", () => send({ type: "theme", light: LIGHT.matches }));

/** @param {ToPage} message */
function receive(message) {
  switch (message.type) {
    case "hello":
      cities = message.cities;
      prepareCities(cities, (recording) => open(recording, true));
      open(decode(location.hash).city, false);
      return loading.start(message.recording_bytes, city?.recording_id ?? "");
    case "replaced":
      return replace(message.cities);
    case "ready":
      if (early) return void (early.isSent = true);
      return swap ? dressNew(swap) : loading.complete();
    case "drive":
      return remotes.take(message);
    case "metrics":
      return takeMetrics(message.city, message.changed);
    case "details":
      return describe(message);
    case "import":
      return describeImport(message.details);
    case "cleared":
      return clear();
    case "look":
      return swap && isOfSwap(swap) ? void (swap.look = message) : dress(message);
    case "refused":
      return swap && isOfSwap(swap) ? finish(swap) : undress(message.message);
    case "framed":
      state.near = message.near;
      // Of a large city, other boxes are lit from afar.
      light();
      return showSelected(message.shown_as);
    case "hits":
      return search.show(message.text, message.hits);
    case "source":
      return showSource(message.excerpt, actions);
    case "lists":
      return showPlaces(message.lists, places);
    case "runtime":
      return takeRuntime(message.recording, message.runtime);
    case "observed":
      return showObserved(message.path, message.observed, showLine);
    case "error":
      // What the address names is not there: it says again what is selected.
      state.selected = selectedPath;
      correct(state);
      return showWarning(message.message);
  }
}

/** @param {Command} command */
function send(command) {
  sendTo({ ...command, recording: city?.recording_id ?? "", view: view() });
}

/** @returns {import("./types.js").View} */
function view() {
  const look = state.look ?? (city && dressing.has(city.recording_id) ? recordedLook(city) : null);
  return {
    look,
    filter: state.filter,
    depth: state.depth,
    direction: state.direction,
    near: state.near,
    room: ROOM,
    activity: state.activity,
  };
}

/**
 * Shows a city as it was recorded.
 * @param {string} recording the first if there is no such
 * @param {boolean} isNews whether the viewer is to show it too
 */
function open(recording, isNews) {
  const info = cities.find((one) => one.recording_id === recording) ?? cities[0];
  if (!info || info === city) return;
  forget();
  selection.forget();
  if (info.runtime) showAtFirst(info.runtime.shown);
  state = { ...plainState(), city: info === cities[0] ? "" : info.recording_id };
  show(info);
  showHint();
  if (!isNews) return;
  loading.open(info.recording_id);
  if (dressing.has(info.recording_id)) askForLook();
  if (arePlacesOpen()) places.opened();
  light();
  remember(state);
}

/** Shows what is known of a city, as it was recorded. @param {PageInfo} info */
function show(info) {
  if (info.recording_id !== city?.recording_id) moment.forget();
  city = info;
  if (info.runtime) showAtFirst(info.runtime.shown);
  showInfo(info);
  showLegend(info.legend);
  showCityName(info.recording_id);
  prepareMenus(info, setLook);
  prepareFilters(info, setFilter);
  const total = Number(info.counts[0]?.value ?? 0);
  showCount({ shown: total, total, hidden_selection: null });
  showRuntime(info.runtime, state.activity);
}

/** The viewer has all that came at first. */
function ready() {
  restore();
  remotes.run();
  light();
  if (city?.runtime) moment.came();
  if (!early) return;
  const { cities: next, parts, isSent } = early;
  early = null;
  replace(next);
  for (const [rrd, role] of parts) takeRrd(rrd, role);
  if (isSent && swap) dressNew(swap);
}

/**
 * What is known of a city, among those that are shown and those that come in their place.
 * @param {string} recording
 */
function infosOf(recording) {
  return [...cities, ...(swap?.cities ?? early?.cities ?? [])].filter((one) => one.recording_id === recording);
}

/**
 * @param {string} recording
 * @param {import("./types.js").RuntimeInfo} runtime
 */
function takeRuntime(recording, runtime) {
  for (const info of infosOf(recording)) info.runtime = runtime;
  if (city?.recording_id !== recording) return;
  showRuntime(runtime, state.activity);
  if (!lit.has(recording)) light();
  if (selectedPath !== null && performance.now() - observedAt > OBSERVED_MILLIS) askForObserved();
}

/** Has what runs drawn as the state says. */
function light() {
  if (!city?.runtime || !loading.isSettled) return;
  lit.add(city.recording_id);
  send({ type: "activity" });
}

/** What runs changes, but nobody reads faster. */
const OBSERVED_MILLIS = 2000;

function askForObserved() {
  if (!city?.runtime || selectedPath === null || selectedPath.endsWith("/")) return;
  observedAt = performance.now();
  send({ type: "observed", path: selectedPath });
}

/** @param {import("./types.js").Activity} activity */
function setActivity(activity) {
  const { imports } = state.activity;
  state.activity = activity;
  remember(state);
  if (city?.runtime) showActivity(activity, city.runtime);
  if (activity.imports !== imports) askForLook();
  light();
}

/**
 * @param {Uint8Array} rrd
 * @param {{ opens?: string, ends?: string }} role
 */
function takeRrd(rrd, role) {
  if (early) return void early.parts.push([rrd, role]);
  if (!swap || swap.isEnding) {
    loading.show(rrd, role.opens);
    if (city?.runtime) moment.came();
    return;
  }
  swap.take(rrd, role);
  if (swap.look) finish(swap);
}

/** Other cities come in the place of these, which are shown until then. @param {PageInfo[]} next */
function replace(next) {
  hideLost();
  if (isAway) dressing.forgetAsked();
  isAway = false;
  if (!loading.viewer || !loading.isSettled) return void (early = { cities: next, parts: [], isSent: false });
  remotes.pause();
  swap = new Swap(next, loading.viewer.recordings);
}

/** Everything was sent: the new city gets the look and the filters of the old one. @param {Swap} of */
function dressNew(of) {
  of.isSent = true;
  const info = cityAfter(of.cities);
  if (!info) return;
  const look = state.look && knownLook(state.look, info);
  const isPlain = !look && isSameFilter(state.filter, plainState().filter) && state.activity.imports;
  if (info.recording_id === city?.recording_id || isPlain) return finish(of);
  of.looksBefore = dressing.asked ? 1 : 0;
  of.asked = { ...view(), look };
  sendTo({ type: "look", before: null, selected: null, cycle: null, recording: info.recording_id, view: of.asked });
}

/** Whether an answer is to the question of `dressNew`. @param {Swap} of */
function isOfSwap(of) {
  if (!of.asked || of.isEnding) return false;
  of.looksBefore -= 1;
  return of.looksBefore < 0;
}

/** @param {Swap} of */
function finish(of) {
  const info = cityAfter(of.cities);
  const { look } = of;
  of.look = null;
  of.isEnding = true;
  const swapped = () => sendTo({ type: "swapped", recording: info?.recording_id ?? "", view: view() });
  if (info) of.finish(info.recording_id, () => takeOver(of, info, look), swapped);
}

/**
 * The viewer shows the new city.
 * @param {Swap} of
 * @param {PageInfo} info
 * @param {ToPage & { type: "look" } | null} dressed
 */
function takeOver({ cities: next, asked }, info, dressed) {
  const isOther = info.recording_id !== city?.recording_id;
  const { look, filter, activity } = state;
  swap = null;
  cities = next;
  dressing.keep(next.map((one) => one.recording_id));
  prepareCities(cities, (recording) => open(recording, true));
  state = { ...state, look: look && knownLook(look, info), city: info === cities[0] ? "" : info.recording_id };
  if (dressed && asked) dressing.shown.set(info.recording_id, asked);
  show(info);
  if (!isOther) state.look = look && knownLook(look, info);
  state.activity = activity;
  showLook(state.look ?? recordedLook(info));
  showFilter(filter);
  if (dressed) showLegend(dressed.legend);
  if (dressed) showCount(dressed.shown);
  correct(state);
  if (isOther) {
    selection.forget();
    selected = described = drawnCycle = null;
    isImportShown = false;
  }
  // What somebody has changed since, or what the city has lost by coming again.
  if (isOther ? !isDressed(info) : dressing.has(info.recording_id) || !isDressed(info)) askForLook();
  if (selectedPath !== null) send({ type: "select_path", path: selectedPath, frame: false, keep: true });
  if (arePlacesOpen()) places.opened();
  remotes.run();
  light();
}

/** Whether a city looks as the state wants it, or will. @param {PageInfo} info */
function isDressed(info) {
  const shown = dressing.of(info.recording_id) ?? { look: null, filter: plainState().filter, activity: { imports: true } };
  return (
    isSameLook(shown.look ?? recordedLook(info), state.look ?? recordedLook(info)) &&
    isSameFilter(shown.filter, state.filter) &&
    shown.activity.imports === state.activity.imports
  );
}

/** The city in the place of the one that is shown. @param {PageInfo[]} next */
function cityAfter(next) {
  const same = next.find((one) => one.recording_id === city?.recording_id);
  return same ?? next.find((one) => one.name === city?.name) ?? next[0];
}

/**
 * A look with the recorded metric where a city does not have the one wanted; null for the recorded look.
 * @param {import("./types.js").Look} look
 * @param {PageInfo} info
 */
function knownLook(look, info) {
  const recorded = recordedLook(info);
  const known = { ...recorded };
  for (const part of /** @type {const} */ (["area", "height", "color"])) {
    const metric = info.metrics.find(({ name }) => name === look[part]);
    if (metric && (part === "color" || metric.range)) known[part] = look[part];
  }
  return isSameLook(known, recorded) ? null : known;
}

/**
 * @param {import("./types.js").Filter} one
 * @param {import("./types.js").Filter} other
 */
function isSameFilter(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The connection is gone. @param {string} reason */
function lost(reason) {
  isAway = true;
  swap?.abort(cities);
  swap = early = null;
  dressing.forgetAsked();
  lit.clear();
  remotes.pause();
  showLost(
    "Disconnected.",
    `${reason || "Repolis has gone."} If a notebook shows this city, run its cell again. The page waits for Repolis to come back at this address.`,
  );
}

/**
 * @param {PageInfo} info
 * @param {string} changed
 */
function takeMetrics(info, changed) {
  for (const known of infosOf(info.recording_id)) Object.assign(known, info);
  if (city?.recording_id !== info.recording_id) return;
  prepareMenus(info, setLook);
  prepareFilters(info, setFilter);
  showLook(state.look ?? recordedLook(info));
  showFilter(state.filter);
  dressing.forget(changed);
  const { look, filter } = state;
  const isShown = look && [look.area, look.height, look.color].includes(changed);
  if (isShown || filter.range?.metric === changed || changed in filter.hide) askForLook();
  described = null;
  if (selectedPath !== null) send({ type: "select_path", path: selectedPath, frame: false });
}

/** Takes the state out of the address: at the start, and by the browser's Back and Forward. */
function restore() {
  const named = decode(location.hash).city;
  const known = cities.find((one) => one.recording_id === named) ?? cities[0];
  const isOther = known !== undefined && known !== city;
  if (isOther) {
    open(known.recording_id, false);
    loading.open(known.recording_id);
  }
  // What an address leaves out is as this city has it.
  const wanted = decode(location.hash);
  const { activity } = state;
  const recorded = city ? recordedLook(city) : null;
  const look = wanted.look && recorded ? fillIn(wanted.look, recorded) : null;
  const isOtherLine = selected !== null && wanted.selected === selectedPath && wanted.line !== state.line;
  state = { ...wanted, look, city: state.city, near: state.near };
  if (recorded) showLook(look ?? recorded);
  showFilter(state.filter);
  if (city && !isDressed(city)) askForLook();
  if (city?.runtime && (isOther || !isSameActivity(state.activity, activity))) {
    showActivity(state.activity, city.runtime);
    light();
  }
  // Who goes back to other filters stays where the camera is.
  if (wanted.selected !== null) send({ type: "select_path", path: wanted.selected, frame: wanted.selected !== selectedPath });
  else if (selected || isImportShown) {
    selection.clear();
    send({ type: "clear" });
  }
  if (isOtherLine) showLine(wanted.line);
}

/**
 * A link may name one metric only.
 * @param {import("./types.js").Look} look
 * @param {import("./types.js").Look} recorded
 */
function fillIn(look, recorded) {
  return { area: look.area || recorded.area, height: look.height || recorded.height, color: look.color || recorded.color };
}

/** @param {import("./types.js").Look} look */
function setLook(look) {
  state.look = city && isSameLook(look, recordedLook(city)) ? null : look;
  remember(state);
  askForLook();
}

/** @param {import("./types.js").Filter} filter */
function setFilter(filter) {
  state.filter = filter;
  showFilter(filter);
  remember(state);
  askForLook();
}

function askForLook() {
  if (city) dressing.ask({ recording: city.recording_id, view: view() });
}

/** @param {ToPage & { type: "look" }} message */
function dress({ legend, shown, shown_as }) {
  const dressed = dressing.done();
  if (dressing.isStale) return askForLook();
  if (dressed?.recording !== city?.recording_id) return;
  showLegend(legend);
  tellColor(legend.color.name);
  showCount(shown);
  if (arePlacesOpen()) places.opened();
  // Buildings may stand elsewhere now.
  light();
  // Its arc may be another one now.
  if (isImportShown) leaveImport();
  else showSelected(shown_as);
  if (shown.hidden_selection) byId("announcement").textContent = "The selected file is hidden by the filters.";
}

/**
 * Menus, filters and address say again what is shown.
 * @param {string} message
 */
function undress(message) {
  dressing.refuse();
  if (dressing.isStale) return askForLook();
  if (city) {
    const { look, filter } = dressing.shown.get(city.recording_id) ?? plainState();
    const recorded = recordedLook(city);
    state = { ...state, filter, look: isSameLook(look, recorded) ? null : look };
    showLook(look ?? recorded);
    showFilter(filter);
    correct(state);
  }
  showWarning(message);
}

/**
 * Selects a place, brings it near and shows its source.
 * @param {string} path
 * @param {number} [line]
 */
function go(path, line = 0) {
  const isOtherLine = line !== state.line;
  state.line = line;
  if (selected && path === state.selected && isOtherLine) showLine(line);
  send({ type: "select_path", path, frame: true, line });
}

/** @param {number} line */
function showLine(line) {
  state.line = line;
  remember(state);
  if (state.selected !== null) send({ type: "source", path: state.selected, line: Math.max(1, line) });
}

/**
 * @param {number} depth
 * @param {import("./types.js").Direction} direction
 */
function setReach(depth, direction) {
  state = { ...state, depth, direction };
  remember(state);
  if (selected) send({ type: "select", building: selected, around: null, cycle: null });
}

/** @param {ToPage & { type: "details" }} message */
function describe({ building, shown_as, details, reveal, framed, cycle }) {
  selected = building;
  drawnCycle = cycle;
  isImportShown = false;
  if (framed) state.near = true;
  if (reveal) selection.request(shown_as);
  const path = pathOf(building, details);
  selectedPath = path;
  state = { ...state, selected: path };
  remember(state);
  revealSide();
  if (isSame(building, described)) {
    showReach(state.depth, state.direction);
    leadToHeading();
    return;
  }
  described = building;
  tellSelected(building, details);
  showDetails(details, { root: city?.root ?? null, depth: state.depth, direction: state.direction }, actions);
  if (details.kind === "file") send({ type: "source", path, line: Math.max(1, state.line) });
  askForObserved();
}

/** @param {import("./types.js").Now} now */
function tellNow(now) {
  send({ type: "time", ...now });
  tellTime(now);
  moment.told(now);
}

/**
 * What is selected stays, and so do the arcs that are drawn around it.
 * @param {import("./types.js").ImportDetails} details
 */
function describeImport(details) {
  described = null;
  isImportShown = true;
  state.line = decode(location.hash).line;
  revealSide();
  showImport(details, selectedPath, actions.select);
}

function leaveImport() {
  if (selectedPath !== null) return actions.select(selectedPath, state.line);
  selection.clear();
  clear();
}

/**
 * Another instance may stand for what is selected, and the viewer drops its selection when it gets a layout.
 * @param {Building | null} shown_as
 */
function showSelected(shown_as) {
  if (shown_as && !isImportShown) selection.request(shown_as);
}

/**
 * @param {Building | null} building
 * @param {string} of the recording it is in
 */
function select(building, of) {
  // What another city loses as selection when the menu changes is no news.
  if (of !== city?.recording_id && !building) return;
  if (of !== city?.recording_id) open(of, true);
  if (!selection.report(building)) return;
  state.line = 0;
  send(building ? { type: "select", building, around: selected, cycle: drawnCycle } : { type: "clear" });
}

function forget() {
  selected = described = selectedPath = drawnCycle = null;
  isImportShown = false;
}

function clear() {
  if (selectedPath !== null) tellCleared();
  forget();
  state = { ...state, selected: null, line: 0 };
  remember(state);
  showHint();
}
