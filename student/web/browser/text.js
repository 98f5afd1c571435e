/** A text before its words are looked up: `student/phrases.py` and what it takes of `speech/text`. */
const MAX_CHARS = 200; // of a part
export const SENTENCE_S = 0.38;
const CLAUSE_S = 0.2;
export const PARAGRAPH_S = 2 * SENTENCE_S;

const WORD = "[\\p{L}\\p{N}_]";
export const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"; // Python's
const BLANK_END = new RegExp(`${BLANK}+$`, "u");

const MAX_PASSES = 4;
const TIDY = [
  [/[()]+/gu, ", "], // an aside is heard as one
  [/[–—]+|--+|(?<= )-+(?= )/gu, " — "],
  [/\ue000/gu, " "], // marks that are not spoken
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
  constructor({ cleaned, unified, damaged }, markup) {
    this.markup = markup;
    this.replaced = byCharacter(cleaned);
    this.unified = byCharacter(unified);
    this.damaged = damaged.map((source) => new RegExp(source, "u"));
  }

  /** What tells that a text was read in a wrong encoding, which Python mends or refuses; or null. */
  damage(text) {
    const found = this.damaged.map((sign) => sign.exec(text)).find(Boolean);
    return found ? found[0] : null;
  }

  /** Without markup and invisible characters. */
  cleaned(text) {
    return withoutSpaces(replaced(this.markup.strip(text), this.replaced).normalize("NFC"));
  }

  /** One character for each sign that has several; what no rule can speak becomes a space. */
  unify(cleaned) {
    return withoutSpaces(replaced(cleaned.replaceAll("``", '"'), this.unified));
  }

  tidied(cleaned) {
    let said = cleaned;
    for (let pass = 0, before; pass < MAX_PASSES && said !== before; pass++) {
      before = said;
      said = TIDY.reduce((text, [sign, by]) => text.replace(sign, by), this.unify(said)).trim();
    }
    return said;
  }
}

function withoutSpaces(text) {
  return text.split(" ").filter(Boolean).join(" ");
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

/** Seconds of silence after a part; none where a sentence is cut between two words. */
export function pauseAfter(part) {
  const last = part.replace(BLANK_END, "").replace(/["'”’)\]»]+$/u, "").at(-1) ?? " ";
  if (".?!…".includes(last)) return SENTENCE_S;
  return ",;:—–".includes(last) ? CLAUSE_S : 0;
}

/** Sentences packed into parts; a longer sentence is cut at its clauses, then between words; an error
 * where one word is longer. */
export function split(text, sentences) {
  if (sizeOf(text) <= MAX_CHARS) return [text];
  const cuts = [/(?<=[,;:—–)])(?=\s)|(?<=[—–])/u, /(?<=\s)(?=\S)/u];
  const atoms = (piece, depth) => {
    if (sizeOf(piece.trim()) <= MAX_CHARS) return [piece];
    if (depth < cuts.length) return piece.split(cuts[depth]).flatMap((part) => atoms(part, depth + 1));
    throw new Error(`too_long: one word of ${sizeOf(piece)} characters; allowed: ${MAX_CHARS}`);
  };
  const parts = [""];
  for (const atom of sentences.cut(text).flatMap((sentence) => atoms(sentence, 0))) {
    if (sizeOf((parts.at(-1) + atom).trimEnd()) > MAX_CHARS) parts.push("");
    parts[parts.length - 1] += atom;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

function sizeOf(text) {
  return [...text].length;
}
