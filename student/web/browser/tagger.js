/** Parts of speech by hibari's averaged perceptron (hibari/g2p/tagger.py). */
import { Table } from "./tables.js";

const START = ["-START2-", "-START-"], END = ["-END-", "-END2-"];

function norm(word) {
  return word.includes("-") && word[0] !== "-" ? "!HYPHEN" : word.toLowerCase();
}

function shape(word) {
  if (!/^\p{L}+$/u.test(word)) return word.slice(0, 4).replace(/\p{L}/gu, "x");
  if (word === word.toLowerCase()) return "x";
  if (word === word.toUpperCase()) return word.length > 1 ? "XX" : "X1";
  const rest = word.slice(1);
  return word[0] === word[0].toUpperCase() && rest === rest.toLowerCase() ? "Xx" : "xX";
}

function features(i, word, around, prev, prev2) {
  const j = i + 2;
  return [
    "b", `s3=${word.slice(-3)}`, `p1=${word[0]}`, `w=${around[j]}`, `sh=${shape(word)}`,
    i === 0 ? "i0" : "i+", `t-1=${prev}`, `t-2=${prev2}`, `t-12=${prev},${prev2}`,
    `w-1=${around[j - 1]}`, `s3-1=${around[j - 1].slice(-3)}`, `w-2=${around[j - 2]}`,
    `w+1=${around[j + 1]}`, `s3+1=${around[j + 1].slice(-3)}`, `w+2=${around[j + 2]}`,
  ];
}

export class Tagger {
  constructor({ tags, tagdict, vocab, weights }) {
    Object.assign(this, { tags, vocab: new Set(vocab) });
    this.tagdict = new Table(tagdict);
    this.weights = new Table(weights);
  }

  tag(words) {
    const around = this.#around(words), tags = [];
    for (const [i, word] of words.entries()) {
      tags.push(this.tagdict.get(word) ?? this.#looked(i, word, around, tags));
    }
    return tags;
  }

  /** The tag of one of the words by its company, even where it mostly has another. */
  look(words, tags, i) {
    return this.#looked(i, words[i], this.#around(words), tags.slice(0, i));
  }

  #around(words) {
    const known = words.map((word) => (this.vocab.has(norm(word)) ? norm(word) : `<${shape(word)}>`));
    return [...START, ...known, ...END];
  }

  #looked(i, word, around, tags) {
    const [prev2, prev] = [...START, ...tags].slice(-2);
    const scores = {};
    for (const feature of features(i, word, around, prev, prev2)) {
      for (const [tag, weight] of Object.entries(this.weights.get(feature) ?? {})) {
        scores[tag] = (scores[tag] ?? 0) + weight;
      }
    }
    return this.tags.reduce((best, tag) => {
      const more = (scores[tag] ?? 0) - (scores[best] ?? 0);
      return more > 0 || (more === 0 && tag > best) ? tag : best;
    });
  }
}
