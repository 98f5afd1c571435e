/** Pulses and noise, filtered frame by frame, and a residual: `student/onnx/waves.py` in JavaScript. */
import { Consistency, overlapOf } from "./consistency.js";
import { FFT } from "./fft.js";
import { hann } from "./noise.js";

export const AHEAD = 2;
/** frames beyond a piece whose pitch it needs */
export const FEWEST_FRAMES = 4;
/** that the reflected edges of a wave need */

/** One wave of (frames - 1) * hop samples, in pieces that add up to the same wave however it is cut. */
export class PulseFilter {
  /** @param noise the next frame of white noise: real and imaginary parts of its spectrum */
  constructor(frames, nFft, hop, sampleRate, noise) {
    if (frames < FEWEST_FRAMES) throw new Error(`${frames} frames; a wave needs ${FEWEST_FRAMES}`);
    Object.assign(this, { frames, nFft, hop, sampleRate, noise });
    this.half = nFft / 2;
    this.samples = (frames - 1) * hop;
    this.fft = new FFT(nFft);
    this.window = hann(nFft);
    this.sum = this.window.reduce((sum, w) => sum + w, 0);
    this.pulses = new Float32Array(this.samples + nFft);
    this.added = new Float32Array((frames - 1) * hop + nFft);
    this.overlap = overlapOf(this.window, frames, hop);
    this.re = new Float32Array(frames * (this.half + 1)); // of all spectra
    this.im = new Float32Array(this.re.length);
    this.consistency = new Consistency(frames, nFft, hop, this.re, this.im);
    this.delay = nFft / hop - 1; // frames of a first piece that are not heard yet
    this.buffers = Array.from({ length: 2 }, () => new Float64Array(nFft));
    this.turns = 0;
    this.excited = 0; // blocks of a hop
    this.done = 0; // frames
    this.said = 0; // frames
  }

  /**
   * The next K frames -> the samples that are now finished.
   * hertz: K + AHEAD or, at the end, as many as there are; levels: K * (nFft / 2 + 1), linear;
   * phase: the same, in radians; real and imaginary, of exports that have them: the parts of what is
   * added to both.
   */
  push(hertz, pulses, noise, phase, real = null, imaginary = null) {
    const bins = this.half + 1, first = this.done, count = pulses.length / bins;
    this.#excite(hertz.subarray(this.excited - this.done));
    for (let k = 0; k < count; k += 2) {
      const part = (values) => values?.subarray(k * bins, (k + 2) * bins);
      this.#pair(first + k, part(pulses), part(noise), part(phase), part(real), part(imaginary));
    }
    this.done = first + count;
    const before = this.said, ready = this.consistency.push(this.done);
    for (; this.said < ready; this.said += 2) this.#say(this.said, this.said + 1 < ready);
    this.said = ready;
    const last = ready === this.frames ? this.half + this.samples : ready * this.hop;
    return this.#finished(Math.max(before * this.hop, this.half), last);
  }

  /** Pulses as far as the pitch is known; the wave's ends are mirrored. */
  #excite(known) {
    const { half, hop, samples, pulses } = this;
    if (known.length > 1) {
      const train = pulseTrain(known, hop, this.sampleRate, this.turns);
      pulses.set(train.wave, half + this.excited * hop);
      this.turns = train.turns;
      this.excited += known.length - 1;
    }
    if (this.done === 0) for (let i = 0; i < half; i++) pulses[i] = pulses[2 * half - i];
    if (this.excited === this.frames - 1) {
      const end = half + samples;
      for (let i = 0; i < half; i++) pulses[end + i] = pulses[end - 2 - i];
    }
  }

  /** Two frames, or the last alone: both go through one complex transform, as its two parts. */
  #pair(frame, levels, noise, phase, real, imaginary) {
    const { nFft, half, hop, window } = this, at = frame * hop, bins = half + 1;
    const [re, im] = this.buffers, here = frame * bins;
    const both = levels.length > bins;
    for (let i = 0; i < nFft; i++) {
      re[i] = (this.pulses[at + i] * window[i]) / this.sum;
      im[i] = both ? (this.pulses[at + hop + i] * window[i]) / this.sum : 0;
    }
    this.fft.forward(re, im);
    const [hissRe, hissIm] = this.noise(), [nextRe, nextIm] = both ? this.noise() : [];
    for (let k = 0; k <= half; k++) {
      const m = (nFft - k) % nFft;
      let c = Math.cos(phase[k]) * levels[k], s = Math.sin(phase[k]) * levels[k];
      let x = (re[k] + re[m]) / 2, y = (im[k] - im[m]) / 2;
      this.re[here + k] = x * c - y * s + hissRe[k] * noise[k] + (real ? real[k] : 0);
      this.im[here + k] = x * s + y * c + hissIm[k] * noise[k] + (imaginary ? imaginary[k] : 0);
      if (!both) continue;
      const next = bins + k;
      c = Math.cos(phase[next]) * levels[next];
      s = Math.sin(phase[next]) * levels[next];
      x = (im[k] + im[m]) / 2;
      y = (re[m] - re[k]) / 2;
      this.re[here + next] = x * c - y * s + nextRe[k] * noise[next] + (real ? real[next] : 0);
      this.im[here + next] = x * s + y * c + nextIm[k] * noise[next] + (imaginary ? imaginary[next] : 0);
    }
  }

  /** Two frames' samples, or one's, added to the wave: both go through one complex transform. */
  #say(frame, both) {
    const { nFft, half, hop, window } = this, here = frame * (half + 1), next = here + half + 1;
    const [re, im] = this.buffers;
    for (let k = 0; k <= half; k++) {
      const m = (nFft - k) % nFft, ends = k === 0 || k === half;
      const firstRe = this.re[here + k], firstIm = ends ? 0 : this.im[here + k];
      const secondRe = both ? this.re[next + k] : 0, secondIm = both && !ends ? this.im[next + k] : 0;
      re[k] = firstRe - secondIm;
      im[k] = firstIm + secondRe;
      if (m === k) continue;
      re[m] = firstRe + secondIm;
      im[m] = secondRe - firstIm;
    }
    this.fft.inverse(re, im);
    const at = frame * hop;
    for (let i = 0; i < nFft; i++) this.added[at + i] += re[i] * window[i];
    if (both) for (let i = 0; i < nFft; i++) this.added[at + hop + i] += im[i] * window[i];
  }

  #finished(begin, end) {
    const wave = new Float32Array(Math.max(0, end - begin));
    for (let i = 0; i < wave.length; i++) wave[i] = this.added[begin + i] / this.overlap[begin + i];
    return wave;
  }
}

/** (frames) -> ((frames - 1) * hop) samples, and the turns from which the next pulses go on. */
export function pulseTrain(hertz, hop, sampleRate, turns = 0) {
  const wave = new Float32Array((hertz.length - 1) * hop);
  let place = turns;
  for (let i = 0; i < wave.length; i++) {
    const frame = Math.floor(i / hop), after = ((i % hop) + 0.5) / hop;
    const smooth = Math.fround(hertz[frame] * (1 - after) + hertz[frame + 1] * after);
    place += smooth / sampleRate;
    const near = place - Math.round(place); // between -1/2 and 1/2: precise around the peaks
    const count = 2 * Math.floor(sampleRate / 2 / smooth) + 1;
    const bottom = Math.sin(Math.PI * near);
    const top = near * 0.5 * count;
    wave[i] = Math.abs(bottom) < 1e-6
      ? count
      : Math.sin(2 * Math.PI * (top - Math.round(top))) / bottom;
  }
  return { wave, turns: place - Math.round(place) };
}
