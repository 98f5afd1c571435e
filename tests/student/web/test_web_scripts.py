"""The scripts of the page without a server, by node: they compute what Python does."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from speech.errors import Refused
from student.mastering import mastered
from student.onnx.frames import contour_of, expand
from student.onnx.runtime import whole_frames
from student.onnx.waves import AHEAD, PulseFilter
from student.phrases import phrases
from student.voice_mix import read_voice
from tests.student.web.node import needs_node, run

pytestmark = needs_node
SENTENCES = Path("eval/testset/english.txt").read_text("utf-8").splitlines()
ORDINARY = [
    "I read that book years ago, and I still read it to my children.",
    "The record shows that they record the wind, and he used to live near a live wire.",
    'She said, "Don\'t you dare close the door," and closed it herself.',
    "A well-known, one-size-fits-all answer; the bass of the choir, the bass in the lake.",
    "The naïve fiancée's résumé was jalapeño-coloured (so to speak) — or wasn't it?",
    "The constructor of the prototype has its own property. " * 6,
    "Wait -- what?! ‘Never’ – he’s “gone” … So (I think) it is; no!!",
    "One paragraph ends here.\nAnother\ngoes on:\n\n***\n\nand a third begins.",
    "We're going to use the axes, aren't we? Of course; they'd've wanted it.",
    "García's Renault, Xi's drawings and Michelle's graphs were comin from Łódź; Peña is vaping.",
    "Nguyens, Zoes and bodies, dont you know: illegal, exported, shing, raced, Beyoncé's, São Paulo.",
]
HETERONYMS = Path("tests/speech/text/heteronyms.tsv").read_text("utf-8").splitlines()
"""part, word, phonemes, sentence"""


FILTER = """
import { AHEAD, PulseFilter } from "./waves.js";
const f32 = (values) => Float32Array.from(values.flat());
const part = (rows, begin, end) => f32(rows.slice(begin, end));
const { frames, nFft, hop, rate, pieces, hertz, pulses, noise, phase, real, imaginary } = given;
const white = given.white.map((parts) => parts.map((row) => Float32Array.from(row)));
const filter = new PulseFilter(frames, nFft, hop, rate, () => white.shift());
said = pieces.flatMap(([begin, end]) => Array.from(filter.push(
  part(hertz, begin, end + AHEAD),
  ...[pulses, noise, phase, real, imaginary].map((rows) => rows && part(rows, begin, end)),
)));
"""


@pytest.mark.parametrize("has_residual", [False, True])
@pytest.mark.parametrize("pieces", [[(0, 40)], [(0, 4), (4, 5), (5, 21), (21, 40)]])
def test_the_filter_is_the_numpy_one(
    folder: Path, pieces: list[tuple[int, int]], has_residual: bool
) -> None:
    frames, n_fft, hop, rate = 40, 1024, 256, 24000
    random = np.random.default_rng(0)
    draw = lambda *shape: random.random(shape, np.float32)  # noqa: E731
    hertz = 80 + 300 * draw(frames)
    pulses, noise, phase = 9 * draw(frames, 513), 2 * draw(frames, 513), 6 * draw(frames, 513)
    residual = {part: draw(frames, 513) - np.float32(0.5) for part in ("real", "imaginary")}
    spectra = [pulses, noise, phase, *(residual.values() if has_residual else [])]
    white = (draw(frames, 513) - 0.5 + 1j * (draw(frames, 513) - 0.5)).astype(np.complex64)
    drawn = iter(white)
    ours = PulseFilter(frames, n_fft, hop, lambda count: np.stack([*islice(drawn, count)]))
    wave = np.concatenate(
        [
            ours.push(hertz[begin : end + AHEAD], *(p[begin:end] for p in spectra))
            for begin, end in pieces
        ]
    )
    numbers = {"frames": frames, "nFft": n_fft, "hop": hop, "rate": rate, "pieces": pieces}
    parts = {"hertz": hertz, "pulses": pulses, "noise": noise, "phase": phase}
    parts["white"] = np.stack((white.real, white.imag), 1)
    parts |= residual if has_residual else {}
    theirs = run(folder, FILTER, numbers | {name: part.tolist() for name, part in parts.items()})
    assert len(theirs) == len(wave) == (frames - 1) * hop
    assert wave.std() > 0.05
    np.testing.assert_allclose(theirs, wave, atol=2e-5)


NOISE = """
import { NoiseTable } from "./noise.js";
const table = new NoiseTable(1024, 256);
said = Array.from({ length: 513 }, () => table.next()).map(([re, im]) => [...re, ...im]);
"""


def test_the_table_of_noise_is_white_and_goes_round(folder: Path) -> None:
    rows = np.array(run(folder, NOISE, {}))
    np.testing.assert_array_equal(rows[0], rows[-1])
    power = (rows[:-1] ** 2).mean(0)
    assert abs((power[:513] + power[513:]).mean() - 1) < 0.02
    overlap = np.corrcoef(rows[:-1, 100], np.roll(rows[:-1, 100], 4))[0, 1]
    assert abs(overlap) < 0.2  # frames a window apart know nothing of each other


DURATIONS = """
import { cuts, expand, wholeFrames } from "./student.js";
const frames = wholeFrames(Float32Array.from(given.log), given.speed, 1, 200);
const { index, places } = expand(frames);
said = { frames, index: Array.from(index, Number), places: Array.from(places) };
said.cuts = [...cuts(index.length, 23, 53)];
"""


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.7])
def test_durations_places_and_pieces_are_those_of_the_runtime(folder: Path, speed: float) -> None:
    log = np.random.default_rng(1).normal(1.5, 0.8, 120).astype(np.float32)
    frames = whole_frames(log, speed, 1, 200)
    index, places = expand(frames)
    theirs = run(folder, DURATIONS, {"log": log.tolist(), "speed": speed})
    assert theirs["frames"] == frames.tolist()
    assert theirs["index"] == index.tolist()
    ends = [end for _, end in theirs["cuts"]]
    assert [begin for begin, _ in theirs["cuts"]] == [0, *ends[:-1]]
    assert ends[-1] == len(index)
    np.testing.assert_allclose(theirs["places"], places.ravel(), atol=1e-6)


CONTOUR = """
import { contourOf } from "./student.js";
said = Array.from(contourOf(Float32Array.from(given.pitch), given.frames));
"""


@pytest.mark.parametrize("frames", [[4], [1, 1], [3, 7, 1, 12]])
def test_contours_are_those_of_the_runtime(folder: Path, frames: list[int]) -> None:
    pitch = np.random.default_rng(1).normal(size=(len(frames), 3)).astype(np.float32)
    theirs = run(folder, CONTOUR, {"pitch": pitch.ravel().tolist(), "frames": frames})
    np.testing.assert_allclose(theirs, contour_of(pitch, np.array(frames))[0], atol=1e-6)


NORMALS = """
import { normals } from "./noise.js";
said = Array.from(normals(20000));
"""


def test_what_readings_are_drawn_from_is_normal(folder: Path) -> None:
    drawn = np.array(run(folder, NORMALS, {}))
    assert abs(drawn.mean()) < 0.05
    assert abs(drawn.std() - 1) < 0.05
    assert abs(np.mean(np.abs(drawn) < 1) - 0.683) < 0.02


VOICES = """
import { readVoice } from "./voice_mix.js";
const shares = (weights) => {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, weight / total]));
};
said = given.asked.map((asked) => {
  try {
    return shares(readVoice(asked, given.names));
  } catch (error) {
    return error.message;
  }
});
"""


def test_voices_are_asked_for_as_in_python(folder: Path) -> None:
    names = ["ada", "ben", "en+male", "speaker (2)", "a b"]
    spoken = [*names, "ada(3)", "ada+ben", " ada ( 2 ) + ben(1)", "ada(0.5)+ben(1.5)", "a b+ada"]
    spoken += ["ada+ben+ada", "speaker (2)(30)+ada(70)"]
    refused = ["", "+", "ada+", "ada++ben", "nobody", "ada(0)", "ada(-1)", "ada()", "ada(1e3)"]
    refused += ["ada(99999)", "en+male(2)", "ada(2)ben(1)", "ada(2", "Ada"]
    theirs = run(folder, VOICES, {"names": names, "asked": spoken + refused})
    assert theirs[: len(spoken)] == [pytest.approx(read_voice(asked, names)) for asked in spoken]
    for asked, told in zip(refused, theirs[len(spoken) :], strict=True):
        with pytest.raises(Refused):
            read_voice(asked, names)
        assert "allowed: ada, ben" in told


MASTERING = """
import { mastered } from "./mastering.js";
const parts = given.parts.map(([pause_s, pieces]) => (
  { pause_s, pieces: pieces.map((piece) => Float32Array.from(piece)) }
));
said = [];
for await (const piece of mastered(parts, given.gain, 24000)) said.push(...piece);
"""


@pytest.mark.parametrize("gain", [0.5, 4.0])
def test_speech_begins_ends_and_is_loud_as_in_python(folder: Path, gain: float) -> None:
    random = np.random.default_rng(2)
    waves = [random.normal(0, 0.3, size).astype(np.float32) for size in (3000, 50, 1, 5000)]
    parts = [(0.0, waves[:2]), (0.38, waves[2:])]
    ours = np.concatenate(list(mastered(parts, gain)))
    given = [(pause_s, [wave.tolist() for wave in pieces]) for pause_s, pieces in parts]
    theirs = run(folder, MASTERING, {"parts": given, "gain": gain})
    np.testing.assert_allclose(theirs, ours, atol=1e-6)


def test_ordinary_sentences_are_read_as_python_reads_them(in_node) -> None:
    texts = (
        SENTENCES + ORDINARY + [line.split("\t")[-1] for line in HETERONYMS if line[0] != "#"][::2]
    )
    answers = dict(zip(texts, in_node(texts), strict=True))
    read = {text: said for text, said in answers.items() if isinstance(said, list)}
    python = {text: [phrase._asdict() for phrase in phrases(text, "en")] for text in read}
    apart = [text for text, said in read.items() if said != python[text]]
    assert apart == []
    assert len(read) >= 0.96 * len(texts)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It costs 12 euros.", '"12" is not read'),
        ("NASA said so.", '"NASA" is not read'),
        ("Ask Dr. Jones.", '"Dr" is not read'),
        ("Meet Mr Jones.", '"Mr" is not read'),
        ("Привет", "is not read"),
        ("…", "nothing to say"),
        (" ", "nothing to say"),
    ],
)
def test_what_is_not_read_in_the_browser_is_told_in_one_line(in_node, text, told) -> None:
    [said] = in_node([text])
    assert told in said
    assert "\n" not in said
