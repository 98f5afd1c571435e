/** A fast Fourier transform of complex numbers in two arrays; its size is a power of two. */
export class FFT {
  constructor(size) {
    if (size < 2 || size & (size - 1)) throw new Error(`an FFT of ${size}: no power of two`);
    this.size = size;
    this.cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.sin = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size));
    const bits = Math.log2(size);
    this.reversed = Uint32Array.from({ length: size }, (_, i) => {
      let to = 0;
      for (let bit = 0; bit < bits; bit++) to |= ((i >> bit) & 1) << (bits - 1 - bit);
      return to;
    });
  }

  /** In place, with e^(-2 pi i j k / size). */
  forward(re, im) {
    const { size, cos, sin, reversed } = this;
    for (let i = 0; i < size; i++) {
      const j = reversed[i];
      if (i >= j) continue;
      const x = re[i], y = im[i];
      re[i] = re[j];
      im[i] = im[j];
      re[j] = x;
      im[j] = y;
    }
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half);
      for (let begin = 0; begin < size; begin += 2 * half) {
        for (let k = 0; k < half; k++) {
          const a = begin + k, b = a + half;
          const c = cos[k * step], s = sin[k * step];
          const x = re[b] * c + im[b] * s, y = im[b] * c - re[b] * s;
          re[b] = re[a] - x;
          im[b] = im[a] - y;
          re[a] += x;
          im[a] += y;
        }
      }
    }
  }

  /** In place, divided by the size. */
  inverse(re, im) {
    this.forward(im, re);
    for (let i = 0; i < this.size; i++) {
      re[i] /= this.size;
      im[i] /= this.size;
    }
  }
}
