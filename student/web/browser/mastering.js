/** How speech begins, ends and how loud it is: `student/mastering.py` in JavaScript. */
const CEILING = 10 ** (-1 / 20), KNEE = 10 ** (-3 / 20);
const FADE_IN_S = 0.003, FADE_OUT_S = 0.01, END_S = 0.08;
export const TARGET_LUFS = -23;

/** Parts of a text, { pause_s, pieces }, as one stream: at their level, faded, with pauses and an end. */
export async function* mastered(parts, gain, sampleRate) {
  const silence = (seconds) => new Float32Array(Math.round(seconds * sampleRate));
  let tail = silence(0);
  for await (const { pause_s, pieces } of parts) {
    if (tail.length || pause_s > 0) yield joined(tail, silence(pause_s));
    for await (const [piece, last] of faded(pieces, sampleRate)) {
      if (piece.length) yield limited(piece, gain);
      tail = limited(last, gain);
    }
  }
  yield joined(tail, silence(END_S));
}

/** A wave's pieces, faded in; beside each what is held back, faded out, since it may be the last. */
async function* faded(pieces, sampleRate) {
  const rise = ramp(FADE_IN_S, sampleRate), fall = ramp(FADE_OUT_S, sampleRate).reverse();
  let begun = 0, held = new Float32Array();
  for await (const piece of pieces) {
    const known = joined(held, piece);
    for (let i = 0; i < piece.length && begun + i < rise.length; i++) known[held.length + i] *= rise[begun + i];
    begun += piece.length;
    const ready = Math.max(0, known.length - fall.length);
    held = known.slice(ready);
    yield [known.slice(0, ready), held.map((value, i) => value * fall[fall.length - held.length + i])];
  }
}

/** Samples above the knee bent towards the ceiling, which none passes. */
function limited(wave, gain) {
  const room = CEILING - KNEE;
  return wave.map((value) => {
    const level = Math.abs(value * gain);
    if (level <= KNEE) return value * gain;
    return Math.sign(value) * (KNEE + room / Math.sqrt(1 + (room / (level - KNEE)) ** 2));
  });
}

function ramp(seconds, sampleRate) {
  const samples = Math.round(seconds * sampleRate);
  return Float32Array.from({ length: samples }, (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / samples));
}

function joined(first, second) {
  const whole = new Float32Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
