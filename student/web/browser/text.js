/** A text before its words are looked up: `student/phrases.py` and what it takes of `speech/text`. */
const MAX_CHARS = 200; // of a part
const SENTENCE_S = 0.38, CLAUSE_S = 0.2;
export const PARAGRAPH_S = 2 * SENTENCE_S;

const WORD = "[\\p{L}\\p{N}_]";
const BLANK = "[\\t-\\r\\x1c-\\x20\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const IS_BLANK = new RegExp(`^${BLANK}*$`, "u"), BLANK_END = new RegExp(`${BLANK}+$`, "u"); // Python's

const CODE = /(?<!`)`{1,3}([^`\n]{1,2000})`{1,3}(?!`)/gu; // of Markdown
const MAX_PASSES = 4;
const TIDY = [
  [/[()]+/gu, ", "], // an aside is heard as one
  [/[–—]+|--+|(?<= )-+(?= )/gu, " — "],
  [new RegExp(`(?<!${WORD})'+(?!${WORD})|(?<!${WORD})-+|-+(?!${WORD})`, "gu"), " "],
  [/\s+/gu, " "],
  [/[?!](?: ?[?!])+/gu, (signs) => (signs.includes("?") ? "?" : "!")],
  [/\.{4,}/gu, "..."],
  [/(?<!\.)\.\.(?!\.)/gu, "."],
  [/ (?=[.,?!;:])/gu, ""],
  [/([,;:—])(?: ?[,;:—])+/gu, "$1"],
  [/[,;:—] ?(?=[.?!])|(?<=[?!])[,;:]/gu, ""],
  [new RegExp(`,(?=${WORD})`, "gu"), ", "],
  [/^[\s.,?!;:—-]+/gu, ""],
  [/[\s,;:—]+$/gu, ""],
];

/** Each sign in one form: `clean`, then `unify` and `tidy` of `speech/text`. */
export class Tidier {
  constructor({ cleaned, unified }) {
    this.cleaned = byCharacter(cleaned);
    this.unified = byCharacter(unified);
  }

  tidied(text) {
    let said = replaced(text.replace(CODE, "$1"), this.cleaned).normalize("NFC");
    for (let pass = 0, before; pass < MAX_PASSES && said !== before; pass++) {
      before = said;
      said = replaced(said.replaceAll("``", '"'), this.unified).split(" ").filter(Boolean).join(" ");
      said = TIDY.reduce((text, [sign, by]) => text.replace(sign, by), said).trim();
    }
    return said;
  }
}

/** What a character becomes, of runs [first, last, said]. */
function byCharacter(runs) {
  const found = new Map();
  for (const [first, last, said] of runs) {
    for (let code = first; code <= last; code++) found.set(String.fromCodePoint(code), said);
  }
  return found;
}

function replaced(text, by) {
  return Array.from(text, (char) => by.get(char) ?? char).join("");
}

/** What stands between blank lines, and between lines of which the first ends as a sentence does. */
export function paragraphs(text) {
  const found = [];
  let isOpen = false;
  for (const line of text.split(/\r\n|[\n\r\v\f\x1c-\x1e\u2028\u2029]/u)) {
    const isBlank = IS_BLANK.test(line);
    if (!isBlank && isOpen) found[found.length - 1] += ` ${line}`;
    else if (!isBlank) found.push(line);
    isOpen = !isBlank && pauseAfter(line) !== SENTENCE_S;
  }
  return found;
}

/** Seconds of silence after a part; none where a sentence is cut between two words. */
export function pauseAfter(part) {
  const last = part.replace(BLANK_END, "").replace(/["'”’)\]»]+$/u, "").at(-1) ?? " ";
  if (".?!…".includes(last)) return SENTENCE_S;
  return ",;:—–".includes(last) ? CLAUSE_S : 0;
}

/** Sentences packed into parts; a longer sentence is cut at its clauses, then between words; an error
 * where one word is longer. */
export function split(text) {
  if (text.length <= MAX_CHARS) return [text];
  const sentences = [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)];
  const cuts = [/(?<=[,;:—–)])(?=\s)|(?<=[—–])/u, /(?<=\s)(?=\S)/u];
  const atoms = (piece, depth) => {
    if (piece.trim().length <= MAX_CHARS) return [piece];
    if (depth < cuts.length) return piece.split(cuts[depth]).flatMap((part) => atoms(part, depth + 1));
    throw new Error(`too_long: one word of ${piece.length} characters; allowed: ${MAX_CHARS}`);
  };
  const parts = [""];
  for (const atom of sentences.flatMap(({ segment }) => atoms(segment, 0))) {
    if ((parts.at(-1) + atom).trimEnd().length > MAX_CHARS) parts.push("");
    parts[parts.length - 1] += atom;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}
