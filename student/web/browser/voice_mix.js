/** What a voice is asked for by: `student/voice_mix.py`. */
const WEIGHTED = /^(.+?)\s*(?:\(\s*(\d{1,4}(?:\.\d{1,6})?)\s*\))?$/u;

/** How much of each voice, by name: a name alone, whatever its characters, or "a(70)+b(30)". */
export function readVoice(asked, voices) {
  if (voices.includes(asked)) return { [asked]: 1 };
  const weights = new Map();
  for (const part of asked.split("+").map((part) => part.trim())) {
    const [, name, weight = "1"] = WEIGHTED.exec(part) ?? [];
    if (!voices.includes(name) || !Number(weight)) {
      const allowed = `${voices.join(", ")}, or a mix as a(2)+b(1)`;
      throw new Error(`there is no voice "${part}"; allowed: ${allowed}`);
    }
    weights.set(name, (weights.get(name) ?? 0) + Number(weight));
  }
  return Object.fromEntries(weights);
}
