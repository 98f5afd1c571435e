/** Quotations in a text, as sentencex pairs them; an apostrophe is also one. */
const PAIRS = [
  ["``", "''"], ["``", "``"], ["''", "''"], ["`", "'"], ["`", "`"], ["'", "'"], ['"', '"'],
  ["«", "»"], ["‘", "’"], ["‚", "‚"], ["“", "”"], ["‛", "‛"], ["„", "“"], ["»", "«"],
  ["‟", "‟"], ["‹", "›"], ["《", "》"], ["「", "」"],
];
const WORD = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_C}]";
const SPACE = "[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const SPACES = new RegExp(`^${SPACE}+`, "u"), IS_SPACE = new RegExp(SPACE, "u");
const STARTS = /^[ \t]+[A-Z]/u, HAS_START = /\.[ \t]+[A-Z]/u;
const GUARDED = ["`", "'"];
/** Longest first. */
export const CLOSING = ["''", "``", ...new Set(PAIRS.map(([, close]) => close).filter((close) => close.length === 1))];

const QUOTATION = new RegExp([
  ...PAIRS.map(([open, close]) => GUARDED.includes(open)
    ? `(?<!${WORD})${open}(?=${WORD})[^]*?(?!${SPACE}|${close})[^]${close}(?!${WORD})`
    : `${open}[^]*?${close}`),
  ...PAIRS.filter(([open]) => GUARDED.includes(open)).map(([open, close]) => `^${open}[^\\n]+?${close}$`),
].join("|"), "gmu");

export function isSymmetric(quote) {
  return PAIRS.some(([open, close]) => open === close && close === quote);
}

/** [{ begin, end, open, mispaired }, ...] of quotations, and the brackets; `mispaired`: whether its two
 * quotes may be of two pairs. */
export function quotations(text, brackets) {
  const found = [...text.matchAll(QUOTATION)].map(({ 0: quoted, index }) => {
    const [open, close] = PAIRS.find(([open]) => quoted.startsWith(open));
    return { begin: index, end: index + quoted.length, open, isEqual: open === close };
  });
  if (/['`\u3000-\u3fff]/u.test(text)) addPadded(text, found);
  for (const range of found) range.mispaired = mispaired(text, range, brackets);
  return [...found, ...brackets];
}

function mispaired(text, { begin, end, open, isEqual }, brackets) {
  if (!isEqual) return "no";
  const around = (place) => brackets.find((bracket) => bracket.begin < place && place < bracket.end);
  if (around(begin)?.end < end || around(end)?.begin > begin) return "surely";
  return (text.split(open).length - 1) % 2 ? "perhaps" : "no";
}

/** "' so it is '", with spaces inside. */
function addPadded(text, found) {
  for (const quote of GUARDED) {
    let opening = null;
    for (const at of places(text, quote)) {
      if (!isQuote(text, at, quote, found)) continue;
      if (opening !== null && isPair(text, opening, at, quote, found)) {
        found.push({ begin: opening, end: at + 1, open: quote, isEqual: true, isPadded: true });
        opening = null;
      } else opening = at;
    }
  }
}

function places(text, quote) {
  const found = [];
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + quote.length)) found.push(at);
  return found;
}

/** Neither within a quotation nor an apostrophe. */
function isQuote(text, at, quote, ranges) {
  const isWithin = ranges.some(({ begin, end, open }) => open && begin <= at && at < end);
  const isLetter = (char) => /[\p{Alphabetic}\p{N}]/u.test(char ?? " ");
  const isApostrophe = isLetter(text[at - 1]) && isLetter(text[at + quote.length]);
  return !isWithin && !isApostrophe;
}

function isOpening(text, at, quote) {
  return (at === 0 || IS_SPACE.test(text[at - 1])) && IS_SPACE.test(text[at + quote.length] ?? "");
}

function isPair(text, opening, at, quote, ranges) {
  if (!isOpening(text, opening, quote)) return false;
  const areTwo = STARTS.test(text.slice(at + quote.length)) && HAS_START.test(text.slice(opening + quote.length, at));
  return !areTwo || !opensPair(text, at, quote, ranges);
}

/** Whether the next such quote comes before a sentence's end. */
function opensPair(text, at, quote, ranges) {
  if (!isOpening(text, at, quote)) return false;
  const next = places(text, quote).find((place) => place > at && isQuote(text, place, quote, ranges));
  return next !== undefined && !HAS_START.test(text.slice(at + quote.length, next));
}

/** The place after a closing quote that no opening one is for, where one stands here. */
export function pastStrayQuote(text, place, ranges, runAt) {
  if (ranges.some(({ begin }) => begin === place)) return place;
  const quote = CLOSING.find((quote) => text.startsWith(quote, place) && isStray(text, place, quote, ranges));
  if (!quote || opensNext(text, place, quote, ranges)) return place;
  const pastSpaces = (at) => at + (SPACES.exec(text.slice(at))?.[0].length ?? 0);
  let at = pastSpaces(place + quote.length);
  for (let run = runAt(text.slice(at)); run; run = runAt(text.slice(at))) at = pastSpaces(at + run);
  return at;
}

function isStray(text, place, quote, ranges) {
  if (!isSymmetric(quote)) return true;
  const quotes = places(text, quote).filter((at) => isQuote(text, at, quote, ranges));
  const before = quotes.filter((at) => at < place).length;
  return before % 2 === 1 || quotes.length === 1;
}

/** A quote before a capital, of a kind that was paired before. */
function opensNext(text, place, quote, ranges) {
  const isBefore = isSymmetric(quote) && (place === 0 || IS_SPACE.test(text[place - 1])) &&
    STARTS.test(text.slice(place + quote.length));
  return isBefore && ranges.some(({ begin, end, isEqual }) => end <= place && isEqual && text.startsWith(quote, begin));
}
