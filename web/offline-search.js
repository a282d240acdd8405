// Fuzzy search over paths and names of functions, in the order that src/session/recorded/search.rs has. The score of a match
// is that of nucleo-matcher, which weighs starts of words and runs of letters.

import { at } from "./offline-data.js";

/**
 * @typedef {import("./offline-data.js").Tables} Tables
 * @typedef {import("./types.js").Hit} Hit
 *
 * @typedef {object} Found
 * @property {number} score
 * @property {number} kind as KINDS counts them
 * @property {number} length
 * @property {number} index
 */

const IS_ASCII = /^[\x00-\x7f]*$/;
const HITS = 40;
const MAX_WORDS = 6;
const MAX_WORD_CHARS = 80;
const NAME_BONUS = 24;
const WHOLE_NAME_BONUS = 24;

/** @type {Hit["kind"][]} */
const KINDS = ["directory", "file", "function"];
const [DIRECTORY, FILE, FUNCTION] = [0, 1, 2];

const SCORE_MATCH = 16;
const PENALTY_GAP_START = 3;
const PENALTY_GAP_EXTENSION = 1;
const BONUS_BOUNDARY = 8;
const BONUS_CAMEL = BONUS_BOUNDARY - PENALTY_GAP_START;
const BONUS_CONSECUTIVE = PENALTY_GAP_START + PENALTY_GAP_EXTENSION;
const [WHITE, OTHER, DELIMITER, LOWER, UPPER, LETTER, NUMBER] = [0, 1, 2, 3, 4, 5, 6];

/** How a kind of text is cut into words. */
const PATHS = { delimiters: "/", white: BONUS_BOUNDARY, first: DELIMITER };
const NAMES = { delimiters: "/,:;|", white: BONUS_BOUNDARY + 2, first: WHITE };

export class Index {
  /** @param {Tables} tables */
  constructor(tables) {
    this.tables = tables;
    this.paths = compared(tables.paths);
    this.directories = compared(tables.directories);
    this.functions = compared(tables.functions.name);
  }

  /**
   * The best matches. Of several words, each must match the path; for a function, the last one its name.
   * @param {string} text
   * @param {(file: number) => boolean} shows
   * @returns {Hit[]}
   */
  search(text, shows) {
    const words = text.split(/\s+/).filter(Boolean).slice(0, MAX_WORDS).map((word) => lower(word.slice(0, MAX_WORD_CHARS)));
    const last = words[words.length - 1];
    if (last === undefined) return [];
    const found = [...this.files(words), ...this.folders(words), ...this.named(last, words.slice(0, -1))];
    return best(found).map((one) => this.hit(one, shows));
  }

  /** @param {string[]} words */
  files(words) {
    return matches(this.tables.paths, this.paths, words, FILE, (file) => at(this.tables.rank, file) >= 0);
  }

  /** @param {string[]} words */
  folders(words) {
    return matches(this.tables.directories, this.directories, words, DIRECTORY, (directory) => directory > 0);
  }

  /**
   * @param {string} last
   * @param {string[]} others
   */
  named(last, others) {
    const { functions, rank } = this.tables;
    const admitted = others.length ? new Set(this.files(others).map(({ index }) => index)) : null;
    const admits = (/** @type {number} */ index) => {
      const file = at(functions.file, index);
      return at(rank, file) >= 0 && (!admitted || admitted.has(file));
    };
    return matches(functions.name, this.functions, [last], FUNCTION, admits);
  }

  /**
   * @param {Found} found
   * @param {(file: number) => boolean} shows
   * @returns {Hit}
   */
  hit({ kind, index }, shows) {
    const { functions, directories } = this.tables;
    if (kind === DIRECTORY) {
      return { path: directories[index] ?? "", kind: "directory", function: null, line: null, language: null, hidden: false };
    }
    const isFunction = kind === FUNCTION;
    const file = isFunction ? at(functions.file, index) : index;
    return {
      path: this.tables.path(file),
      kind: KINDS[kind] ?? "file",
      function: isFunction ? (functions.name[index] ?? "") : null,
      line: isFunction ? at(functions.line, index) : null,
      language: this.tables.category("language", file),
      hidden: !shows(file),
    };
  }
}

/**
 * Texts as they are compared: with what has accents, and with what has none.
 * @param {string[]} texts
 */
function compared(texts) {
  const exact = texts.map(lower);
  return { exact, bare: exact.map((text) => (IS_ASCII.test(text) ? text : changed(text, (letter) => letter.normalize("NFD").replace(/\p{M}/gu, "")))) };
}

/** @param {string} text */
function lower(text) {
  return IS_ASCII.test(text) ? text.toLowerCase() : changed(text, (letter) => letter.toLowerCase());
}

/**
 * Letter by letter, each in its place.
 * @param {string} text
 * @param {(letter: string) => string} change
 */
function changed(text, change) {
  return [...text].map((letter) => (change(letter).length === letter.length ? change(letter) : letter)).join("");
}

/**
 * @param {string[]} texts
 * @param {{ exact: string[], bare: string[] }} compared
 * @param {string[]} words
 * @param {number} kind
 * @param {(index: number) => boolean} admits
 */
