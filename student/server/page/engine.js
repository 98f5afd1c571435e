/** Speech by the server that this page came from, over its OpenAI API. In the browser alone another
 * module of this name stands in its place: student/web/browser/engine.js. */
import { NoKey } from "./sound.js";

export const KINDS = ["mp3", "wav"];

/** { models: [{ id, voices }], most: of characters, note: what to say under the page } */
export async function describe() {
  const response = await fetch("static/page.json");
  if (!response.ok) throw new Error(`the server did not say which voices it has (${response.status})`);
  return response.json();
}

/** Pieces of a wave as they are made: Float32Array at 24 kHz; an error where `signal` ended them. */
export async function* speak(request, { key, signal }) {
  const response = await ask({ ...request, response_format: "pcm" }, key, signal);
  const reader = response.body.getReader();
  let rest = new Uint8Array();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const bytes = new Uint8Array(rest.length + part.value.length);
    bytes.set(rest);
    bytes.set(part.value, rest.length);
    const whole = bytes.length - (bytes.length % 2);
    rest = bytes.slice(whole);
    if (whole) yield Float32Array.from(new Int16Array(bytes.buffer, 0, whole / 2), (v) => v / 32768);
  }
}

/** The same speech as a file of another kind. */
export async function file(request, kind, { key }) {
  return (await ask({ ...request, response_format: kind }, key)).blob();
}

/** The line that asks for the same in a terminal. */
export function command(request, { key }) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const authorization = key ? ` \\\n  -H "Authorization: Bearer $KEY"` : "";
  const body = JSON.stringify({ ...request, response_format: "mp3" });
  const address = new URL("v1/audio/speech", location.href);
  return `curl ${address}${authorization} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(body)} \\\n  -o speech.mp3`;
}

async function ask(body, key, signal) {
  const authorization = key ? { Authorization: `Bearer ${key}` } : {};
  const response = await fetch("v1/audio/speech", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...authorization },
    body: JSON.stringify(body),
    signal,
  });
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  const message = told?.error?.message ?? `the server answered ${response.status}`;
  throw response.status === 401 ? new NoKey(message) : new Error(message);
}
