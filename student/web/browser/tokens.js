/** What `speech/text/phonemes.py` and `unbroken.py` do to tokens before and after their words are looked up. */
export const PUNCT_TAGS = [".", ",", "-LRB-", "-RRB-", "``", '""', "''", ":", "$", "#", "NFP"];
const SUBTOKEN = new RegExp(
  "^['‘’]+|[A-ZÀ-ÖØ-Þ](?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ])|[-_]+|['‘’]{2,}" +
    "|\\p{L}*?(?:['‘’]\\p{L})*?[a-zß-öø-ÿ](?=[A-ZÀ-ÖØ-Þ])|\\p{L}+(?:['‘’]\\p{L})*|[^\\p{L}\\p{N}_\\-'‘’]|['‘’]+$",
  "gu",
);
const POSSESSIVE = ["'s", "'S", "’s", "’S"];
const isLetters = (word) => /^\p{L}+$/u.test(word);

export class TokenRules {
  /** @param tables lists of words and a pattern, of Python */
  constructor({ short, classes, verbs, afterLetter, afterTime, longChunk, mostParts }, { lexicon, sentences }) {
    const lists = { short, classes, verbs, afterLetter, afterTime };
    for (const [name, words] of Object.entries(lists)) this[name] = new Set(words);
    Object.assign(this, { lexicon, sentences, mostParts, longChunk: new RegExp(longChunk, "gu") });
  }

  /** Without a letter that hibari cannot take, and no endless chunk. */
  bounded(text) {
    return text.normalize("NFC").replaceAll("İ", "I").replace(this.longChunk, "$& ");
  }

  /** The tokens, those of a run of many parts as words of their own. */
  apart(tokens) {
    return unbroken(tokens).flatMap((run) => {
      const parts = run.flatMap((token) => subtokens(token).map((text) => ({ ...token, text, space: " " })));
      return parts.length > this.mostParts ? parts : run;
    });
  }

  /** Sounds of tokens that are no words of the dictionaries. */
  name(tokens) {
    for (const token of tokens) {
      const isMute = ['"', "“", "”"].includes(token.text) && !PUNCT_TAGS.includes(token.tag);
      if (isMute) token.phonemes = "";
    }
    if (tokens.some(({ text }) => text !== text.toUpperCase())) this.#spellPairs(tokens);
    for (const [i, token] of tokens.entries()) {
      const isNamed = i > 0 && token.text === "A" && !token.phonemes && this.#isLetter(tokens[i - 1], tokens[i + 1]);
      if (isNamed) token.phonemes = this.lexicon.letters("A");
    }
  }

  #spellPairs(tokens) {
    for (const token of tokens) {
      const isPair = /^\p{Lu}{2}$/u.test(token.text) && !this.lexicon.ownGold(token.text);
      if (isPair && !this.short.has(token.text.toLowerCase())) token.phonemes ||= this.lexicon.letters(token.text);
    }
  }

  /** Whether an A between these is a letter's name, and not the article in a title. */
  #isLetter(before, after) {
    const word = before.text.toLowerCase(), following = after?.text ?? "";
    const isInTitle = /^\p{Uppercase}./u.test(following);
    if (!before.space || !isLetters(word) || POSSESSIVE.includes(following)) return false;
    if (this.afterLetter.has(following)) return true;
    if (this.classes.has(word)) return !(isInTitle && /^\p{Lu}\p{Ll}*$/u.test(before.text) && this.verbs.has(word));
    return /^[^\p{Lu}\p{Lt}]+$/u.test(before.text) && !isInTitle;
  }

  /** Adds the full stop where an abbreviation's own, which is not spoken, ends a sentence too. */
  addStops(tokens) {
    const isSwallowing = ({ text, phonemes }) => text.endsWith(".") && /\p{L}$/u.test(phonemes);
    if (!tokens.some(isSwallowing)) return;
    const ends = this.#ends(tokens.map(({ text, space }) => text + space).join(""));
    let place = 0;
    for (const [i, token] of tokens.entries()) {
      place += token.text.length;
      const isEnd = ends.has(place) && !this.afterTime.has(tokens[i + 1]?.text);
      if (isEnd && isSwallowing(token)) token.phonemes += ".";
      place += token.space.length;
    }
  }

  /** Where sentences end, without the quotes and spaces after them. */
  #ends(text) {
    let place = 0;
    return new Set(this.sentences.cut(text).map((sentence) => {
      place += sentence.length;
      return place - sentence.length + sentence.replace(/[ "'”’]+$/u, "").length;
    }));
  }
}

/** The parts of a token that the lexicon looks up. */
export function subtokens({ text, phonemes }) {
  return phonemes === null ? (text.match(SUBTOKEN) ?? [text]) : [text];
}

/** Runs of tokens without a space between them. */
function unbroken(tokens) {
  const runs = [[]];
  for (const token of tokens) {
    runs.at(-1).push(token);
    if (token.space) runs.push([]);
  }
  return runs.filter((run) => run.length);
}
