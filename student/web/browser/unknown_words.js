/** hibari's network for words that no dictionary has: a sound or none for each slot of a letter. */
export function unknownWords(ort, session, { letters, sounds, longest }) {
  return async (word) => {
    const written = [...word];
    let said = "";
    for (let begin = 0; begin < written.length; begin += longest) {
      const part = written.slice(begin, begin + longest);
      const numbers = part.map((letter) => letters.indexOf(letter) + 1).filter(Boolean);
      if (!numbers.length) continue;
      const chars = new ort.Tensor("int64", BigInt64Array.from(numbers, BigInt), [1, numbers.length]);
      const [out] = Object.values(await session.run({ chars }));
      const places = Array.from(out.data, Number);
      said += places.map((place, i) => (place && place !== places[i - 1] ? sounds[place - 1] : "")).join("");
    }
    return said;
  };
}
