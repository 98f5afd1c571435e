"""A speech corpus with exact phoneme ends, from voices that packages carry: no network, no recording.

Writes train/ and held_out/ (speakers that training never hears) below output=..., each by the
pipeline of make synth, over train.jsonl and held_out.jsonl beside them. Run it again to continue
after a crash.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice

from pipelines import synth
from pipelines.bootstrap.config import BootstrapConfig
from pipelines.bootstrap.sentences import read_sentences, utterances
from pipelines.config import SynthConfig
from speech import storage
from speech.config import run_app
from speech.errors import InputError
from speech.storage.outputs import Kind, check_folder
from teacher.packaged.speakers import SPEAKERS, Speaker

MEAN_CLIP_S = 4.8
"""of an utterance; decides how many lines fill the hours that were asked for"""
CORPUS = Kind(
    "corpus of make bootstrap-corpus",
    parts=("train", "held_out", "train.jsonl", "held_out.jsonl"),
)
Lines = Sequence[tuple[str, Speaker]]


def main(config: BootstrapConfig) -> int:
    check_folder(config.output, CORPUS)
    statuses = [synth.main(part) for part in synth_runs(config, plan(config))]
    return max(statuses)


def plan(config: BootstrapConfig) -> dict[str, Lines]:
    """Who says what, by the dataset that it goes to.

    Raises:
        InputError: no sentences, or too few for the hours that are asked for.
    """
    texts = list(utterances(read_sentences(config.sentences), config.seed))
    left = iter(texts)
    train: list[tuple[str, Speaker]] = []
    for engine, hours in config.hours.model_dump().items():
        speakers = [s for s in SPEAKERS if s.engine == engine and not s.held_out]
        train += _assign(left, speakers, hours)
    held_out = list(_assign(left, [s for s in SPEAKERS if s.held_out], config.held_out_hours))
    every = [*config.hours.model_dump().values(), config.held_out_hours]
    if (wanted := sum(map(_lines_of, every))) > len(texts):
        raise InputError(
            f"sentences={config.sentences} gives {len(texts)} utterances, and hours.* with "
            f"held_out_hours, {sum(every):g} h, take {wanted} ({MEAN_CLIP_S:g} s each): give more "
            "sentences, or fewer hours"
        )
    return {"train": train, "held_out": held_out}


def synth_runs(config: BootstrapConfig, datasets: dict[str, Lines]) -> Iterator[SynthConfig]:
    """The run of each dataset, whose corpus is written when it is asked for."""
    for name, lines in datasets.items():
        corpus = storage.join(config.output, f"{name}.jsonl")
        rows = [json.dumps({"text": text, "voice": speaker.id}) for text, speaker in lines]
        storage.write_bytes(corpus, "\n".join([*rows, ""]).encode())
        speakers = sorted({speaker.id for _, speaker in lines})
        blocks = {key: getattr(config, key) for key in SynthConfig.model_fields}
        yield SynthConfig(
            **blocks
            | {
                "output": storage.join(config.output, name),
                "corpus": config.corpus.model_copy(update={"paths": (corpus,)}),
                "voices": config.voices.model_copy(update={"include": tuple(speakers)}),
            }
        )


def _lines_of(hours: float) -> int:
    """None are asked for nothing: a dataset of no line cannot be made."""
    return max(1, round(hours * 3600 / MEAN_CLIP_S))


def _assign(
    texts: Iterator[str], speakers: Sequence[Speaker], hours: float
) -> Iterator[tuple[str, Speaker]]:
    for number, text in enumerate(islice(texts, _lines_of(hours))):
        yield text, speakers[number % len(speakers)]


if __name__ == "__main__":
    sys.exit(run_app(BootstrapConfig, "bootstrap_corpus", main))
