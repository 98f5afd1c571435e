/** The non-autoregressive student: `student/onnx/runtime.py` over onnxruntime-web. */
import { TARGET_LUFS, mastered } from "./mastering.js";
import { normals } from "./noise.js";
import { AHEAD, FEWEST_FRAMES, PulseFilter } from "./waves.js";

const FIRST_S = 0.4, GROWTH = 3;
// of pieces: the first longer, the next ones shorter than the runtime's, since a browser takes longer
const NOISE = "noise_of_reading", CHANNELS = 4; // of students that draw how a text is read

export class Student {
  /**
   * @param ort the module of onnxruntime-web
   * @param described onnx.json
   * @param sessions of text.onnx and frames.onnx
   * @param conditions (voices * dim) what each voice tells the graphs
   */
  constructor(ort, described, sessions, conditions) {
    Object.assign(this, { ort, described, sessions, conditions });
    this.dim = conditions.length / described.speakers.length;
  }

  /** Pieces of a wave for phrases, { pause_s, phonemes }; `weights`: how much of each voice, by name. */
  speak(phrases, weights, speed, noise) {
    const voices = this.#shares(weights);
    const condition = this.#tensor(this.#mixed(voices), [1, 1, this.dim]);
    return mastered(this.#parts(phrases, condition, speed, noise), this.#gain(voices), this.described.sample_rate);
  }

  async *#parts(phrases, condition, speed, noise) {
    for (const { pause_s, phonemes } of phrases) {
      const text = await this.#encode(phonemes, condition, speed);
      yield { pause_s: pause_s / speed, pieces: this.#pieces(text, condition, noise) };
    }
  }

  /** [[voice, share], ...], which together are 1. */
  #shares(weights) {
    const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    return Object.entries(weights).map(([voice, weight]) => [voice, weight / total]);
  }

  #mixed(voices) {
    const { speakers } = this.described, mixed = new Float32Array(this.dim);
    for (const [voice, share] of voices) {
      const place = speakers.indexOf(voice);
      if (place < 0) throw new Error(`no voice ${voice}; there are ${speakers.join(", ")}`);
      for (let i = 0; i < this.dim; i++) mixed[i] += share * this.conditions[place * this.dim + i];
    }
    return mixed;
  }

  /** What brings the voices to one loudness. */
  #gain(voices) {
    const known = this.described.loudness_lufs;
    const decibels = voices.map(([voice, share]) => share * (TARGET_LUFS - (known[voice] ?? TARGET_LUFS)));
    return 10 ** (decibels.reduce((sum, value) => sum + value, 0) / 20);
  }

  async #encode(phonemes, condition, speed) {
    const { alphabet, shortest_frames, longest_frames } = this.described;
    const numbers = [...phonemes].map((symbol) => BigInt(Math.max(alphabet.indexOf(symbol), 0) + 1));
    const ids = new this.ort.Tensor("int64", BigInt64Array.from(numbers), [1, numbers.length]);
    const feeds = { ids, condition };
    if (this.sessions.text.inputNames.includes(NOISE)) {
      feeds[NOISE] = this.#tensor(normals(numbers.length * CHANNELS), [1, numbers.length, CHANNELS]);
    }
    const { encoded, log_frames, pitch } = await this.sessions.text.run(feeds);
    const frames = wholeFrames(log_frames.data, speed, shortest_frames, longest_frames);
    const total = frames.reduce((sum, count) => sum + count, 0);
    frames[frames.length - 1] += Math.max(0, FEWEST_FRAMES - total);
    return { encoded, frames, pitch };
  }

  async *#pieces({ encoded, frames, pitch }, condition, noise) {
    const { n_fft, hop_length, margin_frames, sample_rate } = this.described;
    const { index, places } = expand(frames), total = index.length;
    const contour = pitch && contourOf(pitch.data, frames);
    const filter = new PulseFilter(total, n_fft, hop_length, sample_rate, noise);
    const wanted = this.sessions.frames.outputNames.filter((name) => name !== "level"); // of exports of before
    const first = Math.max(FEWEST_FRAMES, Math.round((FIRST_S * sample_rate) / hop_length)) + filter.delay;
    for (const [begin, end] of cuts(total, first, margin_frames)) {
      const low = Math.max(0, begin - margin_frames), high = Math.min(total, end + margin_frames);
      const kept = BigInt64Array.from({ length: end - begin }, (_, i) => BigInt(begin - low + i));
      const out = await this.sessions.frames.run({
        encoded,
        condition,
        index: new this.ort.Tensor("int64", index.slice(low, high), [high - low]),
        places: this.#tensor(places.slice(3 * low, 3 * high), [1, high - low, 3]),
        kept: new this.ort.Tensor("int64", kept, [kept.length]),
        ...(contour && { contour: this.#tensor(contour.slice(low, high), [1, high - low]) }),
      }, wanted);
      const hertz = out.hertz.data.subarray(begin - low, end + AHEAD - low);
      const residual = [out.residual_real?.data, out.residual_imaginary?.data];
      yield filter.push(hertz, out.pulses.data, out.noise.data, out.phase.data, ...residual);
    }
  }

  #tensor(values, shape) {
    return new this.ort.Tensor("float32", values, shape);
  }
}

/** Whole frames whose sums stay beside those of the wanted ones. */
export function wholeFrames(logFrames, speed, shortest, longest) {
  let sum = 0, before = 0;
  return Array.from(logFrames, (log) => {
    sum = Math.fround(sum + Math.min(longest, Math.max(shortest, Math.exp(log) / speed)));
    const rounded = roundHalfEven(sum), frames = rounded - before;
    before = rounded;
    return frames;
  });
}

function roundHalfEven(value) {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

/** The phoneme of each frame, and where in it the frame lies. */
export function expand(frames) {
  const total = frames.reduce((sum, count) => sum + count, 0);
  const index = new BigInt64Array(total), places = new Float32Array(3 * total);
  let at = 0;
  for (const [phoneme, count] of frames.entries()) {
    for (let since = 0; since < count; since++, at++) {
      const share = (since + 0.5) / count;
      index[at] = BigInt(phoneme);
      places.set([share, 1 - share, Math.log(count)], 3 * at);
    }
  }
  return { index, places };
}

/** Pitch by frame: lines between that of each phoneme's thirds, `pitch` (P * 3) in octaves. */
export function contourOf(pitch, frames) {
  const thirds = pitch.length / frames.length, at = [];
  let start = 0;
  for (const count of frames) {
    for (let third = 0; third < thirds; third++) at.push(start + (count * (third + 0.5)) / thirds);
    start += count;
  }
  let right = 0;
  return Float32Array.from({ length: start }, (_, frame) => {
    const time = frame + 0.5;
    while (right < at.length && at[right] <= time) right++;
    if (right === 0 || right === at.length) return pitch[Math.max(right - 1, 0)];
    const share = (time - at[right - 1]) / (at[right] - at[right - 1]);
    return pitch[right - 1] + share * (pitch[right] - pitch[right - 1]);
  });
}

/** Where pieces begin and end; a rest no longer than the margin belongs to the piece before it. */
export function* cuts(total, first, margin) {
  for (let begin = 0, length = first; begin < total; length *= GROWTH) {
    const end = begin + length + margin >= total ? total : begin + length;
    yield [begin, end];
    begin = end;
  }
}
