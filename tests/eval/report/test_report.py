"""The report end to end, with judges that need no model and systems that are folders of audio."""

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile

from eval.report import __main__ as report
from eval.report.config import ReportConfig
from eval.report.page import policy
from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import decode
from speech.config import load_config
from speech.errors import InputError
from tests.eval.fake_judges import BREAKS, FakeJudges
from tests.pipelines.clips import make_clip
from tests.spoken import reference_clips, write_dataset

LINES = "Hello world.\nHello, my world!\nGoodbye world.\nWorld, hello hello.\n"
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "<img src=http://evil.example/x.png>",
    "<audio src=http://evil.example/x.wav autoplay onplay=alert(1)>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<base href=http://evil.example/>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "{% for x in [].__class__.__mro__ %}{{ x }}{% endfor %}",
    "${alert(1)}",
    "<style>body{background:url(http://evil.example)}</style>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!-- --><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<details open ontoggle=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<form action=http://evil.example><input autofocus onfocus=alert(1)>",
    "<object data=http://evil.example>",
    "<embed src=http://evil.example>",
    "<math><mtext><script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "\x00<script>alert(1)</script>",
    "\x1b[31mred\x1b[0m [bold]markup[/bold]",
    "<ScRiPt>alert(1)</ScRiPt>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<x" + "a" * 5000 + " onclick=alert(1)>",
    "data:text/html,<script>alert(1)</script>",
    "<script src=//evil.example/x.js></script>",
]


