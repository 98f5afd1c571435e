/** White noise as a filter takes it: spectra of its frames, out of a table that is made once. */
import { FFT } from "./fft.js";

const FRAMES = 512; // after which it begins anew, as student/onnx/noise.py does: 5.5 s

export class NoiseTable {
  constructor(nFft, hop) {
    this.bins = nFft / 2 + 1;
    this.re = new Float32Array(FRAMES * this.bins);
    this.im = new Float32Array(FRAMES * this.bins);
    this.place = Math.floor(FRAMES * Math.random());
    const fft = new FFT(nFft), re = new Float64Array(nFft), im = new Float64Array(nFft);
    const samples = Float64Array.from({ length: FRAMES * hop }, () => (Math.random() - 0.5) * Math.sqrt(12));
    const window = hann(nFft), rms = Math.sqrt(window.reduce((sum, w) => sum + w * w, 0));
    for (let frame = 0; frame < FRAMES; frame++) {
      for (let i = 0; i < nFft; i++) re[i] = (samples[(frame * hop + i) % samples.length] * window[i]) / rms;
      fft.forward(re, im.fill(0));
      this.re.set(re.subarray(0, this.bins), frame * this.bins);
      this.im.set(im.subarray(0, this.bins), frame * this.bins);
    }
  }

  /** The next frame's real and imaginary parts. */
  next() {
    const begin = this.place * this.bins, end = begin + this.bins;
    this.place = (this.place + 1) % FRAMES;
    return [this.re.subarray(begin, end), this.im.subarray(begin, end)];
  }
}

/** A window of Hann's, periodic. */
export function hann(size) {
  return Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}

/** So many numbers of a normal distribution (Box and Muller). */
export function normals(count) {
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    return radius * Math.cos(2 * Math.PI * Math.random());
  });
}
