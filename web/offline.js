// What the page is connected to where no server answers: files beside it. Takes the commands of the socket and says what a
// session would say.

import { Arcs, DRAWN_KINDS, KINDS, THICKEST_ARC } from "./offline-arcs.js";
import { commonDirectory, cycleSteps, directoryDetails, fileDetails, lists, steps } from "./offline-answers.js";
import { eyeBefore } from "./offline-camera.js";
import { BLOCKS, Files, GRAPH, GROUND, NAMES, Tables, numbers } from "./offline-data.js";
import { ARCS, kindOf, importOfArc, importsOfArc } from "./offline-imports.js";
import { Looks } from "./offline-looks.js";
import { Index } from "./offline-search.js";
import { arcsStream, floats, opaque, streamOf } from "./offline-streams.js";

/**
 * @typedef {import("./offline-arcs.js").Step} Step
 * @typedef {import("./offline-data.js").Pack} Pack
 * @typedef {import("./offline-looks.js").Shape} Shape
 * @typedef {import("./offline-types.js").Overview} Overview
 * @typedef {import("./offline-types.js").Point} Point
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./types.js").FromPage} FromPage
 * @typedef {import("./types.js").ToPage} ToPage
 * @typedef {import("./types.js").View} View
 *
 * @typedef {object} Answer
 * @property {ToPage | null} message
 * @property {Uint8Array[]} [rrd]
 */

const RECORDING = "city.rrd";
/** Arcs of what ran. */
const OBSERVED = ["/calls", "/imports/unexercised"];
const MAX_DEPTH = 3;
/** Shapes of late. */
const KEPT = 8;
/** Radius of a selection's thickest arc in points of the screen. */
const THICKEST_POINTS = 1.8;
const NO_SOURCES = "This folder holds no sources: open the repository itself with Repolis to see them.";

/**
 * @param {string} base where the files are
 * @param {import("./socket.js").Listener} listener
 * @param {{ isLight: boolean, room: string }} screen
 * @returns {(message: FromPage) => void} sends a command
 */
export function openFolder(base, listener, screen) {
  const files = new Files(base);
  const tables = Tables.read(files);
  // Whoever asks is told.
  tables.catch(() => {});
  const city = files.overview().then(async (overview) => new City(files, overview, await files.pack("streams.bin.gz"), tables));
  const shown = city.then((city) => city.show(listener, screen));
  shown.catch((error) => listener.closed(error.message ?? `${error}`, false));
  // One after another, as over a socket.
  let last = shown.catch(() => {});
  return (message) => {
    last = last.then(async () => {
      const { message: said, rrd = [] } = await (await city).answer(message);
      if (said) listener.message(said);
      rrd.forEach((stream) => listener.rrd(stream, {}));
    });
    last = last.catch((error) => {
      const text = error.message ?? `${error}`;
      listener.message(message.type === "look" ? { type: "refused", message: text } : { type: "error", message: text });
    });
  };
}

class City {
  /**
   * @param {Files} files
   * @param {Overview} overview
   * @param {Pack} streams
   * @param {Promise<Tables>} tables
   */
  constructor(files, overview, streams, tables) {
    this.files = files;
    this.overview = overview;
    this.streams = streams;
    this.reading = tables;
    /** @type {Promise<Ready> | null} */
    this.ready = null;
  }

  /**
   * The theme, and then the recording.
   * @param {import("./socket.js").Listener} listener
   * @param {{ isLight: boolean, room: string }} screen
   */
  async show(listener, { isLight, room }) {
    const response = await fetch(RECORDING, { cache: "no-cache" }).catch(() => null);
    if (!response?.ok || !response.body) throw new Error(`${RECORDING} cannot be loaded${response ? `: ${response.status}` : ""}.`);
    const total = Number(response.headers.get("content-length") ?? 0);
    const theme = streamOf(this.streams, `theme-${isLight ? "light" : "dark"}-${room}`);
    listener.message({ type: "hello", cities: [this.overview.info], recording_bytes: total + theme.byteLength });
    listener.received(theme.byteLength);
    listener.rrd(theme, {});
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      listener.received(part.value.byteLength);
    }
    listener.rrd(new Uint8Array(await new Blob(parts).arrayBuffer()), {});
    listener.message({ type: "ready" });
  }

  /**
   * @param {FromPage} message
   * @returns {Promise<Answer>}
   */
  async answer(message) {
    if (message.type === "theme") {
      return { message: { type: "themed" }, rrd: [streamOf(this.streams, `repaint-${message.light ? "light" : "dark"}`)] };
    }
    this.ready ??= this.reading.then((tables) => new Ready(this.files, this.overview, this.streams, tables));
    return (await this.ready).answer(message);
  }
}

