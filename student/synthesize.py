"""Speak with a student.

  text="Hello there."      what is said
  voice=NAME               one of its voices, or a mix of two: voice="NAME(2)+OTHER"
  output=hello.wav         a .wav or .flac file
  file=lines.txt           a file for each line, in the folder output=...; file=- is standard input
  checkpoint=out/student   another student than the embedded one: local or gs://
  checkpoint=out/onnx      its export: faster, and without torch
  reference=me.wav         a voice it never heard, from a recording
  lexicon=words.tsv        words said as you want them; in the text itself: [Kokoro](/kˈOkəɹO/)
A line's file is named by its number, blank lines counted: 00001.wav.
"""

import io
import sys
import time
from collections.abc import Iterator

import soundfile
from pydantic import Field
from rich.console import Console

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.config import Config, run_app
from speech.errors import InputError, Refused
from speech.storage.outputs import Kind, check_file, check_folder
from speech.synthesizer import SynthesisRequest, Synthesizer, said
from speech.text.lexicon import NO_WORDS, read_lexicon
from speech.text.lines import numbered_lines
from student.loading import load_student, trained_of
from student.voice_mix import read_voice

ENDINGS = ("wav", "flac")
LOOKED_AT = 20
"""lines whose language is guessed"""


class SynthesizeConfig(Config):
    checkpoint: str
    """a folder that make train-student or student.export wrote"""
    text: str | None
    file: str | None
    """lines to speak, UTF-8; "-" is standard input"""
    voice: str | None
    """or a mix, as "speaker00(2)+speaker08"; null: the first"""
    reference: str | None
    """a recording of a voice to try instead"""
    lexicon: str | None
    """a table of words and how they are said: see `speech.text.lexicon`"""
    output: str
    """a .wav or .flac file for one text, a folder for a file of lines"""
    seed: int
    speed: float = Field(gt=0.2, lt=5)
    expressiveness: float = Field(ge=0, le=3)
    """how many times as far from its mean pitch goes, of students that draw readings"""


def main(config: SynthesizeConfig) -> int:
    console = Console(stderr=True)
    lines = read_lines(config)
    _check_output(config)
    synthesizer = open_synthesizer(config)
    voice = config.reference or choose_voice(config, synthesizer)
    failed, language = 0, synthesizer.languages[0]

    def introduce() -> None:
        show_voice(synthesizer, voice, console)
        note_language([*lines.values()], language, console)

    if config.file is not None:
        introduce()
    loading = ", loading included"  # the first text waits for dictionaries and graphs
    for path, line in targets(config, lines):
        request = SynthesisRequest(line, voice, language, config.seed, config.speed)
        start = time.perf_counter()
        try:
            wave = said(synthesizer, request).wave
        except Refused as refusal:
            told = f"not spoken: {line!r:.60}: {refusal}"
            console.print(told, markup=False, highlight=False, soft_wrap=True)
            failed += 1
            continue
        took_s = time.perf_counter() - start
        if config.text is not None:  # not before: one text that is refused is one line
            introduce()
        write_wave(path, wave)
        length_s = len(wave) / SAMPLE_RATE
        told = f"{path}: {length_s:.1f} s of speech in {took_s:.2f} s{loading}"
        console.print(told, markup=False, soft_wrap=True)
        loading = ""
    return 1 if failed else 0


def read_lines(config: SynthesizeConfig) -> dict[int, str]:
    """What is to be said, by the number of its line.

    Raises:
        InputError: neither text nor file, or both, or nothing in them, or a file that is not UTF-8.
    """
    if (config.text is None) == (config.file is None):
        raise InputError('give either text="..." or file=lines.txt (file=- reads standard input)')
    if config.text is not None:
        lines = [(1, config.text)]
    elif config.file == "-":
        lines = numbered_lines(sys.stdin.buffer.read(), "standard input")
    else:
        lines = numbered_lines(storage.read_bytes(str(config.file)), str(config.file))
    found = {number: line.strip() for number, line in lines if line.strip()}
    if not found:
        raise InputError("there is no text to speak")
    return found


def open_synthesizer(config: SynthesizeConfig) -> Synthesizer:
    """The student, with the reference's voice as another of its own; raises InputError."""
    lexicon = read_lexicon(config.lexicon) if config.lexicon else NO_WORDS
    student = load_student(
        config.checkpoint if config.reference is None else trained_of(config.checkpoint),
        lexicon,
        expressiveness=config.expressiveness,
    )
    if config.reference is not None:
        student.add_voice(config.reference)
    return student


def choose_voice(config: SynthesizeConfig, synthesizer: Synthesizer) -> str:
    voices = synthesizer.voices
    if config.voice is None:
        return voices[0]
    try:
        read_voice(config.voice, voices)
    except Refused as refusal:
        raise InputError(
            f"voice={config.voice} is not there; allowed: {', '.join(voices)}, or a mix as a(2)+b(1)"
        ) from refusal
    return config.voice


def show_voice(synthesizer: Synthesizer, voice: str, console: Console) -> None:
    others = ", ".join(other for other in synthesizer.voices if other != voice)
    console.print(
        f"{synthesizer.name}, voice={voice} (others: {others})", highlight=False, soft_wrap=True
    )


def note_language(lines: list[str], language: str, console: Console) -> None:
    """Say of the first line that looks like another language that it is a guess, and what is done."""
    from speech.text.foreign import looks_like

    for line in lines[:LOOKED_AT]:
        if (seen := looks_like(line)) not in (None, language):
            console.print(
                f"{line!r:.40} looks like {seen} (a guess), and is spoken as {language}: all that "
                "this student speaks",
                style="yellow",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
            return


def targets(config: SynthesizeConfig, lines: dict[int, str]) -> Iterator[tuple[str, str]]:
    """Where each line goes: by its number, as `audio:FOLDER` of the report looks for it."""
    if config.text is not None:
        yield config.output, lines[1]
        return
    for number, line in lines.items():
        yield storage.join(config.output, f"{number:05d}.wav"), line


def _check_output(config: SynthesizeConfig) -> None:
    named = _ending(config.output) in ENDINGS
    if config.text is not None:
        check_file(config.output)
        if not named:
            raise InputError(f"output={config.output} must end in .wav or .flac")
    elif named:
        raise InputError(
            f"output={config.output}: the lines of file={config.file} become a file each; "
            "give output=FOLDER"
        )
    else:
        check_folder(config.output, Kind("speech of make speak", parts=("[0-9]*.wav",)))


def _ending(path: str) -> str:
    return path.rsplit(".", 1)[-1].lower()


def write_wave(path: str, wave: Wave) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, wave, SAMPLE_RATE, subtype="PCM_16", format=_ending(path))
    storage.write_bytes(path, buffer.getvalue())


if __name__ == "__main__":
    sys.exit(run_app(SynthesizeConfig, "synthesize", main, free_text=("text",)))
