/** A table that came as lines, "key TAB value"; a value that begins with { is read when it is used. */
export class Table {
  #rows = new Map();

  constructor(lines) {
    for (let begin = 0; begin < lines.length; ) {
      const tab = lines.indexOf("\t", begin);
      const end = (lines.indexOf("\n", tab) + 1 || lines.length + 1) - 1;
      this.#rows.set(lines.slice(begin, tab), lines.slice(tab + 1, end));
      begin = end + 1;
    }
  }

  /** undefined: not there */
  get(key) {
    const value = this.#rows.get(key);
    return value?.startsWith("{") ? JSON.parse(value) : value;
  }
}
