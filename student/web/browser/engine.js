/** Speech in the browser alone; stands in the place of student/server/page/engine.js. */
import { SAMPLE_RATE } from "./sound.js";

export const KINDS = ["wav"];
const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const listeners = new Map(); // by the number of what was asked
let asked = 0;
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
      return resolve({ models: [{ id: name, voices: speakers }], note });
    });
    worker.postMessage({ load: true });
  });
}

export async function* speak({ voice, input, speed }, { signal }) {
  const id = ++asked, waiting = [];
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
  worker.postMessage({ id, weights: weightsOf(voice), text: input, speed });
  try {
    while (!signal.aborted) {
      if (!waiting.length) await new Promise((resolve) => (wake = resolve));
      const { piece, error } = waiting.shift() ?? {};
      if (error) throw new Error(error);
      if (!piece) return;
      yield piece;
    }
  } finally {
    listeners.delete(id);
    signal.removeEventListener("abort", cancel);
  }
}

/** "a(70)+b(30)" as { a: 70, b: 30 } */
function weightsOf(voice) {
  const parts = voice.split("+").map((part) => /^(.+?)(?:\((\d+)\))?$/.exec(part));
  return Object.fromEntries(parts.map(([, name, weight]) => [name, Number(weight ?? 1)]));
}
