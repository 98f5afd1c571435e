/** Marks of list items within one line, as sentencex finds them: each item is one sentence. */
const BULLETS = "•◦▪▫■□●○⁃⁌⁍◆◇★☆➤➢➣▶▸►";
const CLOSING = "(?:\\.\\)|[.)])";
const MARK = new RegExp(
  `(?:(?<own>[${BULLETS}]|\\((?:[0-9]{1,2}|[A-Za-z]|[ivxlcdmIVXLCDM]+)\\))` +
    `|(?<roman>[ivxlcdmIVXLCDM]{2,}${CLOSING})|(?<number>[0-9]+${CLOSING})|(?<bullet>[*+-])` +
    "|(?<letter>[A-Za-z]\\.?\\))|(?<dotted>[a-z]\\.))[ \\t]+(?<next>[^\\r\\n])",
  "uy",
);
const KINDS = ["bullet", "number", "letter", "dotted", "roman"];
const FEWEST_BYTES = 4; // from one to the next

/** Where items begin. */
export function listStarts(text) {
  let found = marks(text);
  if (found.some(({ kind }) => kind === "roman")) {
    const isRoman = ({ kind, mark }) => ["letter", "dotted"].includes(kind) && /^[ivxlcdm]/iu.test(mark);
    found = found.map((one) => (isRoman(one) ? { ...one, kind: "roman" } : one));
  }
  found = apart(text, found);
  const of = (kind) => found.filter((one) => one.kind === kind);
  if (of("own").length > 1 || of("own")[0]?.isFirst) return of("own").map(({ at }) => at);
  const lists = KINDS.map(of).filter((list) => list.length > 1);
  lists.sort((a, b) => b.length - a.length || a[0].at - b[0].at);
  return (lists[0] ?? []).map(({ at }) => at);
}

function marks(text) {
  const first = /^[ \t]*/u.exec(text)[0].length, found = [];
  const begin = markAt(text, first);
  if (begin) found.push({ ...begin, at: 0, isFirst: true });
  for (const { 0: blanks, index } of text.slice(first).matchAll(/[ \t]+/gu)) {
    const at = first + index + blanks.length, one = markAt(text, at);
    const isPlain = one && (one.kind === "own" || (one.kind !== "bullet" && !one.mark.endsWith(".")));
    if (isPlain && !/^\p{Lowercase}/u.test(one.next)) found.push({ ...one, at });
  }
  return found;
}

function markAt(text, at) {
  MARK.lastIndex = at;
  const groups = MARK.exec(text)?.groups;
  if (!groups) return null;
  const [kind, mark] = Object.entries(groups).find(([, said]) => said !== undefined);
  return { kind, mark, next: groups.next };
}

/** Without those that stand too near to the one before: e. e. cummings. */
function apart(text, found) {
  const last = {};
  return found.filter(({ kind, at }) => {
    const isApart = !(kind in last) || new TextEncoder().encode(text.slice(last[kind], at)).length >= FEWEST_BYTES;
    if (isApart) last[kind] = at;
    return isApart;
  });
}
