/** What Python writes out as words before it looks words up; here it is told, by its own rules. */
export class WrittenOut {
  /** @param tables patterns of those rules, of capitals and of words without a vowel, and such words
   * that are sounds; `isKnown`: whether a word is in the dictionaries */
  constructor({ rules, capitals, consonants, sounds }, isKnown) {
    Object.assign(this, { isKnown, sounds: new Set(sounds) });
    this.rules = rules.map(([source, flags]) => new RegExp(source, flags.replace("g", "")));
    this.capitals = new RegExp(capitals, "u");
    this.consonants = new RegExp(consonants, "gu");
  }

  /** The first thing in a text that a rule is for, or null. */
  find(text) {
    const spelled = this.spelled(text);
    const found = [...this.rules, this.capitals].map((rule) => rule.exec(text)).find(Boolean) ??
      this.rules.map((rule) => rule.exec(spelled)).find(Boolean); // in a second pass
    return found ? found[0].trim() : null;
  }

  /** With words that are letters in capitals: html. */
  spelled(text) {
    return text.replace(this.consonants, (word) => {
      const isSound = word.at(-1) === word.at(-2) || this.sounds.has(word);
      return isSound || this.isKnown(word) ? word : word.toUpperCase();
    });
  }
}
