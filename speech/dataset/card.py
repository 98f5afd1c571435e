"""README.md of a dataset: the YAML that `datasets` and the Hub read, then what people should know."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from datasets import DatasetInfo
from datasets.info import DatasetInfosDict
from datasets.splits import SplitDict, SplitInfo
from huggingface_hub import DatasetCardData

from speech.dataset.layout import tag_order
from speech.dataset.markers import Summary
from speech.dataset.schema import CLIP_COLUMNS, clip_features

HUB_LICENSES = {
    "apache-2.0", "bsd-3-clause", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-2.0",
    "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0",
    "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0", "mit", "pddl", "unlicense",
}  # fmt: skip
CELL_LENGTH = 120
DATA_FILE = re.compile(r"data/(\d{3}/)?train-([em]\d{3,}-)?\d{5,}-of-\d{5,}\.parquet")


@dataclass(frozen=True)
class RunFacts:
    """How one run of the dataset was made; any text may come from users."""

    teacher: str
    teacher_revision: str
    teacher_license: str
    judges: Mapping[str, str]
    """what is judged -> model and revision"""
    thresholds: Mapping[str, object]
    seed: int


@dataclass(frozen=True)
class CardFacts:
    """What the card says beside the counts; any text may come from users."""

    languages: Sequence[str]
    licenses: Sequence[str]
    """of the rows, as SPDX identifiers"""
    voice_licenses: Mapping[str, str]
    runs: Sequence[RunFacts]
    """the dataset's runs in their order"""


def card_bytes(facts: CardFacts, summary: Summary) -> bytes:
    """README.md, with which `datasets.load_dataset(output)` gives the accepted rows."""
    return render_card(facts, summary).encode("utf-8", "backslashreplace")


def render_card(facts: CardFacts, summary: Summary) -> str:
    return f"---\n{_front_matter(facts, summary)}---\n\n{_prose(facts, summary)}"


def _front_matter(facts: CardFacts, summary: Summary) -> str:
    names = sorted({_plain(name) for name in facts.licenses})
    known = [name.lower() for name in names if name.lower() in HUB_LICENSES]
    other = [name for name in names if name.lower() not in HUB_LICENSES]
    licenses = known + (["other"] if other else [])
    card = DatasetCardData(
        license=licenses[0] if len(licenses) == 1 else licenses,
        license_name=", ".join(other) or None,
        language=sorted({_plain(language) for language in facts.languages}),
        task_categories=["text-to-speech"],
        tags=["synthetic"],
        configs=[
            {
                "config_name": "default",
                "data_files": [{"split": "train", "path": patterns(summary.files)}],
            }
        ],
    )
    size = sum(file.bytes for name, file in summary.files.items() if name.startswith("data/"))
    splits = SplitDict()
    splits.add(SplitInfo("train", num_bytes=size, num_examples=summary.total.accepted))
    info = DatasetInfo(
        features=clip_features(), splits=splits, download_size=size, dataset_size=size
    )
    DatasetInfosDict({"default": info}).to_dataset_card_data(card)
    return card.to_yaml() + "\n"


def patterns(files: Iterable[str]) -> list[str]:
    """That match the clips of each run, but not what another run is just adding to them."""
    found = {(m[2] or "", bool(m[1])) for m in map(DATA_FILE.fullmatch, files) if m}
    return [
        f"data/{'[0-9]*/' * below}train-{run or '[0-9]'}*.parquet"
        for run, below in sorted(
            found or {("", False)}, key=lambda one: tag_order(one[0].rstrip("-"))
        )
    ]


def _who(runs: Sequence[RunFacts]) -> str:
    """A sentence on each way in which clips were made."""
    return " ".join(
        dict.fromkeys(
            f"The teacher {_cell(run.teacher)} (revision {_cell(run.teacher_revision)}, "
            f"licence {_cell(run.teacher_license)}) read a text corpus in the voices below, with "
            f"seed {run.seed}."
            for run in runs
        )
    )


def _judged(runs: Sequence[RunFacts]) -> list[str]:
    """Judges and thresholds, once for all runs that had the same."""
    sections: list[str] = []
    for run in runs:
        judges = "\n".join(f"- {_cell(what)}: {_cell(name)}" for what, name in run.judges.items())
        both = [judges, _table(("threshold", "value"), run.thresholds.items())]
        if not set(both) <= set(sections):
            sections += both
    return sections


def _prose(facts: CardFacts, summary: Summary) -> str:
    accepted, share = summary.total.accepted, summary.accepted_share
    sections = [
        "# Synthetic speech",
        f"{accepted} clips, {summary.hours:.2f} hours, {len(summary.voices)} voices. Every clip is "
        "machine-made: nobody said these words.",
        "## How it was made",
        f"{_who(facts.runs)} Each clip was then transcribed and compared with its text and with "
        f"the reference of its voice; {share:.1%} of {summary.rows} rows passed. The others are in "
        "`rejected/`, each with its reason. `manifest.json` holds the whole configuration, "
        "revisions and file hashes. Made with tts-distill.",
        *_judged(facts.runs),
        "## Yield",
        _table(("reason of rejection", "rows"), summary.reasons.items()),
        _table(
            ("voice", "licence", "accepted", "rejected", "minutes"),
            (
                (voice, facts.voice_licenses.get(voice, ""), part.accepted, part.rejected,
                 f"{part.audio_s / 60:.1f}")
                for voice, part in summary.voices.items()
            ),
        ),
        "## Columns",
        _table(("column", "meaning"), ((name, what) for name, _, what in CLIP_COLUMNS)),
        "## Loading",
        _LOADING,
        "## What it must not be used for",
        _LIMITS,
    ]  # fmt: skip
    return "\n\n".join(section for section in sections if section) + "\n"


_LOADING = """```python
import io
import soundfile
from datasets import Audio, load_dataset

clips = load_dataset("path/of/this/directory", split="train")
clips = clips.cast_column("audio", Audio(decode=False))  # no torchcodec, no FFmpeg
samples, sample_rate = soundfile.read(io.BytesIO(clips[0]["audio"]["bytes"]))
```"""

_LIMITS = """- To pass as recordings of the people whose voices were cloned, or to deceive anyone.
- As evidence of what anyone said, or as genuine speech for speaker verification or the detection of
  synthetic speech.
- To measure a recogniser or a speaker encoder of the kind that chose the clips: they agree with it
  by construction.
- Against the licences above; one that forbids commercial use binds what is trained on the clips as
  far as the law where you are says so."""


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table, or nothing where there are no rows."""
    lines = [" | ".join(_cell(value) for value in row) for row in rows]
    lines = [" | ".join(head), " | ".join("---" for _ in head), *lines] if lines else []
    return "\n".join(f"| {line} |" for line in lines)


def _cell(value: object) -> str:
    """Text that shows as itself in Markdown: one line, no markup, no invisible characters."""
    text = html.escape(_plain(value), quote=False)
    return re.sub(r"([\\`*_\[\]|#~:@])", r"\\\1", text)


def _plain(value: object) -> str:
    """Categories C are control, format (bidi overrides, zero width), surrogate and unassigned."""
    kept = (sign for sign in str(value) if sign.isspace() or unicodedata.category(sign)[0] != "C")
    text = " ".join("".join(kept).split())
    return text if len(text) <= CELL_LENGTH else f"{text[: CELL_LENGTH - 3]}..."
