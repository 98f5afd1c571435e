/** Phonemes of a word by hibari's dictionaries and rules (hibari/g2p/lexicon.py, after misaki,
 * Apache-2.0): American, and without numbers, which are words by then. */
export const VOWELS = new Set("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ");
export const CONSONANTS = new Set("bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ");
const FLAPPED = new Set("AIOWYiuæɑəɛɪɹʊʌ"); // after which American t is a tap
const LOST_E = /^[^aeiouy]*(?:qu)?[aeiouy][bcdfgklmnprstvz]ing$/;
const NO_STEM = /^[a-z]{1,2}ing$/;
const PRIMARY = "ˈ", SECONDARY = "ˌ";
const isStressed = (said) => said.includes(PRIMARY) || said.includes(SECONDARY);
const hasVowel = (said) => [...said].some((symbol) => VOWELS.has(symbol));
const isAlpha = (word) => /^\p{L}+$/u.test(word);
const lower = (word) => word === word.toLowerCase();
const upper = (word) => word === word.toUpperCase();
const capitalized = (word) => word[0].toUpperCase() + word.slice(1).toLowerCase();

export function withStress(said, stress) {
  if (stress === null || said === null) return said;
  if (stress < -1) return said.replaceAll(PRIMARY, "").replaceAll(SECONDARY, "");
  if (stress === -1 || ([0, -0.5].includes(stress) && said.includes(PRIMARY))) {
    return said.replaceAll(SECONDARY, "").replaceAll(PRIMARY, SECONDARY);
  }
  if (!isStressed(said) && (stress > 1 || [0, 0.5, 1].includes(stress))) {
    return hasVowel(said) ? beforeVowel((stress > 1 ? PRIMARY : SECONDARY) + said) : said;
  }
  if (stress >= 1 && !said.includes(PRIMARY)) return said.replaceAll(SECONDARY, PRIMARY);
  return said;
}

/** The mark at the beginning goes before the first vowel. */
function beforeVowel(said) {
  const symbols = [...said], vowel = symbols.findIndex((symbol) => VOWELS.has(symbol));
  return [...symbols.slice(1, vowel), symbols[0], ...symbols.slice(vowel)].join("");
}

function parentTag(tag) {
  for (const [start, parent] of [["VB", "VERB"], ["NN", "NOUN"], ["ADV", "ADV"], ["RB", "ADV"], ["ADJ", "ADJ"], ["JJ", "ADJ"]]) {
    if (tag.startsWith(start)) return parent;
  }
  return tag;
}

export class Lexicon {
  /** @param gold a `Table` of words checked by hand; `silver`: of others */
  constructor(gold, silver) {
    this.gold = (word) => grown(gold, word);
    this.silver = (word) => grown(silver, word);
    this.ownGold = (word) => gold.get(word);
  }

