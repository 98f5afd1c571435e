"""What a run is made of, checked before anything is spent: licences, corpus, voices, identity."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from rich.console import Console

from pipelines import dataset
from pipelines.config import SynthConfig
from pipelines.preflight import check_voices_per_text
from pipelines.utterances import CorpusPlan, plan_corpus, spoken_languages
from speech.errors import InputError
from speech.seeds import short_id
from teacher.voices import Voice, load_bank

IDENTITY_KEYS = ("corpus", "teacher", "voices", "gate", "dataset", "seed", "limit")
"""the blocks of the configuration that decide what a dataset holds"""


@dataclass(frozen=True)
class Launch:
    """A checked run: what is to be done, and what its output is tied to."""

    config: SynthConfig
    corpus: CorpusPlan
    identity: dict[str, Any]
    todo: tuple[int, ...]
    voice_licenses: dict[str, str]

    @property
    def lines_todo(self) -> int:
        """About how many lines the shards to do hold."""
        return self.corpus.lines * len(self.todo) // self.corpus.shards


def prepare(config: SynthConfig, console: Console) -> Launch:
    """Check everything that can be wrong, and find what is left to do.

    Raises:
        InputError: what is wrong with licences, corpus, voices, or another run's output.
    """
    corpus = plan_corpus(config)
    bank = load_bank(config.voices, languages=spoken_languages(config))
    check_licenses(config, bank)
    check_voices_per_text(config, bank)
    identity = run_identity(config, corpus, bank)
    if not dataset.is_claimed(config.output):  # else they were heard when it was
        check_voices(config, console)
    dataset.claim(config.output, identity)
    done = dataset.finished(config.output, corpus.shards)
    todo = tuple(i for i in range(corpus.shards) if i not in done)
    if todo:
        console.print(
            f"{corpus.lines} lines, {len(bank)} voices, teacher {config.teacher.name}: "
            f"{len(todo)} of {corpus.shards} shards to do in {config.output}"
        )
    licenses = {name: voice.license for name, voice in bank.items()}
    return Launch(config, corpus, identity, todo, licenses)


def check_licenses(config: SynthConfig, bank: Mapping[str, Voice]) -> None:
    named = {f"teacher {config.teacher.name}": config.teacher.license}
    named |= {f"voice {name}": voice.license for name, voice in bank.items()}
    for what, license_ in named.items():
        if license_ not in config.license.allow:
            wider = ",".join(dict.fromkeys([*named.values(), *config.license.allow]))
            raise InputError(
                f"{what} is under {license_}, which license.allow does not have; "
                f"if you may use it, say license.allow=[{wider}]"
            )


def check_voices(config: SynthConfig, console: Console) -> None:
    """Hear every reference with the ASR, so that no voice speaks under a wrong transcript."""
    from eval.asr import Asr

    with console.status("checking the reference voices"):
        asr = Asr(config.gate.judges.asr)
        load_bank(config.voices, asr.transcribe_one, spoken_languages(config))


def run_identity(
    config: SynthConfig, corpus: CorpusPlan, bank: Mapping[str, Voice]
) -> dict[str, Any]:
    """What the bytes of the dataset follow from; another value of any of it is another dataset."""
    chosen = config.model_dump(mode="json", include=set(IDENTITY_KEYS))
    chosen["teacher"].pop("device")
    chosen["corpus"]["paths"] = corpus.fingerprints()
    chosen["voices"]["references"] = {
        name: short_id(voice.sha256, voice.transcript, voice.phonemes, voice.phoneme_ends_s)
        for name, voice in bank.items()
    }
    return {
        **chosen,
        "shards": corpus.shards,
        "code": f"tts-distill {version('tts-distill')}",
    }