function matches(texts, { exact, bare }, words, kind, admits) {
  const rules = kind === FUNCTION ? NAMES : PATHS;
  const last = words[words.length - 1];
  /** @type {Found[]} */
  const found = [];
  // Letters without accents stand for those with them, and not the other way round.
  const compared = words.every((word) => IS_ASCII.test(word)) ? bare : exact;
  compared.forEach((text, index) => {
    if (!words.every((word) => isWithin(word, text)) || !admits(index)) return;
    const original = texts[index] ?? "";
    const whole = score(original, text, words, rules);
    const start = text.lastIndexOf("/") + 1;
    const name = text.slice(start);
    const inName = start && words.every((word) => isWithin(word, name)) ? score(original.slice(start), name, words, rules) : null;
    const base = start ? (inName === null ? whole : Math.max(whole, inName) + NAME_BONUS) : whole + NAME_BONUS;
    found.push({ score: base + (last === name ? WHOLE_NAME_BONUS : 0), kind, length: original.length, index });
  });
  return found;
}

/**
 * Whether a text has these letters in this order.
 * @param {string} word
 * @param {string} text
 */
function isWithin(word, text) {
  let from = 0;
  for (let index = 0; index < word.length; index += 1) {
    const found = text.indexOf(word.charAt(index), from);
    if (found < 0) return false;
    from = found + 1;
  }
  return true;
}

/** @param {Found[]} found */
function best(found) {
  found.sort((a, b) => b.score - a.score || a.kind - b.kind || a.length - b.length || a.index - b.index);
  return found.slice(0, HITS);
}

/**
 * The sum for all words.
 * @param {string} original
 * @param {string} text
 * @param {string[]} words
 * @param {typeof PATHS} rules
 */
function score(original, text, words, rules) {
  const bonus = bonuses(original, rules);
  return words.reduce((sum, word) => sum + scoreOfWord(text, word, bonus), 0);
}

/**
 * What a match at each letter counts more.
 * @param {string} text
 * @param {typeof PATHS} rules
 */
function bonuses(text, rules) {
  const bonus = new Uint8Array(text.length);
  let before = rules.first;
  for (let index = 0; index < text.length; index += 1) {
    const now = classOf(text.charCodeAt(index), rules.delimiters);
    bonus[index] = bonusFor(before, now, rules.white);
    before = now;
  }
  return bonus;
}

/**
 * @param {number} before
 * @param {number} now
 * @param {number} white
 */
function bonusFor(before, now, white) {
  if (now > DELIMITER) {
    if (before === WHITE) return white;
    if (before === DELIMITER) return BONUS_BOUNDARY + 1;
    if (before === OTHER) return BONUS_BOUNDARY;
  }
  if ((before === LOWER && now === UPPER) || (before !== NUMBER && now === NUMBER)) return BONUS_CAMEL;
  if (now === WHITE) return white;
  return now === OTHER ? BONUS_BOUNDARY : 0;
}

/**
 * @param {number} code
 * @param {string} delimiters
 */
function classOf(code, delimiters) {
  if (code >= 97 && code <= 122) return LOWER;
  if (code >= 65 && code <= 90) return UPPER;
  if (code >= 48 && code <= 57) return NUMBER;
  if (code === 32 || (code >= 9 && code <= 13)) return WHITE;
  if (code < 128) return delimiters.includes(String.fromCharCode(code)) ? DELIMITER : OTHER;
  return LETTER;
}

/**
 * The best of all ways to find a word's letters in a text that has them.
 * @param {string} text
 * @param {string} word
 * @param {Uint8Array} bonus
 */
function scoreOfWord(text, word, bonus) {
  const width = text.length;
  /** Where each letter can stand at the earliest. */
  const first = [];
  for (let letter = 0, from = 0; letter < word.length; letter += 1) {
    from = text.indexOf(word.charAt(letter), from);
    first.push(from);
    from += 1;
  }
  // Scores of ways that end at each place, and the bonus of the run that they end in; 0 and 0 where none does.
  let scores = new Int32Array(width);
  let runs = new Int32Array(width);
  for (let place = at(first, 0); place < width; place += 1) {
    if (text[place] !== word[0]) continue;
    scores[place] = at(bonus, place) * 2 + SCORE_MATCH;
    runs[place] = at(bonus, place);
  }
  let ends = scores;
  for (let letter = 1; letter < word.length; letter += 1) {
    const nextScores = new Int32Array(width);
    const nextRuns = new Int32Array(width);
    let [gap, before] = [0, 0];
    for (let place = at(first, letter - 1); place + 1 < width; place += 1) {
      const skipped = Math.max(before - PENALTY_GAP_START, gap - PENALTY_GAP_EXTENSION, 0);
      const here = at(scores, place);
      if (place + 1 >= at(first, letter) && text[place + 1] === word[letter]) {
        const own = at(bonus, place + 1);
        const isThere = here > 0;
        let run = Math.max(at(runs, place), BONUS_CONSECUTIVE);
        if (own >= BONUS_BOUNDARY && own > run) run = own;
        const joined = isThere ? here + Math.max(run, own) : -1;
        const apart = skipped + own;
        nextScores[place + 1] = Math.max(joined, apart) + SCORE_MATCH;
        nextRuns[place + 1] = joined > apart ? run : own;
      }
      [gap, before] = [skipped, here];
    }
    [scores, runs, ends] = [nextScores, nextRuns, nextScores];
  }
  let most = 0;
  for (const value of ends) if (value > most) most = value;
  return most;
}
