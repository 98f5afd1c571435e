/** English text to phonemes in the browser: `speech/text/phonemes.py` over hibari's frontend.
 *
 * It reads words and punctuation. What the Python frontend first writes out as words (numbers, signs,
 * abbreviations, capitals) it does not, and says so: `unreadable`. */
import { chooseReadings } from "./heteronyms.js";
import { CONSONANTS, Lexicon, VOWELS, withStress } from "./lexicon.js";
import { Markup } from "./markup.js";
import { Paragraphs } from "./paragraphs.js";
import { Sentences } from "./sentences.js";
import { Table } from "./tables.js";
import { Tagger } from "./tagger.js";
import { PARAGRAPH_S, Tidier, pauseAfter, split } from "./text.js";
import { tokenize } from "./tokenizer.js";
import { PUNCT_TAGS, TokenRules, subtokens } from "./tokens.js";
import { WrittenOut } from "./written.js";

const JUNK = /^[',\-._‘’/]*$/u;
const MARKS = ";:,!?—…“”.", STOPS = ";:,.!?—…";
const TAG_SAID = { "-LRB-": "(", "-RRB-": ")", "``": "“", '""': "”", "''": "”" };
const PLAIN = { ł: "l", Ł: "L", ø: "o", Ø: "O", đ: "d", Đ: "D", ß: "ss", ı: "i" };
const NOTHING_AFTER = { vowel: null, to: false };
const READABLE = /^(?![ℲⅎↃ])[\p{Script=Latin}\s.,;:!?'"—…-]$/u; // those three are Latin by script, not by name

/** The first thing in a text that needs to be written out as words, or null. */
export function unreadable(text, abbreviations) {
  const sign = [...text].find((char) => !READABLE.test(char));
  if (sign) return text.match(/\S+/gu).find((word) => word.includes(sign));
  const words = [...text.matchAll(/\p{L}+(?:[.'’&-]\p{L}+)*/gu)];
  const found = words.find(({ 0: word, index }) => {
    const rest = text.slice(index + word.length), kind = abbreviations[word];
    const isTitle = kind?.startsWith("title") && /^\.? ?\p{Lu}/u.test(rest);
    const isShort = ["bare", "slash"].includes(kind) || isTitle || (kind && /^\.\W*\p{Ll}/u.test(rest));
    const inCapitals = /\p{Lu}[.-]?\p{Lu}/u.test(word) || /^[B-HJ-Z]$/u.test(word);
    return isShort || inCapitals || /\p{L}\.\p{L}/u.test(word);
  });
  return found ? found[0] : null;
}

export class Phonemizer {
  /** @param tables what student/web/tables.py wrote; `unknown`: a word -> phonemes, asynchronous */
  constructor(tables, unknown) {
    for (const name of ["special", "heteronyms", "abbreviations"]) {
      Object.setPrototypeOf(tables[name], null); // "constructor" is a word
    }
    Object.assign(this, { tables, unknown });
    const gold = new Table(tables.gold), silver = new Table(tables.silver);
    this.lexicon = new Lexicon(gold, silver);
    this.tagger = new Tagger(tables);
    const markup = new Markup(tables), isKnown = (word) => (gold.get(word) ?? silver.get(word)) !== undefined;
    this.tidier = new Tidier(tables, markup);
    this.sentences = new Sentences(tables.sentences);
    this.written = new WrittenOut(tables.written, isKnown);
    this.rules = new TokenRules(tables.tokens, this);
    this.paragraphs = new Paragraphs(tables.lines, { markup, sentences: this.sentences, isKnown });
  }

  /** What is said in one go, [{ pause_s, phonemes }, ...]; an error in one line for what is not read. */
  async phrases(text) {
    const said = [];
    let pause_s = 0;
    for (const paragraph of this.#tidied(text)) {
      if (!/\p{L}/u.test(paragraph)) continue;
      for (const part of split(paragraph, this.sentences)) {
        said.push({ pause_s, phonemes: await this.phonemize(part) });
        pause_s = pauseAfter(part);
      }
      pause_s = PARAGRAPH_S;
    }
    if (!said.length) throw new Error("there is nothing to say in this text");
    return said;
  }

  /** The paragraphs as they are spoken. */
  #tidied(text) {
    const found = this.paragraphs.of(text);
    const damage = [text, ...found].map((part) => this.tidier.damage(part)).find(Boolean);
    if (damage) throw new UnreadableError(damage);
    return found.map((paragraph) => this.spoken(paragraph));
  }

  /** A paragraph with each sign in one form. */
  spoken(paragraph) {
    const { tidier, written } = this, cleaned = tidier.cleaned(tidier.cleaned(paragraph)); // as Python does
    const said = tidier.tidied(cleaned);
    const sign = tidier.damage(cleaned) ?? unreadable(said, this.tables.abbreviations) ??
      written.find(tidier.unify(cleaned)) ?? written.find(said);
    if (sign) throw new UnreadableError(sign);
    return written.spelled(said);
  }

  async phonemize(text) {
    const words = tokenize(this.rules.bounded(text), this.tables.special);
    const tags = this.tagger.tag(words.map(([word]) => word));
    const tokens = this.rules.apart(
      words.map(([word, space], i) => ({ text: word, tag: tags[i], space, phonemes: null, head: true })),
    );
    this.rules.name(tokens);
    chooseReadings(tokens, { tagger: this.tagger, lexicon: this.lexicon, heteronyms: this.tables.heteronyms });
    const groups = (await this.#say(regroup(tokens))).map(joined);
    this.rules.addStops(groups);
    const said = groups.map(({ phonemes, space }) => phonemes + space).join("");
    const known = said.replaceAll("…", ".").replaceAll("ɾ", "T").replaceAll("ʔ", "t");
    const allowed = [...known].filter((symbol) => this.tables.alphabet.includes(symbol)).join("");
    if (!/(?![ˈˌ])\p{L}/u.test(allowed)) throw new Error("there is nothing to say in this text: no phonemes");
    return allowed.split(" ").filter(Boolean).join(" ");
  }

  /** From the last word to the first, since a word may sound by what follows. */
  async #say(groups) {
    let next = NOTHING_AFTER;
    for (const group of groups.toReversed()) {
      if (group.length > 1) {
        next = await this.#sayTogether(group, next);
        continue;
      }
      const [token] = group;
      token.phonemes ??= this.lexicon.word(token.text, token.tag, next) ?? (await this.#fallback(token.text));
      next = after(next, token.phonemes, token);
    }
    return groups;
  }

  /** The longest runs of the parts that the lexicon has. */
  async #sayTogether(group, before) {
    let next = before, left = 0, right = group.length;
    while (left < right) {
      const run = group.slice(left, right);
      const whole = run.some((part) => part.phonemes !== null) ? null : merged(run);
      const said = whole && this.lexicon.word(whole.text, whole.tag, next);
      if (said) {
        for (const part of run) part.phonemes = "";
        group[left].phonemes = said;
        next = after(next, said, whole);
        right = left;
        left = 0;
      } else if (left + 1 < right) {
        left++;
      } else {
        right--;
        left = 0;
        if (group[right].phonemes !== null) continue;
        if (!JUNK.test(group[right].text)) {
          const said = await this.#fallback(merged(group).text);
          for (const part of group) part.phonemes = "";
          group[0].phonemes = said;
          return next;
        }
        group[right].phonemes = "";
      }
    }
    resolve(group);
    return next;
  }

  /** What no dictionary has: by the network; letter by letter where that finds no vowel. */
  async #fallback(text) {
    const said = [];
    for (const piece of text.match(/\p{L}+(?:['’]\p{L}+)*/gu) ?? []) said.push(await this.#unknown(piece));
    return said.filter(Boolean).join(" ");
  }

  /** Of a name that some dictionary has in plain letters; a final é is spoken, so it stays unknown. */
  #withoutAccents(word) {
    const letters = [...word].map((letter) => PLAIN[letter] ?? letter).join("").normalize("NFD");
    const bare = letters.replace(/\p{M}/gu, "");
    const isName = word[0] !== word[0].toLowerCase() && bare !== bare.toUpperCase();
    return bare !== word && isName && !/é$/iu.test(word) ? this.lexicon.word(bare, "NNP", NOTHING_AFTER) : null;
  }

  /** Of "comin": as "coming", with another n. */
  #withoutG(word) {
    const said = word.endsWith("in") ? this.lexicon.word(`${word}g`, "VBG", NOTHING_AFTER) : null;
    return said?.endsWith("ɪŋ") ? `${said.slice(0, -1)}n` : null;
  }

  async #unknown(word) {
    const known = this.#withoutAccents(word) ?? this.#withoutG(word);
    if (known) return known;
    const plain = word.toLowerCase().normalize("NFD");
    const said = /[aeiouyæœøı]/u.test(plain) ? await this.unknown(word) : null;
    if (said && [...said].some((symbol) => VOWELS.has(symbol))) return said;
    const letters = plain.replace(/[^a-z]/gu, "");
    return letters ? this.lexicon.letters(letters) : said;
  }
}

export class UnreadableError extends Error {
  constructor(sign) {
    super(`"${sign}" is not read in the browser: write numbers, signs and abbreviations out as words`);
  }
}

/** Tokens in the parts that the lexicon looks up, those without a space between them together. */
function regroup(tokens) {
  const groups = [];
  let isOpen = false;
  for (const token of tokens) {
    const texts = subtokens(token);
    for (const [i, text] of texts.entries()) {
      const part = { ...token, text, space: i + 1 < texts.length ? "" : token.space };
      part.phonemes ??= punctuation(part);
      if (part.phonemes !== null) {
        groups.push([part]);
        isOpen = false;
      } else if (isOpen) {
        groups.at(-1).push(part);
        isOpen = !part.space;
      } else {
        groups.push([part]);
        isOpen = !part.space;
      }
    }
  }
  return groups;
}

function punctuation({ text, tag }) {
  if (tag === ":" && ["-", "–"].includes(text)) return "—";
  if (!PUNCT_TAGS.includes(tag) || /^[a-z]*$/iu.test(text)) return null;
  return TAG_SAID[tag] ?? [...text].filter((char) => MARKS.includes(char)).join("");
}

function merged(parts) {
  const weight = ({ text }) => [...text].reduce((sum, char) => sum + (char === char.toLowerCase() ? 1 : 2), 0);
  const heaviest = parts.reduce((best, part) => (weight(part) > weight(best) ? part : best));
  return { text: parts.map((part) => part.text).join(""), tag: heaviest.tag };
}

/** What the word before may know of this one. */
function after(next, said, { text, tag }) {
  const first = [...(said ?? "")].find((c) => VOWELS.has(c) || CONSONANTS.has(c) || STOPS.includes(c));
  const vowel = first === undefined ? next.vowel : STOPS.includes(first) ? null : VOWELS.has(first);
  return { vowel, to: ["to", "To"].includes(text) || (text === "TO" && ["TO", "IN"].includes(tag)) };
}

/** Of a compound, some of the parts lose their stress; or spaces stand between them. */
function resolve(parts) {
  const text = parts.map((part) => part.text).join("");
  const kinds = new Set([...text].filter((char) => !JUNK.test(char)).map((char) => /\p{L}/u.test(char)));
  const isApart = text.includes("/") || kinds.size > 1;
  for (const [i, part] of parts.entries()) {
    if (part.phonemes === null) {
      part.phonemes = i === parts.length - 1 && STOPS.includes(part.text) ? part.text : "";
    } else if (i > 0) part.apart = isApart;
  }
  if (isApart) return;
  const spoken = parts.filter((part) => part.phonemes);
  const weight = ({ phonemes }) => [...phonemes].reduce((sum, c) => sum + ("AIOQWYʤʧ".includes(c) ? 2 : 1), 0);
  const isPrimary = (part) => Number(part.phonemes.includes("ˈ"));
  if (spoken.length === 2 && spoken[0].text.length === 1) {
    spoken[1].phonemes = withStress(spoken[1].phonemes, -0.5);
    return;
  }
  const primaries = spoken.reduce((sum, part) => sum + isPrimary(part), 0);
  if (spoken.length < 2 || primaries <= Math.floor((spoken.length + 1) / 2)) return;
  const byWeight = spoken.toSorted((a, b) => isPrimary(a) - isPrimary(b) || weight(a) - weight(b));
  for (const part of byWeight.slice(0, Math.floor(spoken.length / 2))) {
    part.phonemes = withStress(part.phonemes, -0.5);
  }
}

function joined(parts) {
  let phonemes = "";
  for (const part of parts) {
    if (part.apart && phonemes && !phonemes.endsWith(" ") && part.phonemes) phonemes += " ";
    phonemes += part.phonemes ?? "";
  }
  const text = parts.map((part, i) => part.text + (i + 1 < parts.length ? part.space : "")).join("");
  return { text, phonemes, space: parts.at(-1).space };
}
