/** Where English sentences end, as sentencex tells Python (https://github.com/wikimedia/sentencex, MIT),
 * of a text in one line and without numbers: which words do not end one is in tables made of it. */
import { listStarts } from "./list_marks.js";
import { CLOSING, isSymmetric, pastStrayQuote, quotations } from "./quotations.js";

const SPACE = "[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"; // Rust's
const WORD = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_C}]";
const END = /\.(?:[ \t]+\.){2,}|[!?…](?:[ \t]+[!?…])+|\p{Sentence_Terminal}+/gu;
const BRACKETS = /[(（<{[][^)\]}>）]*[)\]}>）]/gu;
const SPACES_FIRST = new RegExp(`^${SPACE}+`, "u"), SPACES_LAST = new RegExp(`${SPACE}+$`, "u");
const SPACE_BETWEEN = new RegExp(SPACE, "u"), WORD_BETWEEN = new RegExp(`${SPACE}|[./]`, "u");
const PHRASE_BETWEEN = new RegExp(`${SPACE}|[,;—–]`, "u"), NUMBERS_LAST = new RegExp(`(?:${SPACE}|[0-9:])+$`, "u");
const SEPARATORS_LAST = new RegExp(`(?:${SPACE}|[./])+$`, "u");
const SMALL = /^[0-9a-z]/u, SMALL_AFTER_SIGNS = new RegExp(`^(?:(?!${WORD})[^])*[0-9a-z]`, "u");
const GOES_ON = new RegExp(`^${SPACE}+(?:[0-9a-z]|I(?:${SPACE}|['’]|$))`, "u"); // after dots
const INITIAL = new RegExp(`^[A-Z]\\.(?:${SPACE}|$)`, "u");
const FIRST_WORD = new RegExp(`^(?:(?!${SPACE}|,|\\p{Sentence_Terminal})[^])*`, "u");
const ENDS_AND_SPACES = new RegExp(`^(?:${SPACE}|\\p{Sentence_Terminal})*`, "u");
const NAMES_WITH_MARK = ["Yahoo", "Yum"];
const SEEN_BYTES = 30; // of what follows
const SEEN_BEFORE = 1000;
const cut = (text, pattern) => text.replace(pattern, "");

export class Sentences {
  /** @param tables words before whose full stop a sentence goes on, those before which only a small
   * letter makes it, first words of sentences, and words of a phrase before one */
  constructor({ abbreviations, markers, starters, fronting }) {
    const sets = { abbreviations, markers, starters, fronting };
    for (const [name, words] of Object.entries(sets)) this[name] = new Set(words);
  }

