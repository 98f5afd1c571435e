/** Markup in a text, by the rules of `speech/text/markup.py`, which stand in a table. */
const MAX_PASSES = 4;
const RAISED = { "−": "⁻", "+": "⁺", "-": "⁻", n: "ⁿ" };

export class Markup {
  constructor({ markup, entities, references }) {
    this.entities = new Map(Object.entries(entities));
    this.references = new Map(Object.entries(references));
    const by = {
      _entity: (found) => this.#entity(found),
      _raised: (found, kind, said) => said.toLowerCase().replace(/./gu, (sign) => raised(sign, kind.toLowerCase())),
    };
    this.rules = markup.map(([source, flags, said]) => [new RegExp(source, flags), by[said] ?? said]);
  }

  strip(text) {
    let said = text;
    for (let pass = 0, before; pass < MAX_PASSES && said !== before; pass++) {
      before = said;
      said = this.rules.reduce((text, [sign, by]) => text.replace(sign, by), said);
    }
    return said;
  }

  /** As Python's `html.unescape`. */
  #entity(found) {
    const name = found.slice(1), hex = /^#x/iu.test(name);
    if (name[0] === "#") return this.#reference(parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10));
    for (let length = name.length; length > 1; length--) {
      const said = this.entities.get(name.slice(0, length));
      if (said !== undefined) return said + name.slice(length);
    }
    return found;
  }

  #reference(code) {
    const said = this.references.get(String(code));
    if (said !== undefined) return said;
    if ((code >= 0xd800 && code <= 0xdfff) || !(code <= 0x10ffff)) return "\ufffd";
    return String.fromCodePoint(code).replace(/\p{Noncharacter_Code_Point}/u, "");
  }
}

function raised(sign, kind) {
  const figure = "0123456789".indexOf(sign);
  if (kind === "sub") return figure < 0 ? sign : "₀₁₂₃₄₅₆₇₈₉"[figure];
  return figure < 0 ? (RAISED[sign] ?? sign) : "⁰¹²³⁴⁵⁶⁷⁸⁹"[figure];
}
