/** Speech in the browser alone; stands in the place of student/server/page/engine.js. */
import { SAMPLE_RATE } from "./sound.js";
import { readVoice } from "./voice_mix.js";

export const KINDS = ["wav"];
const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const listeners = new Map(); // by the number of what was asked
let asked = 0, voices = [];
worker.onmessage = ({ data }) => listeners.get(data.id)?.(data);

/** As of the server, once all is loaded; `progress` is told how far that is. */
export function describe(progress) {
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || "the worker could not be started"));
    listeners.set(0, ({ loaded, total, described, error }) => {
      if (error) return reject(new Error(error));
      if (!described) return progress(`loading ${(loaded / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`);
      const { name, speakers, precision, license, sample_rate } = described;
      if (sample_rate !== SAMPLE_RATE) return reject(new Error(`the student speaks at ${sample_rate} Hz`));
      const note = `${name}, ONNX ${precision}, ${license} · computed in this browser`;
      voices = speakers;
      return resolve({ models: [{ id: name, voices }], note });
    });
    worker.postMessage({ load: true });
  });
}

/** As of the server: pieces as they are made, and an error where `signal` ended them. */
export async function* speak({ voice, input, speed }, { signal }) {
  signal.throwIfAborted();
  const id = ++asked, waiting = [], weights = readVoice(voice, voices);
  let wake = () => {};
  listeners.set(id, (told) => {
    waiting.push(told);
    wake();
  });
  const cancel = () => {
    worker.postMessage({ cancel: id });
    wake();
  };
  signal.addEventListener("abort", cancel);
  worker.postMessage({ id, weights, text: input, speed });
  try {
    for (;;) {
      if (!waiting.length && !signal.aborted) await new Promise((resolve) => (wake = resolve));
      signal.throwIfAborted();
      const { piece, error } = waiting.shift();
      if (error) throw new Error(error);
      if (!piece) return;
      yield piece;
    }
  } finally {
    listeners.delete(id);
    signal.removeEventListener("abort", cancel);
  }
}
