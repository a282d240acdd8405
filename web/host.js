// What the program that serves the city can do with the page.

import { recordedLook, showLook } from "./menus.js";
import { TIMELINE } from "./moment.js";

/**
 * @typedef {object} Parts
 * @property {import("./page.js").Page} page
 * @property {import("./appearance.js").Appearance} appearance
 * @property {import("./subject.js").Subject} subject
 * @property {import("./moment.js").Moment} moment
 * @property {import("./loading.js").Loading} loading
 */

/**
 * @param {Parts} parts
 * @param {(recording: string) => void} open shows a city
 * @returns {import("./remote.js").Hands}
 */
export function handsOf({ page, appearance, subject, moment, loading }, open) {
  return {
    open: (recording) => {
      if (!page.cities.some((one) => one.recording_id === recording)) return false;
      if (recording !== page.city?.recording_id) open(recording);
      return true;
    },
    look: () => page.state.look ?? (page.city && recordedLook(page.city)),
    setLook: (look) => {
      showLook(look);
      appearance.setLook(look);
    },
    setFilter: (filter) => appearance.setFilter(filter),
    select: (path) => subject.select(path),
    clear: () => subject.deselect(),
    frame: (building) => page.send({ type: "frame", building, selected: page.selected }),
    setReach: (depth, direction) => subject.setReach(depth, direction),
    play: (playing) => moment.play(playing),
    setTime: (timeline, time) => {
      const { viewer } = loading;
      if (time !== null && (timeline ?? viewer?.now()?.timeline) === TIMELINE) return moment.hold(time);
      moment.follow(false);
      viewer?.setTime(timeline, time);
    },
  };
}
