/** A spectrogram that grows with the sound, low tones at the bottom on the mel scale. */
import { FFT } from "./fft.js";
import { SAMPLE_RATE } from "./sound.js";

const SIZE = 1024, HOP = 256, ROWS = 96;
const LOWEST_HZ = 60, HIGHEST_HZ = 11000;
const QUIET_DB = -75, LOUD_DB = -15;
const LEAST_S = 4; // that the width stands for

export class Spectrogram {
  #fft = new FFT(SIZE);
  #window = Float64Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE));
  #bands = bands();
  #picture = null; // of the levels in the theme's colours, until either changes

  constructor(canvas, placeOf) {
    this.canvas = canvas;
    this.placeOf = placeOf; // the second that is heard now, or null
    this.clear();
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#picture = null;
      this.draw();
    });
  }

  clear() {
    this.levels = []; // a column of ROWS levels each, 0 to 255
    this.rest = new Float32Array(SIZE / 2); // silence before the first sample
    this.draw();
  }

  add(samples) {
    const wave = new Float32Array(this.rest.length + samples.length);
    wave.set(this.rest);
    wave.set(samples, this.rest.length);
    let at = 0;
    for (; at + SIZE <= wave.length; at += HOP) this.levels.push(this.#column(wave.subarray(at, at + SIZE)));
    this.rest = wave.slice(at);
    this.#picture = null;
    this.draw();
  }

  /** Draws again and again, with a line where the sound is, until it ends. */
  follow() {
    this.draw();
    if (this.placeOf() !== null) requestAnimationFrame(() => this.follow());
  }

  draw() {
    const { canvas } = this, context = canvas.getContext("2d");
    const ratio = Math.min(2, devicePixelRatio || 1);
    const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.clearRect(0, 0, width, height);
    const columns = this.levels.length, shown = Math.max(columns, (LEAST_S * SAMPLE_RATE) / HOP);
    if (!columns || !width) return;
    this.#picture ??= this.#painted();
    context.drawImage(this.#picture, 0, 0, columns, ROWS, 0, 0, (columns / shown) * width, height);
    const place = this.placeOf();
    if (place === null) return;
    context.fillStyle = colour("--playhead");
    context.fillRect(((place * SAMPLE_RATE) / HOP / shown) * width - ratio, 0, 2 * ratio, height);
  }

  #painted() {
    const columns = this.levels.length, picture = new OffscreenCanvas(columns, ROWS);
    const context = picture.getContext("2d"), image = context.createImageData(columns, ROWS);
    const pixels = new Uint32Array(image.data.buffer), shades = palette();
    for (let x = 0; x < columns; x++) {
      for (let row = 0; row < ROWS; row++) pixels[(ROWS - 1 - row) * columns + x] = shades[this.levels[x][row]];
    }
    context.putImageData(image, 0, 0);
    return picture;
  }

  #column(frame) {
    const re = Float64Array.from(frame, (value, i) => value * this.#window[i]), im = new Float64Array(SIZE);
    this.#fft.forward(re, im);
    return Uint8Array.from(this.#bands, ([low, high]) => {
      let most = 0;
      for (let k = low; k <= high; k++) most = Math.max(most, re[k] ** 2 + im[k] ** 2);
      const db = 10 * Math.log10(most / (SIZE / 4) ** 2 + 1e-12);
      return Math.min(255, Math.max(0, (255 * (db - QUIET_DB)) / (LOUD_DB - QUIET_DB)));
    });
  }
}

/** Of each row, its first and last bin. */
function bands() {
  const mel = (hertz) => 2595 * Math.log10(1 + hertz / 700);
  const low = mel(LOWEST_HZ), high = mel(HIGHEST_HZ);
  const bin = (row) => {
    const hertz = 700 * (10 ** ((low + ((high - low) * row) / ROWS) / 2595) - 1);
    return Math.round((hertz * SIZE) / SAMPLE_RATE);
  };
  return Array.from({ length: ROWS }, (_, row) => [bin(row), Math.max(bin(row), bin(row + 1) - 1)]);
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** 256 shades between the theme's four, as pixels. */
function palette() {
  const strip = new OffscreenCanvas(256, 1), context = strip.getContext("2d");
  const gradient = context.createLinearGradient(0, 0, 256, 0);
  for (const [i, stop] of [0, 0.4, 0.75, 1].entries()) gradient.addColorStop(stop, colour(`--sound-${i}`));
  context.fillStyle = gradient;
  context.fillRect(0, 0, 256, 1);
  return new Uint32Array(context.getImageData(0, 0, 256, 1).data.buffer);
}