  /** Phonemes or null. `next`: { vowel: whether what follows begins with one or null, to } */
  word(written, tag, next) {
    let word = written.replace(/[‘’]/gu, "'").normalize("NFKC");
    let stress = lower(word) ? null : upper(word) ? 2 : 0.5;
    const special = this.#special(word, tag, stress, next);
    if (special) return special;
    if (this.#isPlainCase(word, tag, next, stress)) word = word.toLowerCase();
    if (this.#isKnown(word)) return this.#lookup(word, tag, stress, next);
    for (const [ending, stem] of [["s'", `${word.slice(0, -2)}'s`], ["'", word.slice(0, -1)]]) {
      if (word.endsWith(ending) && this.#isKnown(stem)) return this.#lookup(stem, tag, stress, next);
    }
    return this.#inflected(word, tag, stress, next);
  }

  /** Letter by letter, stressed on the last. */
  letters(word) {
    const said = [...word].filter(isAlpha).map((letter) => this.gold(letter.toUpperCase()));
    if (!said.length || said.some((one) => !one)) return null;
    const whole = withStress(said.join(""), 0), last = whole.lastIndexOf(SECONDARY);
    return last < 0 ? whole : whole.slice(0, last) + PRIMARY + whole.slice(last + 1);
  }

  #special(word, tag, stress, next) {
    const low = word.toLowerCase();
    const isWord = word === low || word === capitalized(low); // not in capitals
    if (word === "&") return this.#lookup("and", null, null, next);
    if (/^[^.]+\./u.test(word.replace(/^\.+|\.+$/gu, "")) && isAlpha(word.replaceAll(".", "")) &&
        Math.max(...word.split(".").map((part) => part.length)) < 3) return this.letters(word);
    if (low === "a") return tag === "DT" ? "ɐ" : "ˈA";
    if (low === "am") {
      if (tag.startsWith("NN")) return this.letters(word);
      return next.vowel === null || word !== "am" || stress > 0 ? this.gold("am") : "ɐm";
    }
    if (low === "an") return word === "AN" && tag.startsWith("NN") ? this.letters(word) : "ɐn";
    if (word === "I" && tag === "PRP") return `${SECONDARY}I`;
    if (low === "by" && parentTag(tag) === "ADV") return "bˈI";
    if (low === "to" && (isWord || ["TO", "IN"].includes(tag))) {
      return next.vowel === null ? this.gold("to") : next.vowel ? "tʊ" : "tə";
    }
    if (low === "in" && (isWord || tag !== "NNP")) {
      return (next.vowel === null || tag !== "IN" ? PRIMARY : "") + "ɪn";
    }
    if (low === "the" && (isWord || tag === "DT")) return next.vowel ? "ði" : "ðə";
    if (tag === "IN" && /^vs\.?$/iu.test(word)) return this.#lookup("versus", null, null, next);
    if (low === "used") return this.gold("used")[["VBD", "JJ"].includes(tag) && next.to ? "VBD" : "DEFAULT"];
    return null;
  }

  /** A word with capitals that is to be read as one without. */
  #isPlainCase(word, tag, next, stress) {
    const low = word.toLowerCase();
    return word.length > 1 && isAlpha(word.replaceAll("'", "")) && word !== low &&
      (tag !== "NNP" || word.length > 7) && !this.gold(word) && !this.silver(word) &&
      (upper(word) || lower(word.slice(1))) &&
      Boolean(this.gold(low) || this.silver(low) || this.#inflected(low, tag, stress, next));
  }

  #isKnown(word) {
    if (this.gold(word) || this.silver(word) || word === "&") return true;
    if (!/^[A-Za-z]+$/.test(word)) return false;
    if (word.length === 1) return true;
    if (upper(word) && this.gold(word.toLowerCase())) return true;
    return upper(word.slice(1));
  }

  #lookup(written, tag, stress, next) {
    let word = written, isName = false;
    if (upper(word) && !this.gold(word)) {
      word = word.toLowerCase();
      isName = tag === "NNP";
    }
    let said = this.gold(word) ?? (isName ? null : this.silver(word)) ?? null;
    if (said && typeof said === "object") {
      let key = next.vowel === null && "None" in said ? "None" : tag;
      if (!(key in said)) key = parentTag(key ?? "");
      said = key in said ? said[key] : said.DEFAULT;
    }
    if (said === null || (isName && !said.includes(PRIMARY))) {
      return this.letters(word);
    }
    return withStress(said, stress);
  }

  /** As `speech/text/inflections.py`. */
  #inflected(word, tag, stress, next) {
    const stem = (candidates, say, as = "VB", stressed = stress) => {
      const found = candidates.find(([holds, base]) => holds && this.#isKnown(base));
      const said = found && this.#lookup(found[1], as, stressed, next);
      return said ? say(said) : null;
    };
    const cut = (letters, more = "") => word.slice(0, -letters) + more, long = word.length > 4;
    if (word.length > 2 && word.endsWith("s")) {
      const said = stem([
        [long && word.endsWith("ies"), cut(3, "y")],
        [!word.endsWith("ss"), cut(1)],
        [word.endsWith("'s") || (long && /(?<!i)es$/.test(word)), cut(2)],
      ], withS, tag);
      if (said) return said;
    }
    if (word.length > 3 && word.endsWith("d")) {
      const said = stem([[!word.endsWith("dd"), cut(1)], [long && /(?<!e)ed$/.test(word), cut(2)]], withEd);
      if (said) return said;
    }
    if (!long || !word.endsWith("ing") || NO_STEM.test(word)) return null;
    const doubled = /([bcdgklmnprstvxz])\1ing$|cking$/.test(word);
    return stem([
      [LOST_E.test(word), cut(3, "e")], [word.length > 5, cut(3)], [true, cut(3, "e")], [word.length > 5 && doubled, cut(4)],
    ], withIng, "VB", stress ?? 0.5);
  }
}

/** A small word also answers to its capitalized form and the other way round. */
function grown(table, word) {
  const found = table.get(word);
  if (found !== undefined || word.length < 2) return found ?? null;
  const capital = capitalized(word);
  if (lower(word)) return table.get(capital) ?? null;
  return word === capital ? (table.get(word.toLowerCase()) ?? null) : null;
}

function withS(stem) {
  if ("ptkfθ".includes(stem.at(-1))) return `${stem}s`;
  return stem + ("szʃʒʧʤ".includes(stem.at(-1)) ? "ᵻz" : "z");
}

function withEd(stem) {
  if ("pkfθʃsʧ".includes(stem.at(-1))) return `${stem}t`;
  if (stem.at(-1) === "d") return `${stem}ᵻd`;
  if (stem.at(-1) !== "t") return `${stem}d`;
  if (stem.length < 2) return `${stem}ɪd`;
  return FLAPPED.has(stem.at(-2)) ? `${stem.slice(0, -1)}ɾᵻd` : `${stem}ᵻd`;
}

function withIng(stem) {
  const isTap = stem.length > 1 && stem.at(-1) === "t" && FLAPPED.has(stem.at(-2));
  return isTap ? `${stem.slice(0, -1)}ɾɪŋ` : `${stem}ɪŋ`;
}
