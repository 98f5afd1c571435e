/** Words as hibari's tokenizer cuts them (hibari/g2p/tokenize.py, after spaCy's English rules, MIT);
 * without what is for digits and units, which a text has no more when it is phonemized. */
const UPPER = "A-ZÀ-ÖØ-Þ", LOWER = "a-zß-öø-ÿ";
const QUOTES = "'\"”“`‘´’‚,„»«", MARKS = "…,:;!?¿¡()\\[\\]{}<>_#*&·";
const PREFIX = new RegExp(`^(?:[—–]|\\.\\.+|[${MARKS}${QUOTES}])`, "u");
const SUFFIX = new RegExp(
  `(?:\\.\\.+|[${MARKS}${QUOTES}]|['’][sS]|[—–]|(?<=[${LOWER}\\-${MARKS}${QUOTES}])\\.|(?<=[${UPPER}]{2})\\.)$`,
  "u",
);
const INFIX = new RegExp(
  `\\.\\.+|…|(?<=[${LOWER}${QUOTES}])\\.(?=[${UPPER}${QUOTES}])|(?<=\\p{L}),(?=\\p{L})` +
    `|(?<=\\p{L})(?:-|–|—|~)(?=\\p{L})|(?<=\\p{L})[:<>=/](?=\\p{L})`,
  "gu",
);

/** [[word, " " or ""], ...]; `special`: what is cut in its own way, don't -> do n't. */
export function tokenize(text, special) {
  const chunks = text.match(/\S+/gu) ?? [];
  return chunks.flatMap((chunk, i) => {
    const words = split(chunk, special);
    const space = i + 1 < chunks.length ? " " : "";
    return words.map((word, j) => [word, j + 1 < words.length ? "" : space]);
  });
}

function split(chunk, special) {
  if (special[chunk]) return special[chunk];
  const before = [], after = [];
  let rest = chunk, length = -1;
  while (rest && rest.length !== length && !special[rest]) {
    length = rest.length;
    const prefix = PREFIX.exec(rest)?.[0] ?? "";
    if (prefix && special[rest.slice(prefix.length)]) {
      before.push(prefix);
      rest = rest.slice(prefix.length);
      break;
    }
    const suffix = SUFFIX.exec(rest.slice(prefix.length))?.[0] ?? "";
    const head = rest.slice(0, rest.length - suffix.length);
    if (suffix && special[head]) {
      after.push(suffix);
      rest = head;
      break;
    }
    if (prefix) before.push(prefix);
    if (suffix) after.push(suffix);
    rest = head.slice(prefix.length);
  }
  const words = [...before, ...(special[rest] ?? infixes(rest)), ...after.reverse()];
  return words.length > 1 ? rejoin(words, special) : words;
}

function infixes(text) {
  const words = [];
  let start = 0;
  for (const match of text.matchAll(INFIX)) {
    if (match.index === 0) continue;
    if (match.index > start) words.push(text.slice(start, match.index));
    words.push(match[0]);
    start = match.index + match[0].length;
  }
  return start < text.length ? [...words, text.slice(start)] : words;
}

/** Pieces that spell a special case together: "Sept" "." -> "Sept." */
function rejoin(words, special) {
  const out = [];
  for (let i = 0; i < words.length; ) {
    const size = [3, 2].find((k) => i + k <= words.length && special[words.slice(i, i + k).join("")]);
    out.push(...(size ? special[words.slice(i, i + size).join("")] : [words[i]]));
    i += size ?? 1;
  }
  return out;
}
