"""Into how many files the rows of an extension go: as many as the new ones fill."""

from pathlib import Path

import pytest
from fakes import fake_config, write_corpus

from pipelines.run import extension
from pipelines.run.preparation import run_identity
from pipelines.text.utterances import plan_corpus
from speech.dataset.runs import RunRecord
from speech.dataset.seal import from_json, to_json
from teacher.voices import load_bank

LINES = 100
FIRST, OTHER = "voices.include=[speaker00]", "voices.include=[speaker04]"
BOTH = "voices.include=[speaker00,speaker04]"


@pytest.fixture
def corpus(tmp_path) -> str:
    path = tmp_path / "lines.csv"
    lines = Path(write_corpus(tmp_path / "lines.txt", LINES)).read_text().splitlines()
    path.write_text("\n".join(["title,body,lang", *(f"{t},{t} Again.,en" for t in lines)]))
    return str(path)


def shards(corpus: str, first: tuple[str, ...], then: tuple[str, ...]) -> int:
    """Of a run over the same file after a first one, of which its record is there."""

    def planned(overrides):
        config = fake_config("out", corpus, "dataset.rows_per_shard=10", *overrides)
        plan = plan_corpus(config)
        return config, plan, run_identity(config, plan, load_bank(config.voices))

    earlier = RunRecord("", from_json(to_json(planned(first)[2])), {})
    return extension._new_shards(*planned(then), [earlier])


TITLE, BODY = "corpus.text_column=title", "corpus.text_column=body"


@pytest.mark.parametrize(
    ("first", "then", "wanted"),
    [
        ((TITLE,), (TITLE,), 1),
        ((TITLE,), (TITLE, "corpus.lexicon=LEXICON"), 1),
        ((TITLE,), (TITLE, "voices.per_text=2"), 10),
        ((TITLE,), (BODY,), 10),
        ((TITLE,), (TITLE, "corpus.language_column=lang"), 10),
        ((TITLE,), (TITLE, "corpus.voice_column=lang"), 10),
        ((TITLE,), (TITLE, "corpus.max_chars=30"), 10),
        ((TITLE, "limit=50"), (TITLE,), 10),
        ((TITLE, FIRST), (TITLE, OTHER), 10),
        ((TITLE, FIRST), (TITLE, BOTH), 1),
        ((TITLE, FIRST), (TITLE, BOTH, "voices.per_text=2"), 10),
        ((TITLE, BOTH), (TITLE, OTHER), 5),
    ],
)
def test_what_was_read_otherwise_is_new(corpus, tmp_path, first, then, wanted):
    lexicon = tmp_path / "words.tsv"
    lexicon.write_text("river\tribber\n")
    then = tuple(one.replace("LEXICON", str(lexicon)) for one in then)
    assert shards(corpus, first, then) == wanted