/** A city whose tables are there. */
class Ready {
  /**
   * @param {Files} files
   * @param {Overview} overview
   * @param {Pack} streams
   * @param {Tables} tables
   */
  constructor(files, overview, streams, tables) {
    this.overview = overview;
    this.streams = streams;
    this.tables = tables;
    this.looks = new Looks(files, tables, overview);
    this.arcs = new Arcs(tables, overview.arcs);
    this.isLarge = tables.blocks.length > 0;
    /** @type {Index | null} */
    this.index = null;
    /** By look and filter. @type {Map<string, Shape>} */
    this.shapes = new Map();
    /** The links that are drawn, by filter. @type {Map<string, ReturnType<Arcs["strongest"]>>} */
    this.links = new Map();
  }

  /**
   * @param {FromPage} message
   * @returns {Promise<Answer>}
   */
  async answer(message) {
    const { view } = message;
    switch (message.type) {
      case "look":
        return this.look(view, message.before, message.selected, message.cycle);
      case "select":
        // What calls went along is not in the tables of a folder: what is selected stays.
        if (OBSERVED.some((place) => message.building.entity.startsWith(place))) return { message: null };
        return (await this.import(view, message)) ?? this.select(view, await this.meant(view, message.building), false, false);
      case "select_path": {
        const building = this.buildingOf(message.path.replace(/\/+$/, ""));
        if (!building && message.keep) return this.cleared(view);
        if (!building) return { message: { type: "error", message: `${message.path}: not in this city` } };
        return this.select(view, building, true, message.frame);
      }
      case "clear":
        return this.cleared(view);
      case "frame": {
        const near = message.building !== null;
        const shown_as = message.selected && this.shownAs({ ...view, near }, message.selected);
        return { message: { type: "framed", near, shown_as }, rrd: await this.frame(view, message.building) };
      }
      case "cycle":
        return this.cycle(view, message.number);
      case "search": {
        const shape = await this.shape(view);
        this.index ??= new Index(this.tables);
        const hits = this.index.search(message.text, (file) => shape.shows(file));
        return { message: { type: "hits", text: message.text, hits } };
      }
      case "source": {
        const { path, line } = message;
        return { message: { type: "source", excerpt: { path, line, first_line: 1, lines: [], total_lines: 0, note: NO_SOURCES } } };
      }
      case "lists": {
        const shape = await this.shape(view);
        return { message: { type: "lists", lists: lists(this.tables, (file) => shape.shows(file)) } };
      }
      default:
        // Of the rest, only a program that drives the page wants to know.
        return { message: null };
    }
  }

  /** @param {View} view */
  lookOf(view) {
    return view.look ?? this.overview.recorded;
  }

  /**
   * A view that cannot be is shown as recorded.
   * @param {View} view
   * @returns {Promise<Shape>}
   */
  async shape(view) {
    const look = this.lookOf(view);
    const key = JSON.stringify([look.area, look.height, view.filter]);
    const known = this.shapes.get(key);
    if (known) return known;
    if (this.looks.reason(look)) return this.shape({ ...view, look: null });
    const shape = await this.looks.shape(look, view.filter);
    this.shapes.set(key, shape);
    for (const old of [...this.shapes.keys()].slice(0, -KEPT)) this.shapes.delete(old);
    return shape;
  }

  /**
   * Whether a large city is shown as blocks: there are none but as recorded.
   * @param {View} view
   */
  isFar(view) {
    if (!this.isLarge || view.near || isFiltered(view)) return false;
    const { area, height, color } = this.overview.recorded;
    const look = this.lookOf(view);
    return look.area === area && look.height === height && look.color === color;
  }

  /**
   * @param {View} view
   * @param {View | null} before
   * @param {Building | null} selected
   * @param {number | null} cycle that is drawn in the place of the imports around what is selected
   * @returns {Promise<Answer>}
   */
  async look(view, before, selected, cycle) {
    const look = this.lookOf(view);
    const reason = this.looks.reason(look);
    if (reason) return { message: { type: "refused", message: reason } };
    const shape = await this.shape(view);
    const shown = this.tables.drawn.filter((file) => shape.shows(file)).length;
    const file = selected && this.tables.fileOf(selected);
    const hidden = file !== null && !shape.shows(file) ? selected : null;
    const rrd = await this.dress(view, before, shape);
    rrd.push(this.arcsAlong(this.drawnSteps(view, shape, selected, cycle), shape));
    return {
      message: {
        type: "look",
        legend: this.looks.legend(look),
        shown: { shown, total: this.tables.drawn.length, hidden_selection: hidden },
        shown_as: selected && this.shownAs(view, selected),
      },
      rrd,
    };
  }

