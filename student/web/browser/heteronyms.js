/** Words that are written alike and sound differently: `speech/text/heteronyms.py` and its table. */
const words = (text) => new Set(text.split(" "));
const JOINS = ["-", "/", "–"], CLASSES = ["NOUN", "VERB", "ADJ", "VBD"];
const MODALS = words("will would can could shall should may might must do does did 'll 'd ca wo let please");
const PRONOUNS = words("i you we they he she it who");
const HAVE = words("have has had having 've");
const BE = words("be been being is are was were am 's 're 'm get gets got");
const LEAVES_BASE = words("let lets make makes made help helps helped hear hears heard see sees saw watch watched");
const BETWEEN = words(
  "not n't never always often just also ever still only even seldom then now first both yet once well much",
);
const NO_SUBJECTS = words(
  "sales sports savings arms goods news customs earnings operations systems communications jobs " +
    "peoples veterans rights securities futures awards parts series species",
);
const NOW = words(
  "every often always sometimes each rarely seldom never now usually weekends mondays tuesdays " +
    "wednesdays thursdays fridays saturdays sundays",
);
const THEN = words("yesterday last ago once when earlier");

/** Gives tokens with several readings their part of speech and, where the table knows, phonemes. */
export function chooseReadings(tokens, { tagger, lexicon, heteronyms }) {
  const low = tokens.map((token) => token.text.toLowerCase());
  const rowsOf = (word) => heteronyms[word] ?? [];
  const places = [...tokens.keys()].filter((i) => {
    if (tokens[i].phonemes !== null) return false;
    const known = lexicon.gold(low[i]);
    const byClass = known && typeof known === "object" && CLASSES.some((name) => name in known);
    return byClass || rowsOf(low[i]).length || rowsOf(tokens[i].text).length;
  });
  for (const i of places) tokens[i].tag = low[i] === "read" ? tense(tokens, low, i) : tagOf(tokens, i, tagger);
  const near = new Set(low);
  for (const i of places) {
    if (isJoined(tokens, i)) continue;
    const rows = [...new Set([tokens[i].text, low[i]])].flatMap(rowsOf);
    tokens[i].phonemes = fromTable(rows, tokens, low, i, near);
  }
}

function tagOf(tokens, i, tagger) {
  const { tag, text } = tokens[i];
  if (MODALS.has(verbBefore(tokens, i)[0])) return tag.startsWith("VB") ? tag : "VB";
  if (tag === "NN" && (hasPluralSubject(tokens, i) || hasObjectAfterTo(tokens, i))) return "VB";
  if (!["NN", "NNS"].includes(tagger.tagdict.get(text))) return tag;
  const looked = tagger.look(tokens.map((token) => token.text), tokens.map((token) => token.tag), i);
  return looked.startsWith("VB") ? looked : tag;
}

/** "Metals contract when they cool", and not "the sales contract was signed". */
function hasPluralSubject(tokens, i) {
  const before = tokens[i - 1], after = tokens[i + 1]?.tag ?? "$";
  const isSubject = before?.tag === "NNS" && !NO_SUBJECTS.has(before.text.toLowerCase());
  return isSubject && !/^(?:VBZ|VBD|MD|NN)/.test(after);
}

/** "Made to house offices", and not "according to house rules". */
function hasObjectAfterTo(tokens, i) {
  if (i < 2 || tokens[i - 1].tag !== "TO" || i + 1 === tokens.length) return false;
  const after = tokens[i + 1].tag, asked = tokens[i - 2].tag;
  return ["DT", "PRP", "PRP$"].includes(after) || (after === "NNS" && ["VBN", "VBD", "JJ"].includes(asked));
}

/** The word before that is no adverb, and its place; "^" and -1 at the beginning. */
function verbBefore(tokens, i) {
  for (let j = i - 1; j >= 0; j--) {
    const word = tokens[j].text.toLowerCase();
    if (!BETWEEN.has(word) && !word.endsWith("ly")) return [word, j];
  }
  return ["^", -1];
}

/** Of "read": by its auxiliary, its subject, what other verbs say, then adverbs of time. */
function tense(tokens, low, i) {
  const [before, j] = verbBefore(tokens, i), after = low[i + 1] ?? "$", tag = tokens.at(j).tag;
  if (HAVE.has(before) || BE.has(before) || after === "by") return "VBN";
  if (MODALS.has(before) || ["to", "^", '"'].includes(before)) return "VB";
  if (before === "and" && tokens.slice(0, j).some((token) => token.tag === "TO")) return "VB";
  if (["DT", "JJ", "PRP$"].includes(tag)) return "NN";
  const asked = verbBefore(tokens, j)[0];
  if (HAVE.has(asked) && PRONOUNS.has(before)) return "VBN";
  if (MODALS.has(asked) || LEAVES_BASE.has(asked)) return "VB";
  if (["he", "she", "it"].includes(before) || ["NN", "NNP"].includes(tag)) return "VBD";
  if (low.some((word) => NOW.has(word))) return "VBP";
  const others = tokens.filter((_, k) => k !== i).map((token) => token.tag);
  if (others.includes("VBD") || low.some((word) => THEN.has(word))) return "VBD";
  return ["DT", "PRP", "PRP$", "IN"].includes(tokens[i + 1]?.tag ?? "$") ? "VBD" : "VBP";
}

/** Part of a compound that is written as one. */
function isJoined(tokens, i) {
  const before = tokens[i - 1], after = tokens[i + 1];
  return (before && JOINS.includes(before.text) && !before.space) ||
    (after && JOINS.includes(after.text) && !tokens[i].space);
}

function fromTable(rows, tokens, low, i, near) {
  const before = i ? [low[i - 1], tokens[i - 1].tag] : ["^"];
  const isWord = i + 1 < low.length && /^\p{L}/u.test(low[i + 1]);
  const after = isWord ? [low[i + 1], tokens[i + 1].tag] : ["$"];
  const there = [[tokens[i].tag], before, after, [...near]];
  const holds = (wanted, k) => !wanted.length || wanted.some((word) => there[k].includes(word));
  return rows.find(([, ...conditions]) => conditions.every(holds))?.[0] ?? null;
}
