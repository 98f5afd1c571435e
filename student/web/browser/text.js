/** A text before its words are looked up: `student/phrases.py` and what it takes of `speech/text`. */
const MAX_CHARS = 200; // of a part
const SENTENCE_S = 0.38, CLAUSE_S = 0.2;
export const PARAGRAPH_S = 2 * SENTENCE_S;

const TIDY = [
  [/[‘’`´]/gu, "'"],
  [/[“”]/gu, '"'],
  [/…/gu, "..."],
  [/\s+[–-]\s+|\s*--+\s*/gu, " — "],
  [/[()]/gu, ", "], // an aside is heard as one
  [/,\s*—/gu, ","],
  [/([.,;:!?—])\s*,/gu, "$1"],
  [/\s*,\s*(?=[.,;:!?—]|$)/gu, ""],
  [/[!?]*\?[!?]+|!+\?[!?]*/gu, "?"],
  [/!{2,}/gu, "!"],
  [/\s+/gu, " "],
  [/\s+(?=[.,;:!?])|^[\s,;:—-]+|\s+$/gu, ""],
];

/** Each sign in one form, as `speech/text/english/signs.py` leaves them. */
export function tidied(text) {
  return TIDY.reduce((said, [sign, by]) => said.replace(sign, by), text.normalize("NFC"));
}

/** What stands between blank lines, and between lines of which the first ends as a sentence does. */
export function paragraphs(text) {
  const found = [];
  let isOpen = false;
  for (const line of text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/u)) {
    if (line.trim() && isOpen) found[found.length - 1] += ` ${line}`;
    else if (line.trim()) found.push(line);
    isOpen = line.trim() && pauseAfter(line) !== SENTENCE_S;
  }
  return found;
}

/** Seconds of silence after a part; none where a sentence is cut between two words. */
export function pauseAfter(part) {
  const last = part.trimEnd().replace(/["'”’)\]»]+$/u, "").at(-1) ?? " ";
  if (".?!…".includes(last)) return SENTENCE_S;
  return ",;:—–".includes(last) ? CLAUSE_S : 0;
}

/** Sentences packed into parts; a longer sentence is cut at its clauses, then between words. */
export function split(text) {
  if (text.length <= MAX_CHARS) return [text];
  const sentences = [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)];
  const cuts = [/(?<=[,;:—–)])(?=\s)|(?<=[—–])/u, /(?<=\s)(?=\S)/u];
  const atoms = (piece, depth) =>
    piece.trim().length <= MAX_CHARS || depth === cuts.length
      ? [piece]
      : piece.split(cuts[depth]).flatMap((part) => atoms(part, depth + 1));
  const parts = [""];
  for (const atom of sentences.flatMap(({ segment }) => atoms(segment, 0))) {
    if ((parts.at(-1) + atom).trimEnd().length > MAX_CHARS) parts.push("");
    parts[parts.length - 1] += atom;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}
