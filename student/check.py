"""The first thing to know of a trained student: what an ASR hears of lines that it was trained on.

samples/*.flac                     some of them, and lines that were held out
trained_on.png, held_out.png       the student's mels under the dataset's
README.md                          the student's card
"""

import io
import re
from collections.abc import Sequence

from rich.console import Console

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.mel import log_mel
from speech.audio.waveform import Wave, encode_flac, quantize
from speech.config import load_group
from speech.judges.asr import Asr
from speech.judges.judges import JudgesConfig
from speech.judges.wer import ErrorRates, score
from speech.progress import track
from speech.seeds import short_id
from student.card import write_card
from student.config import TrainStudentConfig
from student.data.clips import StudentData
from student.student import Student

LINES, SAMPLES = 24, 4


def check_student(
    config: TrainStudentConfig, student: Student, data: StudentData, console: Console
) -> None:
    """Speak lines of the dataset, in their own voices, print and write what comes of it."""
    sets = {"trained on": _spread(list(data.lengths)), "held out": _spread(data.held_out)}
    heard = {}
    for name, rows in sets.items():
        if rows:
            heard[name], spoken = _hear(student, data, rows, name, console)
            _save(config.output, name, data, rows[:SAMPLES], spoken[:SAMPLES])
    figures = {name: _wer(rates) for name, rates in heard.items()}
    for name, wer in figures.items():
        console.print(f"WER on {len(heard[name])} lines {name}: {100 * wer:.1f} %")
    write_card(config, student, data, figures)
    pictures = ", ".join(f"{_kind(name)}.png" for name in heard)
    console.print(
        f"{config.output}: README.md, curve.png, {pictures}, samples/, student.json, weights\n"
        f'speak:  make speak ARGS="checkpoint={config.output}" TEXT="Hello there."',
        highlight=False,
        soft_wrap=True,
    )


def _spread(rows: Sequence[int]) -> list[int]:
    """At most `LINES` of them, from all parts of the dataset."""
    return list(rows[:: max(1, -(-len(rows) // LINES))])


def _hear(
    student: Student, data: StudentData, rows: Sequence[int], name: str, console: Console
) -> tuple[list[ErrorRates], list[Wave]]:
    asr, rates, waves = Asr(load_group(JudgesConfig, "judges", "offline").asr), [], []
    for row in track(rows, f"listening, {name}", console, "line"):
        clip = data.clips[row]
        waves.append(quantize(student.speak(clip.text_normalized, clip.speaker_id)))
        heard = asr.transcribe_one(waves[-1], clip.language)
        rates.append(score(clip.text_normalized, heard, clip.language))
    return rates, waves


def _wer(rates: Sequence[ErrorRates]) -> float:
    """All errors over all words."""
    return sum(r.wer * r.words for r in rates) / max(1, sum(r.words for r in rates))


def _save(
    output: str, name: str, data: StudentData, rows: Sequence[int], waves: Sequence[Wave]
) -> None:
    kind = _kind(name)
    for row, wave in zip(rows, waves, strict=True):
        path = storage.join(output, "samples", f"{kind}-{_file_name(data.clips[row].id)}.flac")
        storage.write_bytes(path, encode_flac(wave, SAMPLE_RATE))
    picture = draw_mels(data, rows, waves)
    storage.write_bytes(storage.join(output, f"{kind}.png"), picture)


def _file_name(clip_id: str) -> str:
    """The id itself, or its hash where a file cannot have that name: other datasets' may be of any
    characters and any length."""
    return clip_id if re.fullmatch(r"[\w.-]{1,64}", clip_id) else short_id(clip_id)


def _kind(name: str) -> str:
    return name.replace(" ", "_")


def draw_mels(data: StudentData, rows: Sequence[int], waves: Sequence[Wave]) -> bytes:
    """A PNG: for each row the dataset's mel above the student's."""
    import torch
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 2.6 * len(rows)), layout="constrained")
    panels = figure.subplots(2 * len(rows), 1, squeeze=False)[:, 0]
    for i, (row, wave) in enumerate(zip(rows, waves, strict=True)):
        shown = {"dataset": data.clips.wave(row), "student": wave}
        for axes, (title, heard) in zip(panels[2 * i : 2 * i + 2], shown.items(), strict=True):
            axes.imshow(log_mel(torch.from_numpy(heard)).T, origin="lower", aspect="auto")
            axes.set(xticks=[], yticks=[], ylabel=title)
        panels[2 * i].set_title(data.clips[row].text_normalized[:90], fontsize=8)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=90, metadata={"Software": None})
    return picture.getvalue()