  /**
   * The streams that turn what was shown before into a view.
   * @param {View} view
   * @param {View | null} before everything is sent for `null`
   * @param {Shape} shape
   */
  async dress(view, before, shape) {
    const [old, now] = [before && this.lookOf(before), this.lookOf(view)];
    const isAll = this.isLarge || !before || !old;
    const isMoved = isAll || old.area !== now.area;
    const isRebuilt = isMoved || old.height !== now.height || JSON.stringify(before.filter) !== JSON.stringify(view.filter);
    const isRecolored = isAll || old.color !== now.color;
    const streams = [];
    if (isMoved) streams.push(streamOf(shape.layout, `ground-${view.room}`));
    if (this.isFar(view)) {
      streams.push(streamOf(this.streams, "far"));
    } else {
      if (isRebuilt) {
        const { centers, halfSizes } = shape.boxes();
        streams.push(streamOf(this.streams, "boxes", { centers: floats(centers), half_sizes: floats(halfSizes) }));
      }
      if (isRecolored) streams.push(streamOf(this.streams, "colors", { colors: opaque(await this.looks.colors(now)) }));
    }
    if (isRebuilt) streams.push(...this.cityArcs(view, shape));
    return streams;
  }

  /**
   * @param {View} view
   * @param {Shape} shape
   */
  cityLinks(view, shape) {
    const key = JSON.stringify(view.filter);
    const links = this.links.get(key) ?? this.arcs.strongest((file) => shape.shows(file));
    this.links.set(key, links);
    for (const old of [...this.links.keys()].slice(0, -KEPT)) this.links.delete(old);
    return links;
  }

  /**
   * @param {ReturnType<Arcs["strongest"]>} links
   * @param {Shape} shape
   */
  arcsOf(links, shape) {
    return this.arcs.ofCity(links, (file) => shape.roof(file), (file) => shape.footprint(file));
  }

  /**
   * @param {View} view
   * @param {Shape} shape
   */
  cityArcs(view, shape) {
    const byKind = this.arcsOf(this.cityLinks(view, shape), shape);
    const kinds = KINDS.slice(0, DRAWN_KINDS);
    const asIs = (/** @type {number} */ radius) => radius;
    return kinds.map((kind, index) => arcsStream(this.streams, this.overview.arcs.rooms, kind, byKind[index] ?? [], asIs));
  }

  /**
   * @param {Step[]} steps
   * @param {Shape} shape
   */
  arcsAlong(steps, shape) {
    const arcs = this.arcs.along(steps, (file) => shape.roof(file));
    // Rerun reads a negative radius as points of the screen.
    const points = (/** @type {number} */ radius) => -(radius / THICKEST_ARC) * THICKEST_POINTS;
    return arcsStream(this.streams, this.overview.arcs.rooms, "selected", arcs, points);
  }

  /**
   * The imports around what is selected, or those of a cycle.
   * @param {View} view
   * @param {Shape} shape
   * @param {Building | null} building
   * @param {number | null} cycle
   * @returns {Step[]}
   */
  drawnSteps(view, shape, building, cycle) {
    const files = cycle === null ? undefined : this.tables.cycles[cycle - 1];
    if (files) return cycleSteps(this.tables, files);
    const file = building && this.tables.fileOf(building);
    const depth = Math.min(Math.max(view.depth, 1), MAX_DEPTH);
    return file === null ? [] : steps(this.tables, file, depth, view.direction, (other) => shape.shows(other));
  }

  /**
   * @param {View} view
   * @param {Shape} shape
   * @param {Building | null} building
   */
  selectionArcs(view, shape, building) {
    return this.arcsAlong(this.drawnSteps(view, shape, building, null), shape);
  }

  /**
   * What an arc stands for; null for what is none.
   * @param {View} view
   * @param {{ building: Building, around: Building | null, cycle: number | null }} clicked
   * @returns {Promise<Answer | null>}
   */
  async import(view, { building, around, cycle }) {
    if (!building.entity.startsWith(ARCS)) return null;
    const shape = await this.shape(view);
    const kind = kindOf(building.entity);
    const links = this.cityLinks(view, shape);
    const details =
      kind === null
        ? importOfArc(this.tables, this.arcs.along(this.drawnSteps(view, shape, around, cycle), (file) => shape.roof(file)), building.instance)
        : importsOfArc(this.tables, links, this.arcsOf(links, shape)[kind] ?? [], kind, building.instance, (file) => shape.shows(file));
    return details && { message: { type: "import", details } };
  }

  /**
   * @param {View} view
   * @param {Building} building
   * @param {boolean} reveal
   * @param {boolean} framed
   * @returns {Promise<Answer>}
   */
  async select(view, building, reveal, framed) {
    const details = this.details(building);
    if (!details) return this.cleared(view);
    const arcs = this.selectionArcs(view, await this.shape(view), building);
    const rrd = [arcs, ...(framed ? await this.frame(view, building) : [])];
    const shownAs = framed ? building : this.shownAs(view, building);
    return { message: { type: "details", building, shown_as: shownAs, details, reveal, framed, cycle: null }, rrd };
  }

