"""The report of hostile texts is inert, and its policy allows what the page holds and no more."""

import json
import re
from pathlib import Path

from eval.report.page import policy
from tests.eval.report.hostile_texts import HOSTILE
from tests.eval.report.parsed_pages import Page
from tests.eval.report.report_runs import folder_of, run
from tests.pipelines.clips import make_clip
from tests.spoken import reference_clips, write_dataset


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
    _, found, html = run(tmp_path, *given, "play=50", "show=50", hears=HOSTILE)
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
