"""The bootstrap corpus: what is said, by whom, and that the pipeline makes it."""

from pathlib import Path

import pytest

from pipelines import bootstrap_corpus
from pipelines.bootstrap.config import BootstrapConfig
from pipelines.bootstrap.sentences import MAX_WORDS, read_sentences, utterances
from speech.config import load_config
from speech.dataset.clips import open_clips
from speech.dataset.markers import finished
from speech.errors import InputError
from teacher.packaged.speakers import SPEAKERS

KEPT_OUT = {s.id for s in SPEAKERS if s.held_out}


def write_sentences(folder: Path) -> str:
    path = folder / "sentences.txt"
    words = ("stone", "river", "window", "garden", "candle", "winter", "market", "shadow")
    path.write_text("\n".join(f"the {a} is near the old {b}" for a in words for b in words))
    return str(path)


def configured(folder: Path, *overrides: str) -> BootstrapConfig:
    given = [
        f"output={folder}/corpus",
        f"sentences={write_sentences(folder)}",
        *("hours.hibari=0.006", "hours.piper=0.003", "hours.kokoro=0.0015"),
        "held_out_hours=0.003",
        "runner.workers=1",
        *overrides,
    ]
    return load_config(BootstrapConfig, "bootstrap_corpus", given)


def test_sentences(tmp_path: Path) -> None:
    sentences = read_sentences(write_sentences(tmp_path))
    assert sentences[0] == "The candle is near the old candle."
    spoken = list(utterances(sentences, seed=1))
    assert sorted(" ".join(spoken).split()) == sorted(" ".join(sentences).split())
    assert len({len(text.split()) > MAX_WORDS for text in spoken}) == 2
    assert spoken == list(utterances(sentences, seed=1)) != list(utterances(sentences, seed=2))


def test_wordnet_s_examples(tmp_path: Path) -> None:
    licence = '  1 the licence says "this is not an example at all"'
    gloss = '01 n | a thing; "it was a thing; of beauty" "too short" "he paid 3 pounds for it"'
    (tmp_path / "data.noun").write_text(f"{licence}\n{gloss}\n")
    assert read_sentences(str(tmp_path)) == ["It was a thing; of beauty.", "Too short."]


def test_quotes_without_a_letter_are_no_sentences(tmp_path: Path) -> None:
    (tmp_path / "data.noun").write_text('01 n | a thing; "-" "." "; " "Come here"\n')
    assert read_sentences(str(tmp_path)) == ["Come here."]


def test_phrases_are_utterances_of_their_own(tmp_path: Path) -> None:
    """About one in seven; some are asked or called out, and none stands within a longer one."""
    sentences = read_sentences(write_sentences(tmp_path)) * 4
    phrases = [f"Phrase {chr(65 + i)}." for i in range(26)] * 2
    spoken = list(utterances([*sentences, *phrases], seed=3))
    short = [text for text in spoken if len(text.split()) < 4]
    assert 0.05 < len(short) / len(spoken) < 0.25
    assert {text[-1] for text in short} > {"."}
    assert not any("Phrase" in text for text in spoken if text not in short)


def test_no_sentences_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="apt-get install wordnet-base"):
        read_sentences(str(tmp_path))


def test_a_file_that_is_not_utf_8_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "latin1.txt"
    path.write_bytes("A plain line.\nA caf\xe9 line.\n".encode("latin-1"))
    with pytest.raises(
        InputError, match=r"^sentences=\S+latin1\.txt: line 2 is not UTF-8; .*iconv"
    ):
        read_sentences(str(path))


@pytest.mark.parametrize("more", ["hours.kokoro=9", "held_out_hours=9"])
def test_more_hours_than_sentences_are_refused_before_anything_is_spoken(
    tmp_path: Path, more: str
) -> None:
    config = configured(tmp_path, more)
    with pytest.raises(
        InputError, match=r"gives \d+ utterances, .* 9\.01\S* h, take 67\d\d"
    ) as told:
        bootstrap_corpus.main(config)
    assert "\n" not in str(told.value)
    assert not Path(config.output, "train").exists()


def test_each_dataset_has_a_line_at_least(tmp_path: Path) -> None:
    planned = bootstrap_corpus.plan(configured(tmp_path, "held_out_hours=0.0001"))
    assert len(planned["held_out"]) == 1


def test_hours_decide_who_says_how_much(tmp_path: Path) -> None:
    """A share of lines by engine for its training speakers in turn; the others say what is left."""
    planned = bootstrap_corpus.plan(configured(tmp_path))
    engines = [speaker.engine for _, speaker in planned["train"]]
    assert [engines.count(name) for name in ("hibari", "piper", "kokoro")] == [5, 2, 1]
    assert not {speaker.id for _, speaker in planned["train"]} & KEPT_OUT
    assert {speaker.id for _, speaker in planned["held_out"]} <= KEPT_OUT


def test_a_corpus_is_two_runs_of_the_pipeline(tmp_path: Path) -> None:
    config = configured(tmp_path)
    train, held_out = bootstrap_corpus.synth_runs(config, bootstrap_corpus.plan(config))
    assert (train.output, held_out.output) == (
        f"{tmp_path}/corpus/train",
        f"{tmp_path}/corpus/held_out",
    )
    assert not set(train.voices.include) & set(held_out.voices.include)
    assert train.teacher == held_out.teacher == config.teacher
    assert len(Path(*train.corpus.paths).read_text().splitlines()) == 8


@pytest.mark.slow
def test_a_small_corpus(tmp_path: Path) -> None:
    config = configured(tmp_path)
    assert bootstrap_corpus.main(config) == 0
    train, held = (open_clips(f"{tmp_path}/corpus/{name}") for name in ("train", "held_out"))
    assert len(train) == 8
    assert {clip.speaker_id for clip in held} <= KEPT_OUT
    assert not {clip.speaker_id for clip in train} & KEPT_OUT
    assert not {c.text_normalized for c in train} & {c.text_normalized for c in held}
    for clip in (*train, *held):
        assert len(clip.phoneme_ends_s or ()) == len(clip.phonemes or "") > 0
    before = finished(f"{tmp_path}/corpus/train", 1)
    assert bootstrap_corpus.main(config) == 0
    assert finished(f"{tmp_path}/corpus/train", 1) == before
