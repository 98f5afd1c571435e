/** Sound that is played while more of it arrives. */
export const SAMPLE_RATE = 24000;
const AHEAD_S = 0.05; // before the first piece, so that the second is never late by a moment

/** The server wants a key, or another one. */
export class NoKey extends Error {}

export class Player {
  #sources = new Set();
  #begun = 0; // later by each time that the next piece was late
  #next = 0;
  #isOpen = false; // more may come
  #ended = () => {};

  constructor() {
    this.context = new AudioContext({ sampleRate: SAMPLE_RATE });
  }

  /** Must be called from a click or a key: browsers are silent before. `ended` is told once it was
   * closed and all of it was heard, and not where it was stopped. */
  start(ended) {
    this.stop();
    this.#begun = this.#next = 0;
    this.#isOpen = true;
    this.#ended = ended;
    return this.context.resume();
  }

  add(samples) {
    const now = this.context.currentTime;
    if (!this.#begun) this.#begun = this.#next = now + AHEAD_S;
    const late = Math.max(0, now - this.#next);
    this.#begun += late;
    this.#next += late;
    const buffer = this.context.createBuffer(1, samples.length, SAMPLE_RATE);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this.context, { buffer });
    source.connect(this.context.destination);
    source.start(this.#next);
    source.onended = () => {
      this.#sources.delete(source);
      this.#tellEnd();
    };
    this.#sources.add(source);
    this.#next += buffer.duration;
  }

  /** No more comes. */
  close() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#tellEnd();
  }

  #tellEnd() {
    if (!this.#isOpen && !this.#sources.size) this.#ended();
  }

  stop() {
    this.#isOpen = false;
    for (const source of this.#sources) {
      source.onended = null;
      source.stop();
    }
    this.#sources.clear();
  }

  /** Seconds of sound since its beginning, or null before it and once it was heard. */
  get place() {
    if (!this.#begun || !(this.#isOpen || this.#sources.size)) return null;
    return Math.min(this.context.currentTime, this.#next) - this.#begun;
  }
}

export function joined(pieces) {
  const whole = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A WAV file of 16 bits. */
export function wavOf(samples) {
  const size = samples.length * 2, view = new DataView(new ArrayBuffer(44 + size));
  const ascii = (at, text) => [...text].forEach((char, i) => view.setUint8(at + i, char.charCodeAt(0)));
  ascii(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, SAMPLE_RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, size, true);
  samples.forEach((value, i) => view.setInt16(44 + 2 * i, Math.min(32767, Math.round(value * 32768)), true));
  return new Blob([view], { type: "audio/wav" });
}
