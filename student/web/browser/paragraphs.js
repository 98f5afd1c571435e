/** Lines of a text as paragraphs: `paragraphs` of `student/phrases.py` with `speech/text/line_ends.py`. */
import { BLANK, SENTENCE_S, pauseAfter } from "./text.js";

const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/u;
const BLANKS_FIRST = new RegExp(`^${BLANK}+`, "u"), BLANKS_LAST = new RegExp(`${BLANK}+$`, "u");
const IS_BLANK = new RegExp(`^${BLANK}*$`, "u");
const CLOSING_LAST = /["'”’)\]»]+$/u, OPENING_FIRST = /^[ "'“‘([«]+/u;
const SUSPENDED = ["and", "or", "to", "nor", "but"]; // after "pre-"
const SEEN = 100; // of a line, for the word that it ends in
const trimmed = (text) => text.replace(BLANKS_FIRST, "").replace(BLANKS_LAST, "");

export class Paragraphs {
  /** @param tables of patterns; `isKnown`: whether a word is in the dictionaries */
  constructor({ mark, broken, beginning }, { markup, sentences, isKnown }) {
    Object.assign(this, { markup, sentences, isKnown });
    this.mark = new RegExp(`^(?:${mark})`, "u");
    this.broken = new RegExp(broken, "u");
    this.beginning = new RegExp(`^(?:${beginning})`, "u");
  }

  /** What stands between blank lines, and between lines of which the first ends as a sentence does;
   * headings, items of lists and quotations stand alone. */
  of(text) {
    if (lines(text).length < 2) return [text];
    const found = [];
    let above = "", before = "";
    for (const [line, mark] of this.#marked(lines(this.#withoutBlocks(text)))) {
      const isQuoted = mark === "quote";
      const isNew = !above || isQuoted !== (before === "quote") || (mark && !isQuoted);
      const isBlank = IS_BLANK.test(line);
      if (!isBlank && (isNew || this.#ends(above, line))) found.push(line);
      else if (!isBlank) found.push(this.#beforeNext(found.pop(), line) + line);
      above = mark === "heading" ? "" : trimmed(line);
      before = mark;
    }
    return found.length ? found : [text];
  }

  /** A line before the first keeps that one's mark. */
  #withoutBlocks(text) {
    const said = this.markup.strip(`.\n${text}`), first = said.indexOf("\n");
    return first < 0 ? "" : said.slice(first + 1);
  }

  /** Each line without its mark, and what that says it is. */
  *#marked(lines) {
    const dashes = lines.filter((line) => line.replace(BLANKS_FIRST, "").startsWith("- ")).length;
    let number = 0;
    for (const line of lines) {
      const mark = this.mark.exec(line);
      const [kind] = Object.entries(mark?.groups ?? {}).find(([, said]) => said !== undefined) ?? [""];
      if (kind === "number") {
        const isNext = Number(mark.groups.number) === number + 1;
        number = Number(mark.groups.number);
        yield [line, isNext ? kind : ""];
      } else if (kind === "rule") yield ["", kind];
      else if (!mark || (kind === "dash" && dashes === 1)) yield [line, ""];
      else yield [this.markup.strip(kind === "quote" ? line.slice(mark[0].length) : line), kind];
    }
  }

  #ends(line, following) {
    if (pauseAfter(line) !== SENTENCE_S) return false;
    const said = line.replace(BLANKS_LAST, "").replace(/[)\]]+$/u, "");
    if (/(?:…|\.\.)$/u.test(said.replace(CLOSING_LAST, ""))) {
      return /^\p{Uppercase}/u.test(following.replace(OPENING_FIRST, ""));
    }
    const ends = this.sentences.ends(`${said} ${following.replace(BLANKS_FIRST, "")}`);
    return ends.includes(said.length + 1);
  }

  /** The line with what is between it and the next: a space, or nothing within a word. */
  #beforeNext(line, following) {
    const broken = this.broken.exec(line.slice(-SEEN)), beginning = this.beginning.exec(following);
    if (!broken || !beginning || SUSPENDED.includes(beginning[1])) return `${line} `;
    const word = line.replace(BLANKS_LAST, "").slice(0, -1), { hyphen, word: first } = broken.groups;
    return hyphen !== "\u00ad" && this.#hasHyphen(first, beginning[1]) ? `${word}-` : word;
  }

  #hasHyphen(first, second) {
    if (this.#isWord(`${first}-${second}`)) return true;
    const last = first.slice(first.lastIndexOf("-") + 1);
    return !this.#isWord(last + second) && this.#isWord(last) && this.#isWord(second);
  }

  /** Of the dictionaries, which have not every plural. */
  #isWord(word) {
    const forms = [word, word.replace(/s$/u, "")];
    return forms.some((form) => this.isKnown(form) || this.isKnown(form.toLowerCase()));
  }
}

function lines(text) {
  const found = text.split(LINE_END);
  return found.at(-1) === "" ? found.slice(0, -1) : found;
}
