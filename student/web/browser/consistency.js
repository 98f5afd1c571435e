/** A spectrogram nearer to that of a wave: `student/onnx/consistency.py` in JavaScript. */
import { FFT } from "./fft.js";
import { hann } from "./noise.js";

const DECIMATION = 4;
const SMALLEST = 1e-8; // of a power

/** Of one wave's frames, in order: their lowest bins as they are once the frames have been added. */
export class Consistency {
  /** @param re, im real and imaginary parts of all frames' spectra, which it corrects in place */
  constructor(frames, nFft, hop, re, im) {
    Object.assign(this, { frames, re, im, bins: nFft / 2 + 1 });
    this.size = nFft / DECIMATION;
    this.step = hop / DECIMATION;
    this.half = this.size / 2;
    this.samples = (frames - 1) * this.step;
    this.fft = new FFT(this.size);
    this.window = hann(this.size);
    this.added = new Float64Array(this.samples + this.size);
    this.overlap = overlapOf(this.window, frames, this.step);
    this.buffers = Array.from({ length: 2 }, () => new Float64Array(this.size));
    this.heard = 0; // frames
    this.done = 0;
  }

  /** Frames before `end` are there -> those before the number that is returned are corrected. */
  push(end) {
    for (; this.heard < end; this.heard++) this.#add(this.heard);
    const known = end === this.frames ? this.samples : end * this.step - this.half;
    let ready = known > this.half ? Math.floor((known - this.half) / this.step) + 1 : 0;
    if (known === this.samples) ready = this.frames;
    for (; this.done < ready; this.done++) this.#correct(this.done);
    return this.done;
  }

  #add(frame) {
    const [re, im] = this.buffers, { size, half, window } = this, from = frame * this.bins;
    for (let k = 0; k <= half; k++) {
      const ends = k === 0 || k === half;
      re[k] = this.re[from + k];
      im[k] = ends ? 0 : this.im[from + k];
      if (ends) continue;
      re[size - k] = re[k];
      im[size - k] = -im[k];
    }
    this.fft.inverse(re, im);
    for (let i = 0; i < size; i++) this.added[frame * this.step + i] += re[i] * window[i];
  }

  /** Phases as they are heard, and magnitudes between what is heard and what is wanted. */
  #correct(frame) {
    const [re, im] = this.buffers, { half, window } = this, from = frame * this.bins;
    for (let i = 0; i < this.size; i++) re[i] = this.#sample(frame * this.step + i - half) * window[i];
    this.fft.forward(re, im.fill(0));
    for (let k = 0; k < half; k++) {
      const wanted = this.re[from + k] ** 2 + this.im[from + k] ** 2, heard = re[k] ** 2 + im[k] ** 2;
      const ratio = (Math.max(wanted, SMALLEST) / Math.max(heard, SMALLEST)) ** 0.25;
      this.re[from + k] = re[k] * ratio;
      this.im[from + k] = im[k] * ratio;
    }
  }

  /** Of the wave, which is mirrored at its ends. */
  #sample(place) {
    const last = this.samples - 1, inside = place < 0 ? -place : place > last ? 2 * last - place : place;
    return this.added[this.half + inside] / this.overlap[this.half + inside];
  }
}

/** What windows that overlap add up to. */
export function overlapOf(window, frames, hop) {
  const sum = new Float32Array((frames - 1) * hop + window.length);
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < window.length; i++) sum[frame * hop + i] += window[i] ** 2;
  }
  return sum;
}
