/** Loads the student and computes, beside the page, which stays quick. */
import * as ort from "./ort.wasm.bundle.min.mjs";
import { NoiseTable } from "./noise.js";
import { Phonemizer, UnreadableError } from "./phonemes.js";
import { Student } from "./student.js";
import { unknownWords } from "./unknown_words.js";

const cancelled = new Set();
let phonemizer, student, noise;

onmessage = async ({ data }) => {
  if (data.cancel) return cancelled.add(data.cancel);
  const { id = 0 } = data;
  try {
    if (data.load) return postMessage({ id, described: await load() });
    await speak(data);
  } catch (error) {
    postMessage({ id, error: error.message });
  }
};

async function speak({ id, text, weights, speed }) {
  for await (const piece of student.speak(await phrasesOf(text), weights, speed, noise)) {
    postMessage({ id, piece }, [piece.buffer]);
    await new Promise((resolve) => setTimeout(resolve)); // a cancellation may have come
    if (cancelled.delete(id)) return;
  }
  postMessage({ id });
}

/** By the tables; what they do not read, by a server where this page comes from one. */
async function phrasesOf(text) {
  try {
    return await phonemizer.phrases(text);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const response = await fetch("../v1/phonemes", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ input: text }),
    }).catch(() => null);
    if (!response?.ok) throw error;
    return (await response.json()).parts;
  }
}

async function load() {
  const sizes = await (await fetch("../student-files.json")).json();
  const files = await fetchAll(sizes);
  ort.env.wasm.numThreads = 1; // more need headers that few hosts send
  ort.env.wasm.wasmBinary = files["ort-wasm-simd-threaded.wasm"];
  const session = (name) => ort.InferenceSession.create(files[name], { graphOptimizationLevel: "all" });
  const described = JSON.parse(new TextDecoder().decode(files["onnx.json"]));
  const table = new NoiseTable(described.n_fft, described.hop_length);
  noise = () => table.next();
  const sessions = { text: await session("text.onnx"), frames: await session("frames.onnx") };
  student = new Student(ort, described, sessions, arrayOf(files["conditions.npy"]));
  const tables = await unzipped(files["frontend.json.gz"]);
  phonemizer = new Phonemizer(tables, unknownWords(ort, await session("oov.onnx"), tables));
  await warmUp(described.speakers[0]);
  return described;
}

/** The first sentence would take longer than the next. */
async function warmUp(voice) {
  const pieces = student.speak(await phonemizer.phrases("Hello there."), { [voice]: 1 }, 1, noise);
  for await (const piece of pieces) piece.fill(0);
}

/** Every file by its name, while the page is told how far that is. */
async function fetchAll(sizes) {
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  let loaded = 0;
  const fetched = Object.entries(sizes).map(async ([name, size]) => {
    const response = await fetch(name);
    if (!response.ok) throw new Error(`${name} could not be loaded (${response.status})`);
    const bytes = new Uint8Array(size);
    let at = 0;
    for await (const part of chunks(response.body)) {
      if (at + part.length > size) break;
      bytes.set(part, at);
      at += part.length;
      postMessage({ id: 0, loaded: (loaded += part.length), total });
    }
    if (at !== size) throw new Error(`${name} is not as it was built: ${at} of ${size} bytes; load the page again`);
    return [name, bytes];
  });
  return Object.fromEntries(await Promise.all(fetched));
}

async function* chunks(stream) {
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** The float32 of a .npy file. */
function arrayOf(bytes) {
  const begin = 10 + new DataView(bytes.buffer).getUint16(8, true);
  return new Float32Array(bytes.buffer.slice(begin));
}
