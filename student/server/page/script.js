/** The page: what was typed and chosen -> speech that is heard, seen and timed. */
import * as engine from "./engine.js";
import { Player, joined, NoKey, SAMPLE_RATE, wavOf } from "./sound.js";
import { Spectrogram } from "./spectrogram.js";

const EXAMPLES = [
  "The last ferry had already left when we reached the harbor.",
  "Could you turn the music down a little, please?",
  "Every evening the lighthouse keeper writes one line about the weather, and one about the gulls.",
  "I read that book years ago, and I still read it to my children.",
];
const $ = (id) => document.getElementById(id);
const [form, text, model, voice, second, share, speed, key] =
  ["form", "text", "model", "voice", "second", "share", "speed", "key"].map($);
const player = new Player();
const spectrogram = new Spectrogram($("spectrogram"), () => player.place);
let described, speaking, said; // speaking: an AbortController; said: the last speech, whole

function request() {
  const mixed = second.value && second.value !== voice.value;
  const weights = `${voice.value}(${100 - share.value})+${second.value}(${share.value})`;
  return {
    model: model.value,
    voice: mixed ? weights : voice.value,
    input: text.value.trim(),
    speed: Number(speed.value),
  };
}

async function speak() {
  const asked = request(), control = new AbortController();
  if (!asked.input) return tell("there is no text to speak");
  speaking?.abort();
  speaking = control;
  begin();
  try {
    await player.start(heard);
    finish(asked, joined(await hear(asked, control)));
  } catch (error) {
    if (!control.signal.aborted) failed(error);
  } finally {
    if (speaking === control) {
      speaking = undefined;
      player.close();
    }
  }
}

/** The pieces, played and drawn as they come; an error where it was stopped. */
async function hear(asked, { signal }) {
  const pieces = [], started = performance.now();
  let samples = 0;
  for await (const piece of engine.speak(asked, { key: key.value, signal })) {
    signal.throwIfAborted();
    if (!pieces.length) {
      $("first").textContent = time((performance.now() - started) / 1000);
      $("stop").disabled = false;
    }
    pieces.push(piece);
    samples += piece.length;
    player.add(piece);
    spectrogram.add(piece);
    if (pieces.length === 1) spectrogram.follow();
    figures(samples / SAMPLE_RATE, (performance.now() - started) / 1000);
  }
  signal.throwIfAborted();
  if (!samples) throw new Error("no sound came");
  return pieces;
}

function heard() {
  $("stop").disabled = true;
}

function begin() {
  tell("");
  for (const id of ["first", "seconds", "took", "ratio"]) $(id).textContent = "–";
  $("status").textContent = "Speaking";
  $("downloads").hidden = $("again").disabled = true;
  $("form").setAttribute("aria-busy", "true");
  spectrogram.clear();
}

function figures(seconds, took) {
  $("seconds").textContent = time(seconds);
  $("took").textContent = time(took);
  $("ratio").textContent = `${(seconds / took).toFixed(1)} ×`;
}

function finish(asked, samples) {
  said = samples;
  form.removeAttribute("aria-busy");
  const seconds = samples.length / SAMPLE_RATE;
  document.body.dataset.samples = samples.length;
  $("spectrogram").ariaLabel = `Spectrogram of ${seconds.toFixed(1)} seconds of speech: ${asked.input}`;
  $("status").textContent = `${time(seconds)} of speech, made in ${$("took").textContent}`;
  $("again").disabled = false;
  offer(asked, samples);
}

/** Links and buttons that save what was said. */
function offer(asked, samples) {
  const buttons = engine.KINDS.map((kind) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "second", textContent: `Download ${kind}` });
    button.addEventListener("click", async () => {
      try {
        save(kind === "wav" ? wavOf(samples) : await engine.file(asked, kind, { key: key.value }), kind);
      } catch (error) {
        failed(error);
      }
    });
    return button;
  });
  $("downloads").replaceChildren(...buttons);
  $("downloads").hidden = false;
}

function save(blob, kind) {
  const link = document.createElement("a");
  Object.assign(link, { href: URL.createObjectURL(blob), download: `speech.${kind}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function stop() {
  speaking?.abort();
  player.stop();
  form.removeAttribute("aria-busy");
  $("stop").disabled = true;
  $("status").textContent = "Stopped";
}

function failed(error) {
  form.removeAttribute("aria-busy");
  $("status").textContent = "";
  tell(error instanceof TypeError ? `the server was not reached: ${error.message}` : error.message);
  if (error instanceof NoKey) {
    $("key-field").hidden = false;
    key.focus();
  }
}

function tell(message) {
  $("error").textContent = message;
  $("error").hidden = !message;
}

function time(seconds) {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

function fill(select, names, labels = names) {
  select.replaceChildren(...names.map((name, i) => new Option(labels[i], name)));
  select.disabled = false;
}

function chooseModel() {
  const { voices } = described.models.find(({ id }) => id === model.value);
  fill(voice, voices);
  fill(second, ["", ...voices], ["no other", ...voices]);
  update();
}

function update() {
  $("share-field").hidden = !second.value || second.value === voice.value;
  $("share-shown").textContent = `${share.value} %`;
  $("speed-shown").textContent = `${Number(speed.value).toFixed(1)} ×`;
  const line = engine.command?.(request(), { key: key.value });
  $("command-field").hidden = !line;
  $("command").textContent = line ?? "";
}

async function open() {
  key.value = sessionStorage.getItem("key") ?? "";
  try {
    described = await engine.describe((told) => ($("note").textContent = told));
  } catch (error) {
    return failed(error);
  }
  fill(model, described.models.map(({ id }) => id));
  $("model-field").hidden = described.models.length < 2;
  $("note").textContent = described.note;
  if (described.most) text.maxLength = described.most;
  chooseModel();
  $("speak").disabled = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  speak();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
form.addEventListener("input", update);
model.addEventListener("change", chooseModel);
key.addEventListener("input", () => sessionStorage.setItem("key", key.value));
$("stop").addEventListener("click", stop);
$("again").addEventListener("click", async () => {
  stop();
  await player.start(heard);
  player.add(said);
  player.close();
  $("stop").disabled = false;
  spectrogram.follow();
});
$("another").addEventListener("click", () => {
  text.value = EXAMPLES[(EXAMPLES.indexOf(text.value.trim()) + 1) % EXAMPLES.length];
  update();
});
$("copy").addEventListener("click", () => navigator.clipboard.writeText($("command").textContent));
open();
