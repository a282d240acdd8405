// The page: brings socket, viewer and what is shown around it together.

import { isSameActivity, prepareActivity, showAtFirst } from "./activity.js";
import { correct, decode, plainState, remember, shareableLink } from "./address.js";
import { Appearance } from "./appearance.js";
import { prepareCities, showCityName } from "./cities.js";
import { copyButton } from "./clipboard.js";
import { Clock } from "./clock.js";
import { byId } from "./dom.js";
import { tellTime } from "./embed.js";
import { showCount } from "./filters.js";
import { handsOf } from "./host.js";
import { prepareLayout, revealSide } from "./layout.js";
import { showInfo, showLegend } from "./legend.js";
import { Loading } from "./loading.js";
import { knownLook } from "./menus.js";
import { Moment, TIMELINE } from "./moment.js";
import { Page } from "./page.js";
import { arePlacesOpen, preparePlaces, showPlaces } from "./places.js";
import { Remotes } from "./remote.js";
import { Replacement } from "./replacement.js";
import { Running } from "./running.js";
import { prepareSearch } from "./search.js";
import { Selection } from "./selection.js";
import { LIGHT, connect } from "./socket.js";
import { hideLost, showFailure, showLost, showWarning } from "./status.js";
import { leadToStrip, showHint } from "./strip.js";
import { Subject } from "./subject.js";

/**
 * @typedef {import("./types.js").PageInfo} PageInfo
 * @typedef {import("./types.js").ToPage} ToPage
 * @typedef {import("./types.js").ToPage & { type: "look" }} Dressed
 */

const page = new Page((message) => sendTo(message));
const selection = new Selection((building) => loading.select(building));
const moment = new Moment({
  range: () => loading.viewer?.timeRange(TIMELINE) ?? null,
  setTime: (time) => loading.viewer?.setTime(TIMELINE, time),
  play: (playing) => loading.viewer?.play(playing),
});
const clock = new Clock(() => loading.viewer?.now() ?? null, tellNow);
const loading = new Loading({ selected: select, ready, timeChanged: () => clock.changed() });
const appearance = new Appearance(page);
const subject = new Subject(page, selection, appearance);
const running = new Running(page, loading);
const replacement = new Replacement(page, loading, takeOver);
const sendTo = connect({
  message: receive,
  received: (bytes) => loading.count(bytes),
  rrd: takeRrd,
  known: () => (loading.isSettled ? page.cities.map((one) => one.recording_id) : null),
  lost,
  closed: (reason, needsToken) => showFailure("Disconnected.", reason, needsToken),
});
const search = prepareSearch(
  (text) => page.send({ type: "search", text }),
  ({ path, line }) => {
    revealSide();
    leadToStrip();
    subject.go(path, line ?? 0);
  },
);
const hands = handsOf({ page, appearance, subject, moment, loading }, (recording) => open(recording, true));
const remotes = new Remotes(hands, decode(location.hash));
const places = {
  opened: () => page.send({ type: "lists" }),
  cycle: (/** @type {number} */ number) => {
    page.state.line = 0;
    page.send({ type: "cycle", number });
  },
  file: (/** @type {string} */ path) => subject.go(path),
};

prepareLayout();
prepareActivity((change) => running.set(change));
preparePlaces(places);
byId("whole").addEventListener("click", () => page.send({ type: "frame", building: null, selected: page.selected }));
byId("share").replaceWith(copyButton("Copy link", "", shareableLink));
for (const event of ["pointerdown", "keydown"]) byId("city").addEventListener(event, () => selection.touch(), { capture: true });
addEventListener("popstate", () => restore());
LIGHT.addEventListener("change", () => page.send({ type: "theme", light: LIGHT.matches }));

/** @param {ToPage} message */
function receive(message) {
  switch (message.type) {
    case "hello":
      takeCities(message.cities);
      open(decode(location.hash).city, false);
      return loading.start(message.recording_bytes, page.city?.recording_id ?? "");
    case "replaced":
      hideLost();
      page.isAway = false;
      remotes.pause();
      return replacement.begin(message.cities);
    case "ready":
      return void (replacement.swap ? replacement.sent() : loading.complete());
    case "drive":
      return remotes.take(message);
    case "metrics":
      return takeMetrics(message.city, message.changed);
    case "details":
      return subject.describe(message);
    case "import":
      return subject.describeImport(message.details);
    case "cleared":
      return subject.clear();
    case "look":
      return replacement.takeLook(message) ? undefined : dress(message);
    case "refused":
      if (!replacement.refuse() && appearance.refuse()) showWarning(message.message);
      return;
    case "framed":
      page.state.near = message.near;
      // Of a large city, other boxes are lit from afar.
      running.light();
      return subject.showAs(message.shown_as);
    case "hits":
      return search.show(message.text, message.hits);
    case "source":
      return subject.showSource(message.excerpt);
    case "lists":
      return showPlaces(message.lists, places);
    case "runtime":
      return takeRuntime(message.recording, message.runtime);
    case "observed":
      return subject.showObserved(message);
    case "error":
      // What the address names is not there: it says again what is selected.
      page.state.selected = page.selectedPath;
      correct(page.state);
      return showWarning(message.message);
  }
}

/** @param {PageInfo[]} cities */
function takeCities(cities) {
  page.cities = cities;
  prepareCities(cities, (recording) => open(recording, true));
}

/**
 * Shows a city as it was recorded.
 * @param {string} recording the first if there is no such
 * @param {boolean} isNews whether the viewer is to show it too
 */
