// The files that stand in for a session: tables, and packs of numbers and streams. `src/session/site` writes them.

import { inflated } from "./inflate.js";

/**
 * @typedef {import("./types.js").Building} Building
 * @typedef {import("./offline-types.js").Overview} Overview
 * @typedef {import("./offline-types.js").PackHeader} PackHeader
 *
 * @typedef {object} Metric
 * @property {string} name
 * @property {string} unit
 * @property {Float64Array} values by file; numbers of `categories` if there are any
 * @property {string[] | null} categories
 * @property {boolean} own of the user's
 *
 * @typedef {object} Pack
 * @property {PackHeader} header
 * @property {Uint8Array} bytes that the header describes
 */

/** The version of the files that this page understands. */
const VERSION = 2;
/** The entity of the plates. */
export const GROUND = "/ground";
/** The entity of what stands for many buildings of a large city. */
export const BLOCKS = "/blocks";
/** The entity of the names on the plates. */
export const NAMES = "/ground/names";
/** The entity of the directories as a graph. */
export const GRAPH = "/graph";
/** Of Rust, says that a file belongs to another. */
const MODULE = "module";

/**
 * A number that is known to be there.
 * @param {ArrayLike<number>} array
 * @param {number} index
 */
export function at(array, index) {
  return array[index] ?? 0;
}

/** Where the files are, and those that were read. */
export class Files {
  /** @param {string} base */
  constructor(base) {
    this.base = base;
    /** @type {Map<string, Promise<any>>} */
    this.known = new Map();
  }

  /** @returns {Promise<Overview>} */
  async overview() {
    const overview = await this.json("city");
    if (overview.version !== VERSION) throw new Error("The files are of another version of this page: export them again.");
    return overview;
  }

  /**
   * @param {string} name
   * @returns {Promise<any>}
   */
  json(name) {
    return this.once(`${name}.json.gz`, (response) => response.json());
  }

  /**
   * @param {string} file
   * @returns {Promise<Pack>}
   */
  pack(file) {
    return this.once(file, async (response) => {
      const whole = await response.arrayBuffer();
      const length = new DataView(whole).getUint32(0, true);
      const header = JSON.parse(new TextDecoder().decode(new Uint8Array(whole, 4, length)));
      return { header, bytes: new Uint8Array(whole, 4 + length) };
    });
  }

  /**
   * @param {string} file
   * @param {(response: Response) => Promise<any>} read
   */
  once(file, read) {
    const known = this.known.get(file);
    if (known) return known;
    const reading = this.fetch(file).then(read);
    this.known.set(file, reading);
    // What failed may be there the next time.
    reading.catch(() => this.known.delete(file));
    return reading;
  }

  /** @param {string} file */
  async fetch(file) {
    // An export in the place of an earlier one has the same names: each is asked whether it has changed.
    const response = await fetch(this.base + file, { cache: "no-cache" }).catch(() => null);
    if (!response?.ok) throw new Error(`${this.base}${file} cannot be loaded${response ? `: ${response.status}` : ""}.`);
    return inflated(response, "application/octet-stream");
  }
}

/**
 * Numbers of a pack.
 * @param {Pack} pack
 * @param {string} name
 */
export function numbers({ header, bytes }, name) {
  const [start, length] = header.arrays[name] ?? [0, 0];
  return new Float32Array(bytes.buffer, bytes.byteOffset + start, length / 4);
}

