"""A run is prepared: licences, corpus, voices and identity, checked before anything is spent."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines.config import SynthConfig
from pipelines.run.extension import choose_run
from pipelines.run.run_plan import RunPlan
from pipelines.run.unused_output import launcher_noted, release_unused
from pipelines.text import corpus_checks
from pipelines.text.utterances import CorpusPlan, open_lexicon, plan_corpus, spoken_languages
from speech.dataset.identity import acquire, is_acquired
from speech.dataset.markers import finished
from speech.dataset.merge import sweep_units
from speech.errors import InputError, in_one_line
from speech.progress import waiting
from speech.seeds import short_id
from speech.storage import fingerprint
from speech.text.own_words import revision
from teacher.voices import Voice, VoiceBank, is_heard, load_bank

if TYPE_CHECKING:  # torch is not needed to see that all is done
    from pipelines.speak.worker_context import LoadModels

IDENTITY_KEYS = ("corpus", "teacher", "voices", "gate", "watermark", "dataset", "seed", "limit")
"""the blocks of the configuration that decide what a dataset holds"""


def prepare(
    config: SynthConfig,
    console: Console,
    opener: "LoadModels | None" = None,
    tag: str | None = None,
) -> RunPlan:
    """Check everything that can be wrong, and find what is left to do.

    Args:
        tag: of a run that is there already and is to be mended; None: what `config.mode` gives.

    Raises:
        InputError: what is wrong with licences, corpus, voices, or another run's output.
    """
    corpus_checks.check_language(config)
    corpus = plan_corpus(config)
    bank = load_bank(config.voices, languages=spoken_languages(config))
    check_licenses(config, bank)
    corpus_checks.check_per_text(config, bank)
    lines = corpus_checks.first_lines(config, corpus)
    corpus_checks.check_text(lines, corpus)
    check_lexicon(config)
    found = choose_run(config, corpus, run_identity(config, corpus, bank), tag)
    corpus = replace(corpus, shards=found.shards)
    if not found.tag:
        release_unused(config.output, found.identity)
    if not is_acquired(config.output, found.tag):  # else they were heard when it was
        check_voices(config, console)
        hear_voices(config, corpus, bank, console, opener)
    with launcher_noted(config):
        acquire(config.output, found.identity, found.tag)
    done = finished(config.output, corpus.shards, found.tag)
    sweep_units(config.output, done, corpus.shards, found.tag)
    todo = tuple(i for i in range(corpus.shards) if i not in done)
    if todo:
        for note in corpus_checks.notes(config, corpus, lines):
            console.print(note, style="yellow", markup=False, highlight=False, soft_wrap=True)
        console.print(
            f"{corpus.shown_lines} lines, {len(bank)} voices, teacher {config.teacher.name}: "
            f"{len(todo)} of {corpus.shards} shards to do in {config.output}"
        )
    licenses = {name: voice.license for name, voice in bank.items()}
    return RunPlan(config, corpus, found.identity, todo, licenses, found.tag, found.earlier)


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


def check_lexicon(config: SynthConfig) -> None:
    """Read it once, and refuse phonemes for a teacher that is told letters."""
    words = open_lexicon(config).phonemes.exact
    if words and not config.teacher.speaks_phonemes:
        raise InputError(
            f"corpus.lexicon={config.corpus.lexicon} has phonemes ({min(words)!r}), which teacher "
            f"{config.teacher.name} has no symbols for: give its words another spelling"
        )


def check_voices(config: SynthConfig, console: Console) -> None:
    """Hear every reference with the ASR, so that no voice speaks under a wrong transcript; those of a
    packaged bank were heard when it was packed.

    Raises:
        InputError: a voice is refused, or the ASR fails.
    """
    if is_heard(config.voices):
        return
    from speech.judges.asr import Asr

    asr = Asr(config.gate.judges.asr)
    with waiting("checking the reference voices", console):
        try:
            load_bank(config.voices, asr.transcribe_one, spoken_languages(config))
        except InputError:
            raise
        except Exception as error:  # CTranslate2's, of a device or of weights
            raise InputError(f"the judge 'asr' fails: {in_one_line(error)}") from error


def hear_voices(
    config: SynthConfig,
    corpus: CorpusPlan,
    bank: VoiceBank,
    console: Console,
    opener: "LoadModels | None",
) -> None:
    """Have the first lines of voices that are new to the teacher spoken and judged, if they may be.

    Raises:
        InputError: hardly anything passes.
    """
    from pipelines.speak.audition import check, first_lines, new_voices
    from pipelines.speak.worker_context import load_models

    voices = new_voices(config, bank) if config.voices.audition else []
    if not voices:
        return
    if not config.runner.is_this_machine:
        console.print("new voices are not heard here: another machine will speak")
        return
    if lines := first_lines(config, corpus, bank, voices):
        check(config, lines, console, opener or load_models)


def run_identity(
    config: SynthConfig, corpus: CorpusPlan, bank: Mapping[str, Voice]
) -> dict[str, Any]:
    """What the bytes of the dataset follow from; another value of any of it is another dataset."""
    chosen = config.model_dump(mode="json", include=set(IDENTITY_KEYS))
    for key in config.teacher.any_machine:
        chosen["teacher"].pop(key)
    chosen["teacher"]["revision"] = config.teacher.revision
    chosen["gate"]["judges"] = config.gate.judges.on_any_machine().model_dump(mode="json")
    chosen["voices"].pop("audition")
    for key in config.dataset.any_machine:
        chosen["dataset"].pop(key)
    chosen["corpus"]["paths"] = corpus.fingerprints()
    chosen["corpus"]["order"] = list(corpus.fingerprints())
    if config.corpus.lexicon:
        chosen["corpus"]["lexicon"] = {config.corpus.lexicon: fingerprint(config.corpus.lexicon)}
    chosen["voices"]["references"] = {
        name: short_id(
            voice.transcript, voice.phonemes, voice.phoneme_ends_s, *voice.columns.values()
        )
        for name, voice in bank.items()
    }
    return {
        **chosen,
        "shards": corpus.shards,
        "code": f"tts-distill {version('tts-distill')}, words {revision()}",
    }
