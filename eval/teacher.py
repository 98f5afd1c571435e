"""How well a teacher speaks: words, voice, quality and speed, each with its 95 % interval.

The voices of a bank take turns over the sentences of a test set, one try each, with nothing turned
down. With held_out=..., the speakers of a dataset say the same sentences. Each clip is made alone in
its batch, and judged when all are made, so that the seconds are those of one sentence.
"""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import torch
from rich.console import Console
from rich.table import Table

from eval.systems.dataset_voices import dataset_bank
from eval.teacher_card import check_card, fill_card, markdown_table
from eval.teacher_clips import Take, judge, plan, read_testset, save, speak
from eval.teacher_config import MeasureConfig
from eval.teacher_figures import FIGURES, Figures, JudgedClip, cells, figures_of
from speech import storage
from speech.config import run_app
from speech.judges.judges import Judges
from speech.machine import device_name, software
from speech.storage.outputs import Kind, check_folder
from teacher.voices import VoiceBank, load_bank

TITLES = {"bank": "the bank", "held_out": "held-out speakers"}


@dataclass(frozen=True)
class BankResult:
    """What one bank of voices came to."""

    references: Mapping[str, str]
    """SHA-256 of each voice's audio"""
    figures: Figures
    clips: Sequence[JudgedClip]


@dataclass(frozen=True)
class Measurement:
    """measure.json; seconds hold for this `device` and `dtype` alone."""

    teacher: str
    teacher_revision: str
    judges: Mapping[str, str]
    device: str
    threads: int
    dtype: str
    command: str
    software: Mapping[str, str | None]
    config: Mapping[str, object]
    banks: Mapping[str, BankResult]


def measure(config: MeasureConfig, console: Console) -> Measurement:
    """Check every input, speak, write the audio, and judge."""
    texts, banks = read_testset(config), load_banks(config)
    judges = Judges(config.judges)
    judges.fetch()
    teachers = {name: config.teacher.open(bank) for name, bank in banks.items()}
    plans = {name: plan(texts, name, teacher, config) for name, teacher in teachers.items()}
    takes = {}
    for name, sentences in plans.items():
        takes[name] = speak(teachers[name], sentences, f"speaking, {TITLES[name]}", console)
        save(takes[name], config.output)
    # CTranslate2 sets the threads that torch uses as well, so this is asked before judging
    device, threads = device_name(teachers["bank"].device), torch.get_num_threads()
    results = {
        name: _result(name, takes[name], banks[name], judges, config, console) for name in banks
    }
    return Measurement(
        teacher=config.teacher.name,
        teacher_revision=config.teacher.revision,
        judges=judges.revisions,
        device=device,
        threads=threads,
        dtype=getattr(teachers["bank"], "dtype", "float32"),
        command=shlex.join(["python", "-m", "eval.teacher", *sys.argv[1:]]),
        software=software(),
        config=config.model_dump(mode="json"),
        banks=results,
    )


def _result(
    name: str,
    takes: Sequence[Take],
    bank: VoiceBank,
    judges: Judges,
    config: MeasureConfig,
    console: Console,
) -> BankResult:
    clips = judge(takes, bank, judges, config.language, f"judging, {TITLES[name]}", console)
    references = {voice.id: voice.sha256 for voice in bank.values()}
    return BankResult(references, figures_of(clips, config.seed), clips)


def load_banks(config: MeasureConfig) -> dict[str, VoiceBank]:
    """The bank of the configuration and, where asked for, that of the held-out speakers."""
    banks = {"bank": load_bank(config.voices, languages=(config.language,))}
    if config.held_out is not None:
        banks["held_out"] = dataset_bank(config.held_out, config.language)
    return banks


def setting(measured: Measurement) -> str:
    """What the figures are of, in one paragraph."""
    sentences = len(measured.banks["bank"].clips)
    judges = "; ".join(f"{name} ({revision})" for name, revision in measured.judges.items())
    return (
        f"{measured.teacher} {measured.teacher_revision} on {sentences} sentences, one try each: "
        "mean and 95 % bootstrap interval over sentences. WER: all errors over all words; mean WER: "
        "of the sentences' own rates; own voice: cosine of speaker embeddings to the reference; "
        "other voices: to the other references; seconds: of computation for one of audio, sentence "
        "by sentence, "
        f"{measured.dtype} on {measured.device}. Judges: {judges}."
    )


def show(measured: Measurement, console: Console) -> None:
    table = Table("voices", *FIGURES.values(), title="make measure-teacher")
    for name, result in measured.banks.items():
        table.add_row(TITLES[name], *cells(result.figures))
    console.print(table)
    console.print(setting(measured), highlight=False)
    for name, result in measured.banks.items():
        mute = sum(clip.similarity is None for clip in result.clips)
        if mute:
            console.print(f"{TITLES[name]}: {mute} clips without a voice have no similarity")


def main(config: MeasureConfig) -> None:
    console = Console()
    check_folder(config.output, Kind("measurement of a teacher", ("measure.json",), ("audio",)))
    if config.card is not None:
        check_card(config.card)
    measured = measure(config, console)
    path = storage.join(config.output, "measure.json")
    storage.write_bytes(path, (json.dumps(asdict(measured), indent=1) + "\n").encode())
    show(measured, console)
    console.print(f"written to {path}")
    if config.card is not None:
        figures = {TITLES[name]: result.figures for name, result in measured.banks.items()}
        fill_card(config.card, f"{markdown_table(figures)}\n\n{setting(measured)}")
        console.print(f"and to {config.card}")


if __name__ == "__main__":
    sys.exit(run_app(MeasureConfig, "measure_teacher", main))