  /** The sentences, which together are the text. */
  cut(text) {
    const ends = [...this.ends(text), text.length];
    return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end)).filter(Boolean);
  }

  /** Places after which a sentence begins. */
  ends(text) {
    const brackets = matches(text, BRACKETS).map(([begin, end]) => ({ begin, end, isBracket: true }));
    const ranges = quotations(text, brackets).sort((a, b) => a.begin - b.begin);
    const items = listStarts(text);
    const lists = items.map((begin, i) => ({ begin, end: items[i + 1] ?? text.length }));
    const found = [];
    for (const [begin, end] of runs(text)) {
      const at = this.#sentenceEnd(text, begin, end, ranges, lists);
      if (at !== null && at > (found.at(-1) ?? 0)) found.push(at);
    }
    return [...new Set([...found, ...items.filter((item) => item > 0)])].sort((a, b) => a - b);
  }

  #sentenceEnd(text, begin, end, ranges, lists) {
    const at = this.#plainEnd(text, begin, end);
    if (at === null) return null;
    const isAround = (range) => range.begin < at && at < range.end && !this.#isMispaired(range, text, begin, end);
    const around = [...ranges, ...lists].find(isAround);
    return around ? this.#afterQuotation(text, around, at) : pastStrayQuote(text, at, [...ranges, ...lists], runAt);
  }

  /** As if there were neither quotations nor brackets; null where the sentence goes on. */
  #plainEnd(text, begin, end) {
    const sign = text.slice(begin, end), after = near(text, end);
    const before = text.slice(Math.max(0, begin - SEEN_BEFORE), begin);
    const isRun = [...sign].length > 1;
    if (isRun ? GOES_ON.test(after) || (/\S$/u.test(before) && SMALL.test(after)) : goesOn(after)) return null;
    if (["!", "?"].includes(sign) && /[ \t]$/u.test(before) && SMALL_AFTER_SIGNS.test(after)) return null;
    const last = lastWord(before);
    if ((sign === "." && this.#isShort(before, last, after)) || NAMES_WITH_MARK.includes(last)) return null;
    return end + after.length - cut(after, SPACES_FIRST).length;
  }

  /** Whether the full stop belongs to an abbreviation or an initial. */
  #isShort(before, last, after) {
    const isShort = isInitial(before, last, after) || this.abbreviations.has(last.toLowerCase());
    const word = cut(before, SPACES_LAST).split(SPACE_BETWEEN).at(-1);
    const isMarker = this.markers.has(word.toLowerCase());
    if (!isShort && !isMarker) return false;
    const isStart = this.#isStarter(after);
    if (isStart && (/^[A-Z]/u.test(last) || (last.length > 1 && this.abbreviations.has(last)))) return false;
    return !(isMarker && this.#endsAtMarker(cut(before, SPACES_LAST).slice(0, -word.length), after, isStart));
  }

  #endsAtMarker(before, after, isStart) {
    const next = cut(after, SPACES_FIRST);
    if (!/^(?![A-Z]\.)\p{Uppercase}/u.test(next)) return false;
    const word = cut(before, NUMBERS_LAST).split(SPACE_BETWEEN).at(-1);
    return isStart || (!/^[A-Z]/u.test(word) && !this.#isFronting(before));
  }

  /** "On the" before a time of day. */
  #isFronting(before) {
    return withoutQuotations(before).split(PHRASE_BETWEEN).map((word) => cut(word, /\.+$/u)).every(
      (word) => /^(?:[0-9:]*$|\p{Uppercase})/u.test(word) || this.fronting.has(word.toLowerCase()),
    );
  }

  #isStarter(after) {
    return this.starters.has(FIRST_WORD.exec(cut(after, SPACES_FIRST))[0]);
  }

  /** A pair of equal quotes with a sentence's end between, where one of them stands alone. */
  #isMispaired({ mispaired }, text, begin, end) {
    if (mispaired !== "perhaps") return mispaired === "surely";
    const next = cut(near(text, begin + 1), SPACES_FIRST);
    const last = lastWord(text.slice(Math.max(0, begin - SEEN_BEFORE), begin));
    if (text.slice(begin, end) !== "." || !/^[A-Z]/u.test(next) || !last || /^[A-Z]$/u.test(last)) return false;
    return !this.abbreviations.has(last.toLowerCase()) && (isSymmetric(last) || this.#isStarter(next));
  }

  /** After the quotation that the sentence ends; null within one and within brackets. */
  #afterQuotation(text, { end, open }, at) {
    const isLast = open && CLOSING.some((quote) => text.slice(0, end).endsWith(quote) && at + quote.length === end);
    if (!isLast) return null;
    const after = near(text, end);
    if (goesOn(after.trim()) || SMALL_AFTER_SIGNS.test(after)) return null;
    return end + ENDS_AND_SPACES.exec(after)[0].length;
  }
}

function matches(text, pattern) {
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => [index, index + found.length]);
}

/** Signs that end sentences; dots after "!" and a space are one with it. */
function runs(text) {
  const found = [];
  for (const [begin, end] of matches(text, END)) {
    const before = found.at(-1);
    const isOne = before && /[!?…]$/u.test(text.slice(...before)) &&
      /^\.[. \t]*$/u.test(text.slice(begin, end)) && /^[ \t]+$/u.test(text.slice(before[1], begin));
    if (isOne) before[1] = end;
    else found.push([begin, end]);
  }
  return found;
}

/** How long such signs and the spaces after them are at this place. */
function runAt(text) {
  const [found] = matches(text, END);
  return found?.[0] === 0 ? found[1] : 0;
}

function goesOn(after) {
  if (SMALL.test(after)) return true;
  const next = cut(after, SPACES_FIRST), quote = CLOSING.find((quote) => isSymmetric(quote) && next.startsWith(quote));
  return cut(next.slice(quote?.length ?? 0), SPACES_FIRST).startsWith(",");
}

function lastWord(text) {
  return cut(text, SPACES_LAST).split(WORD_BETWEEN).at(-1);
}

/** A capital alone that a name goes on with. */
function isInitial(before, last, after) {
  if (!/^[A-Z]$/u.test(last)) return false;
  const name = lastWord(cut(before.slice(0, -1), SEPARATORS_LAST));
  return /^[A-Z]/u.test(name) || INITIAL.test(cut(after, SPACES_FIRST));
}

function withoutQuotations(text) {
  const found = quotations(text, []).filter(({ isPadded }) => !isPadded);
  return found.reduceRight((rest, { begin, end }) => `${rest.slice(0, begin)} ${rest.slice(end)}`, text);
}

function near(text, at) {
  let end = at;
  for (let bytes = 0; bytes < SEEN_BYTES && end < text.length; ) {
    const code = text.codePointAt(end);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    end += code < 0x10000 ? 1 : 2;
  }
  return text.slice(at, end);
}
