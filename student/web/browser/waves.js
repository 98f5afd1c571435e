/** Pulses and noise, filtered frame by frame, and a residual: `student/onnx/waves.py` in JavaScript. */
import { FFT } from "./fft.js";

export const AHEAD = 2;
/** frames beyond a piece whose pitch it needs */
export const FEWEST_FRAMES = 4;
/** that the reflected edges of a wave need */

/** One wave of (frames - 1) * hop samples, in pieces that add up to the same wave however it is cut. */
export class PulseFilter {
  /** @param noise the next so many samples of white noise, of variance 1 */
  constructor(frames, nFft, hop, sampleRate, noise) {
    if (frames < FEWEST_FRAMES) throw new Error(`${frames} frames; a wave needs ${FEWEST_FRAMES}`);
    Object.assign(this, { frames, nFft, hop, sampleRate, noise });
    this.half = nFft / 2;
    this.samples = (frames - 1) * hop;
    this.fft = new FFT(nFft);
    this.window = Float32Array.from(
      { length: nFft },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / nFft),
    );
    this.sum = this.window.reduce((sum, w) => sum + w, 0);
    this.rms = Math.sqrt(this.window.reduce((sum, w) => sum + w * w, 0));
    this.pulses = new Float32Array(this.samples + nFft);
    this.hiss = new Float32Array(this.samples + nFft);
    this.added = new Float32Array((frames - 1) * hop + nFft);
    this.overlap = new Float32Array(this.added.length);
    for (let frame = 0; frame < frames; frame++) {
      for (let i = 0; i < nFft; i++) this.overlap[frame * hop + i] += this.window[i] ** 2;
    }
    this.buffers = Array.from({ length: 4 }, () => new Float64Array(nFft));
    this.turns = 0;
    this.excited = 0; // blocks of a hop
    this.done = 0; // frames
  }

  /**
   * The next K frames -> the samples that are now finished.
   * hertz: K + AHEAD or, at the end, as many as there are; levels: K * (nFft / 2 + 1), linear;
   * phase: the same, in radians; residual, of exports that have one: twice as many, real and
   * imaginary parts of what is added to both.
   */
  push(hertz, pulses, noise, phase, residual = null) {
    const bins = this.half + 1, first = this.done, count = pulses.length / bins;
    this.#excite(hertz.subarray(this.excited - this.done));
    for (let k = 0; k < count; k++) {
      const part = (values) => values.subarray(k * bins, (k + 1) * bins);
      const added = residual?.subarray(2 * k * bins, 2 * (k + 1) * bins);
      this.#frame(first + k, part(pulses), part(noise), part(phase), added);
    }
    this.done = first + count;
    const last = this.done === this.frames ? this.half + this.samples : this.done * this.hop;
    return this.#finished(Math.max(first * this.hop, this.half), last);
  }

  /** Pulses and noise as far as the pitch is known; the wave's ends are mirrored. */
  #excite(known) {
    const { half, hop, samples } = this;
    if (known.length > 1) {
      const begin = half + this.excited * hop, length = (known.length - 1) * hop;
      const train = pulseTrain(known, hop, this.sampleRate, this.turns);
      this.pulses.set(train.wave, begin);
      this.turns = train.turns;
      this.hiss.set(this.noise(length), begin);
      this.excited += known.length - 1;
    }
    for (const source of [this.pulses, this.hiss]) {
      if (this.done === 0) for (let i = 0; i < half; i++) source[i] = source[2 * half - i];
      if (this.excited === this.frames - 1) {
        const end = half + samples;
        for (let i = 0; i < half; i++) source[end + i] = source[end - 2 - i];
      }
    }
  }

  /** Both real signals go through one complex transform, as its two parts. */
  #frame(frame, levels, noise, phase, residual) {
    const { nFft, half, window } = this, at = frame * this.hop;
    const [re, im, outRe, outIm] = this.buffers;
    for (let i = 0; i < nFft; i++) {
      re[i] = (this.pulses[at + i] * window[i]) / this.sum;
      im[i] = (this.hiss[at + i] * window[i]) / this.rms;
    }
    this.fft.forward(re, im);
    for (let k = 0; k <= half; k++) {
      const m = (nFft - k) % nFft;
      const pulseRe = (re[k] + re[m]) / 2, pulseIm = (im[k] - im[m]) / 2;
      const hissRe = (im[k] + im[m]) / 2, hissIm = (re[m] - re[k]) / 2;
      const c = Math.cos(phase[k]) * levels[k], s = Math.sin(phase[k]) * levels[k];
      const addedRe = residual ? residual[2 * k] : 0, addedIm = residual ? residual[2 * k + 1] : 0;
      outRe[k] = outRe[m] = pulseRe * c - pulseIm * s + hissRe * noise[k] + addedRe;
      const imaginary = pulseRe * s + pulseIm * c + hissIm * noise[k] + addedIm;
      outIm[k] = k === 0 || k === half ? 0 : imaginary;
      if (m !== k) outIm[m] = -outIm[k];
    }
    this.fft.inverse(outRe, outIm);
    for (let i = 0; i < nFft; i++) this.added[at + i] += outRe[i] * window[i];
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
