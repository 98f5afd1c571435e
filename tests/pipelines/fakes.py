"""An instant teacher and gate, for the pipeline's own faults: what Beam, files and kills do to it."""

import io
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from typing import Any

import numpy as np
from blocks import command

import pipelines.run.preparation
from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.speak.worker_context import LoadModels, WorkerContext
from pipelines.verdict import Candidate, Verdict
from speech.seeds import stable_hash
from speech.stopwatch import Stopwatch
from teacher.base import Prepared, Request, Speech
from teacher.packing import BatchLimit
from teacher.voices import load_bank

CLIP_S = 0.25
NOWHERE = "nowhere"
"""where a run reads and writes until it is told"""
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["tests.pipelines.warm_process"])


class FakeTeacher:
    """A character costs one, and a reference ten."""

    def prepare(self, request: Request) -> Prepared:
        return Prepared(request, 10 + len(request.text), CLIP_S)

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        """Noise that depends on the key of each item, and on nothing else."""
        draws = [np.random.default_rng(stable_hash(key)) for key in keys]
        waves = [draw.normal(0, 0.05, int(CLIP_S * 24_000)).astype(np.float32) for draw in draws]
        return [Speech(wave) for wave in waves]


class FakeGate:
    """Turns down one try in four, by what was said and how it came out."""

    def prove(self) -> None:
        """It never fails."""

    def judge(self, candidates: list[Candidate]) -> list[Verdict]:
        return [
            Verdict(
                reason="wer" if stable_hash(float(c.wave.sum())) % 4 == 0 else None,
                duration_s=CLIP_S,
                speaking_rate=len(c.text_normalized) / CLIP_S,
                transcript=c.text_normalized,
                wer=0.0,
                cer=0.0,
                similarity=0.9,
            )
            for c in candidates
        ]


def open_fake_studio(config: SynthConfig) -> WorkerContext:
    bank = load_bank(config.voices)
    limit = BatchLimit(cost=1000)
    return WorkerContext(bank, FakeTeacher(), FakeGate(), limit, Stopwatch())


def fake_config(output: str, corpus: str | Sequence[str], *overrides: str) -> SynthConfig:
    """Of these overrides, which may have an output and a corpus of their own."""
    fixed = [f"output={NOWHERE}", f"corpus.paths=[{NOWHERE}]"]
    if not any(override.startswith("runner=") for override in overrides):
        fixed.append("runner.workers=1")
    stated = command(SynthConfig, "synth", *fixed, *overrides)
    given: dict[str, object] = {"output": output} if stated.output == NOWHERE else {}
    if stated.corpus.paths == (NOWHERE,):
        paths = (corpus,) if isinstance(corpus, str) else tuple(corpus)
        given["corpus"] = stated.corpus.model_copy(update={"paths": paths})
    return stated.model_copy(update=given)


def write_corpus(path, lines: int) -> str:
    words = ["river", "stone", "garden", "winter", "letter", "window", "music", "bread"]
    with open(path, "w") as stream:
        for i in range(lines):
            said = " ".join(words[stable_hash(i, j) % 8] for j in range(3 + i % 9))
            stream.write(f"Take {said} number {i}.\n")
    return str(path)


def synth_fake(config: SynthConfig, opener: LoadModels = open_fake_studio) -> int:
    """The command's exit status, in a child: voices are not heard, and nothing is printed."""
    pipelines.run.preparation.check_voices = lambda *_: None
    with redirect_stdout(io.StringIO()):
        return synth.main(config, opener)


def in_child(task: Callable[..., Any], *arguments: Any) -> Any:
    """Call in a process of its own, forked from one that has the libraries loaded.

    Raises:
        BrokenProcessPool: the process was killed.
    """
    with ProcessPoolExecutor(1, CHILDREN) as pool:
        return pool.submit(task, *arguments).result()