class Page(HTMLParser):
    """Every tag of a page with its attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def speech_like(seconds: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, int(seconds * SAMPLE_RATE)).astype("f4")


def folder_of(path: Path, names: list[str], start: int = 0) -> str:
    path.mkdir()
    for number, name in enumerate(names):
        soundfile.write(path / name, speech_like(1 + 0.1 * number, start + number), SAMPLE_RATE)
    return str(path)


def config_of(*overrides: str) -> ReportConfig:
    return load_config(ReportConfig, "eval", overrides)


def run(folder: Path, *overrides: str, hears: str = "hello world") -> tuple[int, dict, str]:
    """Exit status, report.json and report.html."""
    config = config_of(f"output={folder}/report", *overrides)
    status = report.main(config, FakeJudges(hears))  # type: ignore[arg-type]
    found = json.loads((folder / "report/report.json").read_text())
    return status, found, (folder / "report/report.html").read_text()


@pytest.fixture
def lines(tmp_path: Path) -> str:
    path = tmp_path / "lines.txt"
    path.write_text(LINES)
    return str(path)


def test_two_systems_and_a_dataset(tmp_path: Path, lines: str) -> None:
    first = folder_of(tmp_path / "first", ["1.wav", "2.wav", "3.wav", "4.flac"])
    second = folder_of(tmp_path / "second", ["00001.wav", "00002.ogg", "4.wav"], 10)
    dataset = write_dataset(tmp_path / "dataset", reference_clips())
    systems = f"systems=[audio:{first},audio:{second}]"
    status, found, html = run(tmp_path, systems, f"testset={lines}", f"dataset={dataset}")
    assert status == 0
    assert (found["schema"], found["version"]) == ("tts-distill/report", 1)
    assert found["judges"] == {"fake-asr": "1", "fake-speaker": "1", "distillmos": "1"}
    assert found["baseline"] == "first"
    one, two = found["systems"]
    assert (one["failed"], two["failed"]) == (0, 1)
    assert one["figures"]["wer"]["estimate"] == pytest.approx(4 / 10)
    assert two["clips"][2]["problems"] == {"system": "missing_file: 00003.flac, .wav, .ogg or .mp3"}
    assert two["figures"]["mcd_db"]["count"] == 3
    assert "mcd_db" not in one["figures"]
    assert {d["verdict"] for d in found["differences"]} == {"too few sentences"}
    study = found["dataset"]
    assert (study["accepted"], study["heard"]) == (8, 8)
    assert study["distributions"]["wer"]["source"] == "stored"
    audio = [tag["src"] for name, tag in Page(html).tags if name == "audio"]
    assert len(audio) == 7 + sum(len(exhibit["groups"]) for exhibit in study["exhibits"])
    for source in audio:
        wave, rate = decode((tmp_path / "report" / str(source)).read_bytes(), 60)
        assert rate == SAMPLE_RATE
        assert len(wave)


def test_sentences_of_the_dataset_are_excluded(tmp_path: Path, lines: str) -> None:
    first = folder_of(tmp_path / "first", ["2.wav"])
    clips = [make_clip(0, text_normalized="hello world"), make_clip(1, text_normalized="Other.")]
    dataset = write_dataset(tmp_path / "dataset", clips)
    status, found, html = run(
        tmp_path, f"systems=[audio:{first}]", f"testset={lines}", f"dataset={dataset}"
    )
    assert status == 0
    assert found["testset"]["left_out"] == {"in_the_dataset": 1}
    assert [clip["number"] for clip in found["systems"][0]["clips"]] == [1, 2, 3]
    assert "1 sentences of the test set are in the dataset and were excluded" in html


def test_what_fails_says_so_in_its_place(tmp_path: Path, lines: str) -> None:
    """A broken clip, NaN, silence cut to nothing, a damaged file, a missing system and dataset."""
    folder = tmp_path / "mixed"
    folder_of(folder, ["4.wav"])
    (folder / "1.wav").write_bytes(b"RIFF nothing")
    soundfile.write(folder / "2.wav", np.full(5000, np.nan, "f4"), SAMPLE_RATE, subtype="FLOAT")
    soundfile.write(folder / "3.wav", np.zeros(BREAKS, "f4"), SAMPLE_RATE)
    systems = f"systems=[audio:{folder},student:{tmp_path}/none,audio:{tmp_path}/none,nothing]"
    status, found, html = run(tmp_path, systems, f"testset={lines}", f"dataset={tmp_path}/none")
    assert status == 1
    mixed, *missing = found["systems"]
    problems = [clip["problems"] for clip in mixed["clips"]]
    assert problems[0]["system"].startswith("undecodable")
    assert problems[1] == {"system": "samples that are not numbers"}
    assert "the recogniser broke" in problems[2]["fake-asr"]
    assert problems[3] == {}
    assert mixed["clips"][2]["values"]["distillmos"] > 1
    assert mixed["figures"]["wer"]["count"] == 1
    assert all(system["error"] for system in missing)
    assert "is no dataset" in found["dataset"]["error"]
    assert "&lt;b&gt;the recogniser broke" in html


def test_a_dataset_without_clips(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "dataset", [])
    status, found, html = run(tmp_path, f"dataset={dataset}")
    assert status == 1
    assert found["dataset"]["error"] == "no accepted clip"
    assert found["systems"] == []
    assert "no accepted clip" in html


def test_clips_that_cannot_be_judged(tmp_path: Path) -> None:
    """Bytes that are no audio, and audio that holds NaN."""
    buffer = io.BytesIO()
    wave = np.full(SAMPLE_RATE, np.nan, "f4")
    soundfile.write(buffer, wave, SAMPLE_RATE, format="WAV", subtype="FLOAT")
    clips = [make_clip(101), make_clip(102, audio=buffer.getvalue()), *reference_clips()]
    dataset = write_dataset(tmp_path / "dataset", clips)
    status, found, _ = run(tmp_path, f"dataset={dataset}")
    assert status == 0
    assert found["dataset"]["flags"]["unreadable"] == 2
    assert found["dataset"]["judge_failures"]["audio"] == 2
    evidence = {e["id"]: e["evidence"] for e in found["dataset"]["exhibits"]}
    assert "samples that are not numbers" in evidence[clips[1].id]


def test_speakers_that_sound_like_one_are_named(tmp_path: Path) -> None:
    clips = [replace(c, speaker_id=f"<b>{n % 2}") for n, c in enumerate(reference_clips())]
    dataset = write_dataset(tmp_path / "dataset", clips)
    _, found, html = run(tmp_path, f"dataset={dataset}")
    [pair] = found["dataset"]["alike"]
    assert {pair["first"], pair["second"]} == {"<b>0", "<b>1"}
    assert pair["cosine"] > 0.97
    assert "count as one for the flag" in html


def test_the_gate_sets_the_exit_status(tmp_path: Path, lines: str) -> None:
    first = folder_of(tmp_path / "first", ["1.wav", "2.wav"])
    given = [f"systems=[audio:{first}]", f"testset={lines}", "limit=2"]
    kept, _, _ = run(tmp_path, *given, "gate.wer_max=0.5", "gate.failed_max=0")
    missed, found, html = run(tmp_path, *given, "gate.wer_max=0.1")
    assert (kept, missed) == (0, 1)
    assert found["gate"][0]["measured"] == pytest.approx(1 / 5)
    assert "not kept" in html


def test_hostile_texts_are_inert(tmp_path: Path) -> None:
    """Nothing of 40 texts, names and transcripts becomes a tag, an attribute or a reference."""
    rows = [{"text": f"Say {text}", "voice": text, "id": f"s{i}"} for i, text in enumerate(HOSTILE)]
    testset = tmp_path / "lines.jsonl"
    testset.write_text("\n".join(map(json.dumps, rows)))
    audio = folder_of(tmp_path / "a", [f"s{i}.wav" for i in range(len(HOSTILE))])
    clips = [
        make_clip(i, id=text, text=text, text_normalized=text, speaker_id=text)
        for i, text in enumerate(HOSTILE)
    ]
    dataset = write_dataset(tmp_path / "dataset", [*clips, *reference_clips()])
    given = [f"systems=[audio:{audio}]", f"testset={testset}", f"dataset={dataset}"]
    _, found, html = run(tmp_path, *given, "play=50", "show=50", hears="".join(HOSTILE))
    page = Page(html)
    assert [name for name, _ in page.tags].count("script") == 1
    allowed = {"svg", "img", "audio", "a", "meta", "table"}
    for name, attributes in page.tags:
        assert name not in {
            "iframe",
            "object",
            "embed",
            "form",
            "input",
            "base",
            "link",
            "template",
        }
        assert not [key for key in attributes if key.startswith("on")]
        for key in ("src", "href", "action", "data"):
            if key in attributes:
                assert name in allowed
                assert re.match(r"data:image/png|audio/|#|report\.json", str(attributes[key]))
    names = [path.name for path in (tmp_path / "report/audio").rglob("*")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in names)
    assert "{{ 7 * 7 }}" in "".join(page.text)
    assert len(found["systems"][0]["clips"]) + sum(found["testset"]["left_out"].values()) == 40


def test_the_policy_names_what_the_page_holds(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "dataset", reference_clips())
    _, _, html = run(tmp_path, f"dataset={dataset}")
    style, script = (
        re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[0] for tag in ("style", "script")
    )
    [given] = [
        attributes["content"]
        for name, attributes in Page(html).tags
        if name == "meta" and "http-equiv" in attributes
    ]
    assert given == policy(style, script)
    assert "default-src 'none'" in str(given)
    assert "style=" not in re.sub(r"<pre>.*?</pre>", "", html, flags=re.DOTALL)


def test_a_report_on_gcs(tmp_path: Path, lines: str, gcs_bucket: str) -> None:
    first = folder_of(tmp_path / "first", ["1.wav"])
    storage.write_bytes(f"{gcs_bucket}/clips/1.wav", Path(first, "1.wav").read_bytes())
    storage.write_bytes(f"{gcs_bucket}/lines.txt", LINES.encode())
    config = config_of(
        f"systems=['audio:{gcs_bucket}/clips']",
        f"testset={gcs_bucket}/lines.txt",
        f"output={gcs_bucket}/report",
        "limit=1",
    )
    assert report.main(config, FakeJudges()) == 0  # type: ignore[arg-type]
    found = json.loads(storage.read_bytes(f"{gcs_bucket}/report/report.json"))
    clip = found["systems"][0]["clips"][0]
    assert storage.exists(f"{gcs_bucket}/report/{clip['audio']}")
    assert storage.exists(f"{gcs_bucket}/report/report.html")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ([], "give systems"),
        (["systems=[audio:x]", "language=zh"], "language must be one of en"),
        (["systems=[audio:x]", "gate.wer=1"], "wer_max"),
        (["systems=[audio:x]", "play=0"], "play"),
    ],
)
def test_wrong_configurations_are_refused(overrides: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        config_of(*overrides)
