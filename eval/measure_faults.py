"""How often a student repeats itself or ends too soon, on sentences that it never read.

  checkpoint=out/student_ar   output=out/faults   limit=100
The student's voices take turns over the sentences; nothing is spoken twice, and nothing left out.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pydantic import Field
from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.metrics.bootstrap import Interval
from eval.metrics.faults import Faults, FaultShares, fault_shares, faults_of
from eval.systems.testsets import Sentence, read_testset
from speech import storage
from speech.audio.waveform import quantize
from speech.config import Config, load_group, run_app
from speech.judges.asr import Asr
from speech.judges.judges import JudgesConfig
from speech.storage.outputs import Kind, check_folder
from student.student import Student, open_student

TITLES = {
    "repetition": "repetition",
    "early_stop": "early stop",
    "either": "either",
    "nothing_right": "no word right",
    "wer": "WER",
}


class MeasureFaultsConfig(Config):
    checkpoint: str
    """a folder that make train-student wrote"""
    testset: str
    """sentences, in any format of `eval.systems.testsets`"""
    limit: int | None = Field(ge=1)
    """only the first sentences; null: all"""
    output: str
    """local or gs://, for faults.json"""
    seed: int


@dataclass(frozen=True)
class HeardClip:
    """A sentence as it came out."""

    id: str
    voice: str
    text_normalized: str
    transcript: str
    faults: Faults


def main(config: MeasureFaultsConfig) -> None:
    console = Console()
    check_folder(config.output, Kind("measurement of faults", ("faults.json",)))
    student = open_student(config.checkpoint)
    sentences = read_testset(config.testset, student.description.language, config.limit).sentences
    clips = hear(student, sentences, config.seed, console)
    shares = fault_shares([clip.faults for clip in clips], config.seed)
    path = storage.join(config.output, "faults.json")
    storage.write_bytes(path, _report(config, student, shares, clips).encode())
    show(student, shares, console)
    console.print(f"written to {path}", highlight=False)


def hear(
    student: Student, sentences: Sequence[Sentence], seed: int, console: Console
) -> list[HeardClip]:
    """Each sentence by the next voice, and what the ASR makes of it."""
    asr, clips = Asr(load_group(JudgesConfig, "judges", "offline").asr), []
    language = student.description.language
    for sentence in track(sentences, "speaking and listening", console=console):
        voice = student.voices[sentence.number % len(student.voices)]
        wave = quantize(student.speak(sentence.text, voice, seed + sentence.number))
        transcript = asr.transcribe_one(wave, language)
        faults = faults_of(sentence.text_normalized, transcript, language)
        clips.append(HeardClip(sentence.id, voice, sentence.text_normalized, transcript, faults))
    return clips


def show(student: Student, shares: FaultShares, console: Console) -> None:
    table = Table("% of clips", "estimate", "95 % interval", title=student.name)
    for name, title in TITLES.items():
        share: Interval = getattr(shares, name)
        bounds = f"{100 * share.low:.1f} to {100 * share.high:.1f}"
        table.add_row(title, f"{100 * share.estimate:.1f}", bounds)
    console.print(table)
    console.print(f"{shares.wer.count} clips; WER: all errors over all words", highlight=False)


def _report(
    config: MeasureFaultsConfig,
    student: Student,
    shares: FaultShares,
    clips: Sequence[HeardClip],
) -> str:
    report = {
        "config": config.model_dump(mode="json"),
        "student": student.name,
        "revision": student.revision,
        "shape": student.description.student,
        "steps": student.description.steps,
        "shares": asdict(shares),
        "clips": [asdict(clip) for clip in clips],
    }
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(run_app(MeasureFaultsConfig, "measure_faults", main))
