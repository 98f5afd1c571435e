"""The scripts of the page: what they compute, in node, and that they run, in Chromium."""

import json
import math
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile
from scipy.stats import binomtest

from eval.report.page import SCRIPTS, asset, write_page
from tests.chromium import CHROMIUM, chromium_page, needs_chromium
from tests.eval.report.made_reports import (
    SCALES,
    TEXT,
    made_clip,
    made_report,
    made_system,
    page_config,
)
from tests.eval.report.report_runs import speech_like

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")
FAKES = """
globalThis.document = {
  documentElement: { classList: { add() {} } }, querySelectorAll: () => [], addEventListener() {},
};
globalThis.requestAnimationFrame = () => {};
class FakeAudio {
  constructor(duration) {
    Object.assign(this, { duration, currentTime: 0, paused: true, ended: false });
  }
  addEventListener() {}
  play() { this.paused = false; return Promise.resolve(); }
  pause() { this.paused = true; }
}
"""


def computed(expression: str, *parts: str) -> Any:
    """What JavaScript says of an expression, after these parts of the page's script."""
    code = "\n".join([FAKES, *(asset(f"script/{part}.js") for part in ("logic", *parts))])
    code += f"\nprocess.stdout.write(JSON.stringify({expression}));"
    found = subprocess.run([str(NODE), "-e", code], capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


@needs_node
def test_the_interval_of_a_preference_is_wilsons() -> None:
    cases = [(0, 5), (5, 5), (7, 12), (15, 22), (60, 100), (1, 1)]
    found = computed(f"{json.dumps(cases)}.map(([k, n]) => wilson(k, n))")
    for (part, whole), interval in zip(cases, found, strict=True):
        expected = binomtest(part, whole).proportion_ci(0.95, method="wilson")
        assert interval["low"] == pytest.approx(expected.low, abs=1e-9)
        assert interval["high"] == pytest.approx(expected.high, abs=1e-9)
    assert computed("wilson(0, 0)") is None


@needs_node
def test_the_order_of_a_blind_test_follows_from_its_seed() -> None:
    ids = [f"s{number}" for number in range(24)]
    given = json.dumps(ids)
    first, again, other = computed(f"[1, 1, 2].map((seed) => blindTrials({given}, seed))")
    assert first == again != other
    for trials in (first, other):
        assert sorted(trial["sentence"] for trial in trials) == sorted(ids)
        assert sum(trial["swapped"] for trial in trials) == 12
    places = computed(f"[...Array(4000).keys()].map((seed) => blindTrials({given}, seed)[0])")
    counts = Counter(trial["sentence"] for trial in places)
    expected = 4000 / 24
    assert max(abs(count - expected) for count in counts.values()) < 5 * math.sqrt(expected)
    assert 0.45 < sum(trial["swapped"] for trial in places) / 4000 < 0.55


@needs_node
def test_what_votes_come_to() -> None:
    def told(first: int, second: int, none: int) -> str:
        choices = [0] * first + [1] * second + [None] * none
        votes = json.dumps([{"sentence": "s1", "swapped": True, "choice": c} for c in choices])
        return str(computed(f'preferenceText(preference({votes}, ["ann", "bob"], 20), 20)'))

    assert told(3, 5, 1) == (
        "bob preferred in 5 of 8, and 1 without a preference: too few to tell, "
        "at least 20 are needed."
    )
    assert told(9, 13, 0) == (
        "bob preferred in 13 of 22 (59 %, 95 % interval 39 to 77 %): within chance."
    )
    assert told(20, 4, 0) == (
        "ann preferred in 20 of 24 (83 %, 95 % interval 64 to 93 %): beyond chance."
    )
    unheard = [{"sentence": "s1", "choice": c, "unheard": c is None} for c in (0, None, 1, None)]
    votes = json.dumps([*unheard, {"sentence": "s2", "choice": None}])
    assert computed(f'preference({votes}, ["ann", "bob"], 20)')["none"] == 1


@needs_node
def test_a_switch_keeps_its_place_scaled_by_duration() -> None:
    assert computed("[samePlace(1, 2, 3), samePlace(9, 2, 3), samePlace(1, 0, 3)]") == [1.5, 3, 0]
    steps = """
      const clips = [2, 3].map((d) => ({ audio: new FakeAudio(d), seconds: d }));
      const player = new Player(clips, () => {});
      const [a, b] = player.clips.map((clip) => clip.audio);
      player.play(); a.currentTime = 1; player.select(1);
      const during = [a.paused, b.paused, b.currentTime];
      player.toggle(); player.select(0);
      return [during, [a.paused, b.paused, a.currentTime], player.share];
    """
    during, after, share = computed(f"(() => {{ {steps} }})()", "filter", "player")
    assert during == [True, False, 1.5]
    assert after == [True, True, 1]
    assert share == 0.5


@needs_node
def test_a_clip_that_does_not_load_is_not_playing() -> None:
    steps = """
      const clips = [2, 3].map((d) => ({ audio: new FakeAudio(d), seconds: d }));
      const player = new Player(clips, () => {});
      player.play();
      const before = player.playing;
      player.audio.error = { code: 4 };
      return [before, player.playing];
    """
    assert computed(f"(() => {{ {steps} }})()", "filter", "player") == [True, False]


@needs_chromium
def test_a_blind_test_goes_on_where_a_clip_does_not_load(tmp_path: Path) -> None:
    """Of two sentences no clip of the second system is there."""
    clips = [made_clip(number, TEXT, distillmos=3.0) for number in range(2)]
    (tmp_path / "audio").mkdir()
    for clip in clips:
        soundfile.write(tmp_path / str(clip.audio), speech_like(0.5), 24_000)
    gone = [replace(clip, audio="audio/gone.flac") for clip in clips]
    systems = [made_system("ann", clips, "teacher"), made_system("bob", gone)]
    path = write_page(made_report(systems), page_config(tmp_path))
    shown = "[...document.querySelectorAll('dialog button')].filter((b) => b.checkVisibility())"
    leave = f"{shown}.find((b) => b.textContent === 'Leave it out')"
    with chromium_page() as page:
        page.open(Path(path).as_uri())
        page.wait_for("document.querySelector('[data-blind] button')")
        page.evaluate("document.querySelector('[data-blind] button').click()")
        for number in (1, 2):
            page.wait_for(f"document.body.innerText.includes('sentence {number} of 2') && {leave}")
            assert "cannot be played" in page.evaluate("document.querySelector('dialog').innerText")
            assert page.evaluate("document.querySelectorAll('.votes button:disabled').length") == 3
            page.evaluate(f"{leave}.click()")
        told = page.evaluate("document.querySelector('dialog').innerText")
        assert "2 of 2 sentences" in told
        assert "no preference: 0" in told


@needs_node
def test_the_filter_takes_what_all_wishes_allow() -> None:
    clip = json.dumps({"system": "a", "voice": "ann", "flags": "wrong early_stop"})
    wishes = [
        ({}, True),
        ({"system": "a", "voice": "", "flag": "wrong"}, True),
        ({"flag": "early"}, False),
        ({"system": "a", "voice": "bob"}, False),
    ]
    given = json.dumps([wish for wish, _ in wishes])
    found = computed(f"{given}.map((wish) => matches({clip}, wish))")
    assert found == [expected for _, expected in wishes]


@needs_node
@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_is_well_formed(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.js"
    path.write_text(asset(f"script/{name}.js"))
    subprocess.run([str(NODE), "--check", str(path)], check=True, timeout=60)


@needs_chromium
def test_the_page_runs_from_a_file(tmp_path: Path) -> None:
    """A link to a sentence by its id in the test set; players, switches and the blind test's button."""
    clips = [made_clip(number, TEXT, distillmos=3.0) for number in range(3)]
    (tmp_path / "audio").mkdir()
    for clip in clips:
        soundfile.write(tmp_path / str(clip.audio), speech_like(0.5), 24_000)
    systems = [made_system("ann", clips, "teacher"), made_system("bob", clips)]
    page = write_page(made_report(systems), page_config(tmp_path))
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    quiet = "--disable-background-networking --disable-component-update --virtual-time-budget=2000"
    profile = f"--user-data-dir={tmp_path}/profile"
    address = f"{Path(page).as_uri()}#id-2"
    command = [str(CHROMIUM), *flags.split(), *quiet.split(), profile, "--dump-dom", address]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr[-2000:]
    dom = found.stdout
    assert 'class="sentence linked" id="s3"' in dom
    assert dom.count('class="listenbar"') == 3
    assert dom.count('type="range"') == 3
    assert "<audio controls" not in dom
    assert ">Blind test</button>" in dom


@needs_chromium
def test_no_column_of_the_systems_is_out_of_sight_on_a_laptop(tmp_path: Path) -> None:
    """Of eleven at 1200 pixels, which are nine at 1000."""
    values = {measure.key: 0.123 for measure in SCALES if measure.key != "wer"}
    clips = [made_clip(number, TEXT, **values) for number in range(3)]
    systems = [made_system(name, clips) for name in ("f5_mini", "f5-mini-student, ONNX int8")]
    path = write_page(made_report(systems), page_config(tmp_path))
    with chromium_page() as page:
        page.open(Path(path).as_uri(), 1000)
        page.wait_for("document.readyState === 'complete'")
        table = "document.querySelector('.scroll')"
        assert page.evaluate(f"{table}.querySelectorAll('thead th').length") == 9
        assert page.evaluate(f"{table}.scrollWidth - {table}.clientWidth") == 0