  /**
   * @param {View} view
   * @returns {Promise<Answer>}
   */
  async cleared(view) {
    return { message: { type: "cleared" }, rrd: [this.selectionArcs(view, await this.shape(view), null)] };
  }

  /**
   * @param {View} view
   * @param {number} number
   * @returns {Promise<Answer>}
   */
  async cycle(view, number) {
    const missing = { message: /** @type {ToPage} */ ({ type: "error", message: `there is no import cycle ${number} in this city` }) };
    const files = this.tables.cycles[number - 1];
    if (!files) return missing;
    const shape = await this.shape(view);
    const within = cycleSteps(this.tables, files);
    const imports = (/** @type {number} */ file) => within.filter((step) => step.to === file).length;
    const [center] = files.filter((file) => shape.shows(file)).sort((a, b) => imports(b) - imports(a) || a - b);
    const building = center === undefined ? null : this.tables.buildingOfFile(center);
    const details = building && this.details(building);
    if (!building || !details) return missing;
    const rrd = [this.arcsAlong(within, shape), ...(await this.framed(view, shape.corners(files)))];
    return { message: { type: "details", building, shown_as: building, details, reveal: true, framed: true, cycle: number }, rrd };
  }

  /** @param {Building} building */
  details(building) {
    const file = this.tables.fileOf(building);
    if (file !== null) return fileDetails(this.tables, file);
    const directory = this.tables.directoryOf(building);
    return directory === null ? null : directoryDetails(this.tables, directory, this.overview.info.name);
  }

  /**
   * What an instance stands for: a block for its only building or its directory, a name for its plate.
   * @param {View} view
   * @param {Building} clicked
   * @returns {Promise<Building>}
   */
  async meant(view, clicked) {
    const { entity, instance } = clicked;
    const lit = /^\/activity\/[^/]+\/(.+)$/.exec(entity);
    if (lit) return { ...clicked, entity: `/city/${lit[1]}` };
    if (entity === BLOCKS) return this.ofBlock(this.tables.blocks[instance] ?? []) ?? clicked;
    const named = entity === NAMES ? numbers((await this.shape(view)).layout, `named-${view.room}`) : [];
    const directory = entity === GRAPH ? this.overview.graph[instance] : named[instance];
    return directory === undefined ? clicked : { entity: GROUND, instance: directory };
  }

  /** @param {number[]} files */
  ofBlock(files) {
    if (!files.length) return null;
    const only = files.length === 1 ? this.tables.buildingOfFile(files[0] ?? 0) : null;
    return only ?? this.buildingOf(commonDirectory(this.tables, files));
  }

  /**
   * The instance that stands for a building in a view.
   * @param {View} view
   * @param {Building} building
   */
  shownAs(view, building) {
    const file = this.isFar(view) ? this.tables.fileOf(building) : null;
    const block = file === null ? -1 : this.tables.blocks.findIndex((files) => files.includes(file));
    return block < 0 ? building : { entity: BLOCKS, instance: block };
  }

  /**
   * @param {string} path
   * @returns {Building | null}
   */
  buildingOf(path) {
    const file = this.tables.fileNamed.get(path);
    const building = file === undefined ? null : this.tables.buildingOfFile(file);
    if (building) return building;
    const directory = this.tables.directoryNamed.get(path);
    return directory === undefined ? null : { entity: GROUND, instance: directory };
  }

  /**
   * @param {View} view
   * @param {Building | null} building
   */
  async frame(view, building) {
    if (!building) return this.framed(view, null);
    const file = this.tables.fileOf(building);
    const directory = this.tables.directoryOf(building);
    const files = file !== null ? [file] : directory !== null ? this.tables.filesBelow(directory) : [];
    const corners = (await this.shape(view)).corners(files);
    return corners ? this.framed(view, corners) : [];
  }

  /**
   * Moves the camera, and shows buildings or blocks of a large city as it comes near or goes away.
   * @param {View} view
   * @param {[Point, Point] | null} corners the whole city for `null`
   */
  async framed(view, corners) {
    const wanted = { ...view, near: corners !== null };
    const isChanged = this.isLarge && this.isFar(wanted) !== this.isFar(view);
    const approach = isChanged ? await this.dress(wanted, null, await this.shape(wanted)) : [];
    const { camera, whole } = this.overview;
    const [eye, target] = corners ? eyeBefore(camera, corners) : (whole[view.room] ?? [[0, 0, 0], [0, 0, 0]]);
    return [...approach, streamOf(this.streams, "eye", { eye: floats(eye), target: floats(target) })];
  }
}

/** @param {View} view */
function isFiltered({ filter: { hide, directory, range } }) {
  return Object.keys(hide).length > 0 || directory !== "" || range !== null;
}
