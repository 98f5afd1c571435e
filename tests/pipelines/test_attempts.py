"""Long lines: which parts are spoken first, and what becomes of the others."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fakes import FakeGate, fake_config, open_fake_studio

import pipelines.run.preparation
from pipelines import synth
from pipelines.speak.attempts import FIRST_PARTS, Attempt, first_parts, noise_key
from speech.dataset.schema import Utterance

PARTS = 40


def take(line: str, part: int, voice: str = "v") -> Attempt:
    name = f"{line}-p{part}-{voice}"
    said = Utterance(name, "same", "same", "en", voice, 0, "a:1", line=line, part=part)
    return Attempt(said, None, 0)


def test_first_parts_of_each_line_in_every_voice():
    parts = [take("a", part, voice) for part in (1, 10, 11, 2) for voice in "vw"]
    others = [take("b", 1), take("b", 2), take("", 0), take("", 0), take("", 0), take("", 0)]
    first, later = first_parts([*parts[:7], *others, *parts[7:]])
    assert later == parts[2 * FIRST_PARTS :]
    assert first == [*parts[: 2 * FIRST_PARTS], *others]


def test_noise_follows_from_the_row_its_voice_and_the_try_alone():
    one = take("a", 1)

    def of(**other: object) -> Attempt:
        return replace(one, utterance=replace(one.utterance, **other))

    others = [of(seed=1), of(id="b"), of(voice="w"), replace(one, attempt=1)]
    assert len({noise_key(each) for each in (one, *others)}) == 5
    assert noise_key(of(text="new", source="b:9", line="b", part=7)) == noise_key(one)


class Counting(FakeGate):
    """Turns down what is said of words, and counts all."""

    judged = 0

    def judge(self, candidates):
        Counting.judged += len(candidates)
        return [
            replace(verdict, reason="wer" if "word" in clip.text_normalized else None)
            for clip, verdict in zip(candidates, super().judge(candidates), strict=True)
        ]


@pytest.mark.parametrize("shards", [1, 4])
def test_a_line_that_never_passes_is_given_up(tmp_path, monkeypatch, shards):
    monkeypatch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
    monkeypatch.setattr(Counting, "judged", 0)
    texts = {"bad": "word " * 44 * PARTS, "good": "This is a good long line. " * 8 * PARTS}
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps({"id": k, "text": t}) + "\n" for k, t in texts.items()))
    config = fake_config(str(tmp_path / "out"), str(corpus), f"dataset.shards={shards}")
    assert synth.main(config, lambda c: replace(open_fake_studio(c), gate=Counting())) == 0
    accepted, rejected = (
        [
            row
            for path in Path(config.output, name).iterdir()
            for row in pq.read_table(path).to_pylist()
        ]
        for name in ("data", "rejected")
    )
    assert {row["id"].split("-")[0] for row in accepted} == {"good"}
    assert {row["id"].split("-")[0] for row in rejected} == {"bad"}
    reasons = [row["reason"] for row in rejected]
    assert reasons.count("wer") <= FIRST_PARTS * shards
    assert reasons.count("wer") + reasons.count("line_given_up") == len(rejected) >= PARTS
    assert Counting.judged == len(accepted) + config.gate.attempts * reasons.count("wer")