/** The tables, with what is needed to look things up in them. */
export class Tables {
  /**
   * @param {any} files
   * @param {any[]} metrics
   * @param {any} imports
   * @param {any} functions
   */
  constructor(files, metrics, imports, functions) {
    /** @type {string[]} */
    this.paths = files.paths;
    /** @type {string[]} */
    this.directories = files.directories;
    /** By file. @type {number[]} */
    this.directory = files.directory;
    /** By directory. @type {number[]} */
    this.parent = files.parent;
    /** The files with a building, sorted. @type {number[]} */
    this.drawn = files.drawn;
    /** Entity and number of instances. @type {[string, number][]} */
    this.batches = files.batches;
    /** The files of each block of a large city. @type {number[][]} */
    this.blocks = files.blocks;
    /** Of a drawn file. @type {number[]} */
    this.batch = files.batch;
    /** Of a drawn file. @type {number[]} */
    this.instance = files.instance;
    /** The place of a file among the drawn ones; -1 for one that is not. */
    this.rank = new Int32Array(this.paths.length).fill(-1);
    this.drawn.forEach((file, rank) => (this.rank[file] = rank));
    /** By batch and instance, the place of its file among the drawn ones, or -1. */
    this.ranks = this.batches.map(([, count]) => new Int32Array(count).fill(-1));
    this.batch.forEach((batch, rank) => {
      const ranks = this.ranks[batch];
      if (ranks) ranks[at(this.instance, rank)] = rank;
    });
    this.batchNamed = new Map(this.batches.map(([entity], index) => [entity, index]));
    this.fileNamed = new Map(this.paths.map((path, file) => [path, file]));
    this.directoryNamed = new Map(this.directories.map((path, directory) => [path, directory]));

    /** @type {Metric[]} */
    this.metrics = metrics.map(({ name, unit, values, categories, own }) => ({
      name,
      unit,
      values: Float64Array.from(values, (value) => value ?? NaN),
      categories,
      own,
    }));

    const count = this.paths.length;
    /** @type {string[]} */
    this.kinds = imports.kinds;
    this.module = this.kinds.indexOf(MODULE);
    /** Sorted. @type {number[]} */
    this.from = imports.from;
    /** @type {number[]} */
    this.to = imports.to;
    /** @type {number[]} */
    this.line = imports.line;
    /** @type {number[]} */
    this.kind = imports.kind;
    this.outgoing = starts(this.from, count);
    /** @type {number[][]} */
    this.incoming = Array.from({ length: count }, () => []);
    this.to.forEach((file, edge) => this.incoming[file]?.push(edge));
    /** The largest first; files sorted. @type {number[][]} */
    this.cycles = imports.cycles;
    this.cycleOf = new Int32Array(count).fill(-1);
    this.cycles.forEach((members, cycle) => members.forEach((file) => (this.cycleOf[file] = cycle)));
    this.externals = imports.externals;
    this.externalStarts = starts(this.externals.from, count);

    /** Sorted by file. @type {{ file: number[], name: string[], line: number[], complexity: number[] }} */
    this.functions = functions;
    this.functionStarts = starts(functions.file, count);
  }

  /** @param {Files} files */
  static async read(files) {
    const [named, metrics, imports, functions] = await Promise.all(
      ["files", "metrics", "imports", "functions"].map((name) => files.json(name)),
    );
    return new Tables(named, metrics, imports, functions);
  }

  /** @param {string} name */
  metric(name) {
    return this.metrics.find((metric) => metric.name === name);
  }

  /** @param {string} name */
  numbers(name) {
    const metric = this.metric(name);
    return metric && !metric.categories ? metric.values : null;
  }

  /** @param {number} file */
  path(file) {
    return this.paths[file] ?? "";
  }

  /**
   * What a metric of categories says of a file.
   * @param {string} name
   * @param {number} file
   */
  category(name, file) {
    const metric = this.metric(name);
    return metric?.categories?.[at(metric.values, file)] ?? "";
  }

  /**
   * @param {Building} building
   * @returns {number | null}
   */
  fileOf({ entity, instance }) {
    const rank = this.ranks[this.batchNamed.get(entity) ?? -1]?.[instance] ?? -1;
    return rank < 0 ? null : at(this.drawn, rank);
  }

  /**
   * @param {Building} building
   * @returns {number | null}
   */
  directoryOf({ entity, instance }) {
    return entity === GROUND && instance < this.directories.length ? instance : null;
  }

  /**
   * @param {number} file
   * @returns {Building | null}
   */
  buildingOfFile(file) {
    const rank = at(this.rank, file);
    const entity = this.batches[at(this.batch, rank)]?.[0];
    return rank < 0 || !entity ? null : { entity, instance: at(this.instance, rank) };
  }

  /**
   * The drawn files in a directory and below it.
   * @param {number} directory
   */
  filesBelow(directory) {
    const path = this.directories[directory] ?? "";
    return path ? this.drawn.filter((file) => this.path(file).startsWith(`${path}/`)) : this.drawn;
  }

  /** @param {number} file */
  importsOf(file) {
    return range(at(this.outgoing, file), at(this.outgoing, file + 1));
  }

  /** @param {number} file */
  importersOf(file) {
    return this.incoming[file] ?? [];
  }
}

/** @param {string} path */
export function parentPath(path) {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * @param {number} start
 * @param {number} end
 */
export function range(start, end) {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

/**
 * Where the rows of each file start in a sorted column, and where the last ones end.
 * @param {number[]} sorted
 * @param {number} count of files
 */
function starts(sorted, count) {
  const found = new Int32Array(count + 1);
  for (const file of sorted) found[file + 1] = at(found, file + 1) + 1;
  for (let file = 0; file < count; file += 1) found[file + 1] = at(found, file + 1) + at(found, file);
  return found;
}
