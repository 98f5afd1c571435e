import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clips import make_clip
from datasets import load_dataset
from huggingface_hub import DatasetCard
from markdown_it import MarkdownIt

from speech.dataset.card import CardFacts, RunFacts, _cell, card_bytes, render_card
from speech.dataset.layout import shard_part
from speech.dataset.manifest import write_manifest
from speech.dataset.markers import Summary, Yield, finished, summarize
from speech.dataset.runs import Run
from speech.dataset.schema import CLIP_COLUMNS, Rejection, clip_features
from speech.dataset.writer import PartWriter

FACTS = CardFacts(
    languages=["en"],
    licenses=["CC0-1.0"],
    voice_licenses={"ann": "CC0-1.0"},
    runs=[
        RunFacts(
            teacher="f5_mini",
            teacher_revision="abc123",
            teacher_license="Apache-2.0",
            judges={"words": "whisper tiny.en"},
            thresholds={"max_wer": 0.2},
            seed=1,
        )
    ],
)
SUMMARY = Summary(
    total=Yield(3, 2, 4.5), reasons={"nothing_to_speak": 2}, voices={"ann": Yield(3, 0, 4.5)}
)
HOSTILE = [
    "<script>alert(1)</script>",
    "---\nlicense: evil\n---\n# Owned",
    "nul\0 and bell\a",
    "\u202egnp.exe\u202c \u0645\u0631\u062d\u0628\u0627",
    "| a | b |\n![x](http://evil/x.png) `code` *bold*",
    "{{7*7}} ${HOME} &amp; !!python/object: x",
    "lone \ud800 surrogate",
    "x" * 10_000,
]


def front_matter(card: str) -> dict[str, Any]:
    """As the Hub reads it."""
    return DatasetCard(card).data.to_dict()


def tags(card: str) -> list[str]:
    """The elements that a Markdown renderer which lets HTML through makes of a card's prose."""
    html = MarkdownIt("commonmark").enable("table").render(DatasetCard(card).text)
    return re.findall(r"<(\w+)", html)


def test_card() -> None:
    card = render_card(FACTS, SUMMARY)
    matter = front_matter(card)
    assert matter["license"] == "cc0-1.0"
    assert matter["task_categories"] == ["text-to-speech"]
    assert matter["tags"] == ["synthetic"]
    assert matter["configs"][0]["data_files"] == [
        {"split": "train", "path": ["data/train-[0-9]*.parquet"]}
    ]
    assert matter["dataset_info"]["splits"][0]["num_examples"] == 3
    assert [feature["name"] for feature in matter["dataset_info"]["features"]] == [
        column.name for column in CLIP_COLUMNS
    ]
    assert "| nothing\\_to\\_speak | 2 |" in card
    assert "| ann | CC0-1.0 | 3 | 0 | 0.1 |" in card
    assert "| max\\_wer | 0.2 |" in card
    assert "60.0% of 5 rows passed" in card


def test_every_column_is_explained() -> None:
    assert [column.name for column in CLIP_COLUMNS] == clip_features().arrow_schema.names
    card = render_card(FACTS, SUMMARY)
    for column in CLIP_COLUMNS:
        assert f"| {_cell(column.name)} | {_cell(column.description)} |" in card


def test_unknown_licences_are_other() -> None:
    facts = replace(FACTS, licenses=["CC-BY-NC-4.0", "LicenseRef-Mine"])
    matter = front_matter(render_card(facts, Summary()))
    assert matter["license"] == ["cc-by-nc-4.0", "other"]
    assert matter["license_name"] == "LicenseRef-Mine"


def test_load_dataset_gives_the_accepted_rows(tmp_path: Path) -> None:
    output = tmp_path / "dataset"
    clip = make_clip()
    for index in range(2):  # the second shard has no clip
        with PartWriter(output, shard_part(index, 2)) as writer:
            for _ in range(3 if index == 0 else 0):
                writer.accept(clip)
            writer.reject(Rejection(id="r", text="...", reason="nothing_to_speak", stage="text"))
            writer.finish({})
    markers = finished(output, 2)
    write_manifest(output, [Run("", {"seed": 1}, {}, markers)])
    (output / "README.md").write_bytes(card_bytes(FACTS, summarize(markers)))
    loaded = load_dataset(str(output), cache_dir=str(tmp_path / "cache"))
    assert list(loaded) == ["train"]
    assert loaded["train"].num_rows == 3
    assert loaded["train"].features["audio"].sampling_rate == 24_000
    assert "reason" not in loaded["train"].column_names


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(text: str) -> None:
    facts = replace(
        FACTS,
        languages=[text],
        licenses=[text],
        voice_licenses={text: text},
        runs=[RunFacts(text, text, text, {text: text}, {text: text}, seed=1)],
    )
    summary = replace(SUMMARY, reasons={text: 2}, voices={text: Yield(3, 0, 4.5)})
    card, plain = card_bytes(facts, summary).decode(), render_card(FACTS, SUMMARY)
    assert front_matter(card).keys() - {"license_name"} == front_matter(plain).keys()
    assert tags(card) == tags(plain)
    assert not {"\0", "\a", "\u202e"} & set(card)