function open(recording, isNews) {
  const info = page.find(recording);
  if (!info || info === page.city) return;
  subject.forget();
  selection.forget();
  if (info.runtime) showAtFirst(info.runtime.shown);
  page.state = { ...plainState(), city: addressOf(info) };
  show(info);
  showHint();
  if (!isNews) return;
  loading.open(info.recording_id);
  if (page.dressing.has(info.recording_id)) page.askForLook();
  if (arePlacesOpen()) places.opened();
  running.light();
  remember(page.state);
}

/** How an address names a city. @param {PageInfo} info */
function addressOf(info) {
  return info === page.cities[0] ? "" : info.recording_id;
}

/** Shows what is known of a city, as it was recorded. @param {PageInfo} info */
function show(info) {
  if (info.recording_id !== page.city?.recording_id) moment.forget();
  page.city = info;
  if (info.runtime) showAtFirst(info.runtime.shown);
  showInfo(info);
  showLegend(info.legend);
  showCityName(info.recording_id);
  appearance.prepare(info);
  const total = Number(info.counts[0]?.value ?? 0);
  showCount({ shown: total, total, hidden_selection: null });
  running.show();
}

/** The viewer has all that came at first. */
function ready() {
  restore();
  remotes.run();
  running.light();
  if (page.city?.runtime) moment.came();
  if (replacement.swap) remotes.pause();
}

/**
 * What is known of a city, among those that are shown and those that come in their place.
 * @param {string} recording
 */
function infosOf(recording) {
  return [...page.cities, ...replacement.cities].filter((one) => one.recording_id === recording);
}

/**
 * @param {string} recording
 * @param {import("./types.js").RuntimeInfo} runtime
 */
function takeRuntime(recording, runtime) {
  for (const info of infosOf(recording)) info.runtime = runtime;
  if (page.city?.recording_id !== recording) return;
  running.came();
  subject.observeAgain();
}

/**
 * @param {Uint8Array} rrd
 * @param {{ opens?: string, ends?: string }} role
 */
function takeRrd(rrd, role) {
  if (replacement.takeRrd(rrd, role)) return;
  loading.show(rrd, role.opens);
  if (page.city?.runtime) moment.came();
}

/**
 * The viewer shows a city that has come in the place of another.
 * @param {import("./swap.js").Swap} swap
 * @param {PageInfo} info
 * @param {Dressed | null} dressed
 */
function takeOver({ cities, asked }, info, dressed) {
  const { dressing } = page;
  const isOther = info.recording_id !== page.city?.recording_id;
  const { look } = page.state;
  takeCities(cities);
  dressing.keep(cities.map((one) => one.recording_id));
  page.state = { ...page.state, look: look && knownLook(look, info), city: addressOf(info) };
  if (dressed && asked) dressing.shown.set(info.recording_id, asked);
  show(info);
  appearance.showState();
  if (dressed) appearance.describe(dressed);
  correct(page.state);
  if (isOther) {
    selection.forget();
    subject.forgetDetails();
  }
  // What somebody has changed since, also while the connection was gone, or what the city has lost by coming again.
  if (!appearance.isDressed(info) || (!isOther && dressing.has(info.recording_id))) page.askForLook();
  subject.askAgain(true);
  if (arePlacesOpen()) places.opened();
  remotes.run();
  running.light();
}

/** The connection is gone. @param {string} reason */
function lost(reason) {
  page.isAway = true;
  replacement.abort();
  page.dressing.forgetAsked();
  running.forget();
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
  if (page.city?.recording_id !== info.recording_id) return;
  appearance.takeMetrics(info, changed);
  subject.described = null;
  subject.askAgain(false);
}

/** Takes the state out of the address: at the start, and by the browser's Back and Forward. */
function restore() {
  const known = page.find(decode(location.hash).city);
  const isOther = known !== undefined && known !== page.city;
  if (isOther) {
    open(known.recording_id, false);
    loading.open(known.recording_id);
  }
  // What an address leaves out is as this city has it.
  const wanted = decode(location.hash);
  const { city, state } = page;
  const isOtherLine = page.selected !== null && wanted.selected === page.selectedPath && wanted.line !== state.line;
  page.state = { ...wanted, look: appearance.complete(wanted.look), city: state.city, near: state.near };
  appearance.showState();
  if (city && !appearance.isDressed(city)) page.askForLook();
  if (isOther || !isSameActivity(wanted.activity, state.activity)) running.showState();
  // Who goes back to other filters stays where the camera is.
  if (wanted.selected !== null) {
    page.send({ type: "select_path", path: wanted.selected, frame: wanted.selected !== page.selectedPath });
  } else if (page.selected || subject.isImportShown) subject.deselect();
  if (isOtherLine) subject.showLine(wanted.line);
}

/** @param {Dressed} message */
function dress(message) {
  if (!appearance.take(message)) return;
  if (arePlacesOpen()) places.opened();
  // Buildings may stand elsewhere now.
  running.light();
  // Its arc may be another one now.
  if (subject.isImportShown) subject.leaveImport();
  else subject.showAs(message.shown_as);
  if (message.shown.hidden_selection) byId("announcement").textContent = "The selected file is hidden by the filters.";
}

/**
 * @param {import("./types.js").Building | null} building that is selected in the viewer
 * @param {string} of the recording it is in
 */
function select(building, of) {
  // What another city loses as selection when the menu changes is no news.
  if (of !== page.city?.recording_id && !building) return;
  if (of !== page.city?.recording_id) open(of, true);
  subject.choose(building);
}

/** @param {import("./types.js").Now} now */
function tellNow(now) {
  page.send({ type: "time", ...now });
  tellTime(now);
  moment.told(now);
}
