// What the program that serves the city asks of the page, carried out as if the user had done it.

/**
 * @typedef {import("./types.js").Drive} Drive
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").State} State
 *
 * @typedef {object} Hands
 * @property {(recording: string) => boolean} open shows a city; false while it is not there
 * @property {() => Look | null} look what is shown
 * @property {(look: Look) => void} setLook
 * @property {(filter: import("./types.js").Filter) => void} setFilter
 * @property {(path: string) => void} select
 * @property {() => void} clear
 * @property {(building: import("./types.js").Building | null) => void} frame
 * @property {(depth: number, direction: import("./types.js").Direction) => void} setReach
 * @property {(playing: boolean) => void} play
 * @property {(timeline: string | null, time: number | null) => void} setTime
 */

/** More of them are not kept for cities that do not come. */
const MAX_WAITING = 100;

export class Remotes {
  /** @type {Drive[]} */
  waiting = [];
  isReady = false;

  /**
   * @param {Hands} hands
   * @param {State} said what the address said when the page was opened
   */
  constructor(hands, said) {
    this.hands = hands;
    this.said = said;
  }

  /** @param {Drive} drive */
  take(drive) {
    this.waiting.push(drive);
    if (this.waiting.length > MAX_WAITING) this.waiting.shift();
    if (this.isReady) this.run();
  }

  /** The city is there. */
  run() {
    this.isReady = true;
    const all = this.waiting;
    this.waiting = all.filter((drive) => !this.carryOut(drive));
  }

  /** Until `run`, as other cities come. */
  pause() {
    this.isReady = false;
  }

  /**
   * @param {Drive} drive
   * @returns {boolean} false if its city is not there
   */
  carryOut({ recording, remote, building, remembered }) {
    if (remembered && isSaid(remote, this.said)) return true;
    const { hands } = this;
    if (!hands.open(recording)) return false;
    switch (remote.type) {
      case "select":
        hands.select(remote.path);
        break;
      case "clear":
        hands.clear();
        break;
      case "frame":
        hands.frame(building);
        break;
      case "look": {
        const look = hands.look();
        const said = remembered ? this.said.look : null;
        if (look) {
          hands.setLook({
            area: said?.area || (remote.area ?? look.area),
            height: said?.height || (remote.height ?? look.height),
            color: said?.color || (remote.color ?? look.color),
          });
        }
        break;
      }
      case "imports":
        hands.setReach(remote.depth, remote.direction);
        hands.select(remote.path);
        break;
      case "filter": {
        const { hide, directory, range } = remote;
        hands.setFilter({ hide, directory: directory.replace(/^\/+|\/+$/g, ""), range });
        break;
      }
      case "play":
      case "pause":
        hands.play(remote.type === "play");
        break;
      case "set_time":
        hands.setTime(remote.timeline, remote.time);
        break;
      case "timeline":
        hands.setTime(remote.name, null);
        break;
    }
    return true;
  }
}

/**
 * Whether the address of a page says otherwise than what was asked for before the page came.
 * @param {import("./types.js").Remote} remote
 * @param {State} said
 */
function isSaid({ type }, said) {
  if (["select", "clear", "imports", "frame"].includes(type)) return said.selected !== null;
  const { hide, directory, range } = said.filter;
  return type === "filter" && (Object.keys(hide).length > 0 || directory !== "" || range !== null);
}
