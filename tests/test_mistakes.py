"""What people type wrongly ends in one line that says what is allowed, before anything is spent.

docs/mistakes.md lists many more, with what each is told.
"""

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from speech.config import Config, run_app

COMMANDS = {
    "synth": ("pipelines.synth", "SynthConfig", "main", "synth"),
    "plan": ("pipelines.plan", "PlanConfig", "main", "plan"),
    "status": ("pipelines.status.__main__", "StatusConfig", "main", "status"),
    "verify": ("pipelines.verify.__main__", "VerifyConfig", "main", "verify"),
    "merge": ("pipelines.merge", "MergeConfig", "main", "merge"),
    "push": ("pipelines.push.__main__", "PushConfig", "main", "push"),
    "speak": ("student.synthesize", "SynthesizeConfig", "main", "synthesize"),
    "export": ("student.export", "ExportStudentConfig", "main", "export_student"),
    "train-student": ("student.train", "TrainStudentConfig", "main", "train_student"),
    "eval": ("eval.report.__main__", "ReportConfig", "checked", "eval"),
    "measure-teacher": ("eval.teacher", "ReportConfig", "main", "measure_teacher"),
    "bench": ("eval.bench.__main__", "BenchConfig", "main", "bench"),
}

TYPED = [
    ("synth", "teacher.device=cuda", "no CUDA device is there; allowed: auto, cpu"),
    ("synth", "gate.judges.asr.device=cuda", "allowed: auto, cpu"),
    ("synth", "teacher=f5_base", "say license.allow=[CC-BY-NC-4.0,"),
    ("synth", "gate=hub", "give a folder with it as model=FOLDER"),
    (
        "synth",
        "teacher.batch_size=abc",
        "auto_max or a whole number, at least 1, as teacher.batch_",
    ),
    ("synth", "teacher.batch_size=0", "auto_max or a whole number, at least 1"),
    ("synth", "gate.wer_mx=1", "unknown option 'gate.wer_mx'; did you mean"),
    ("synth", "sampler.steps=9", "did you mean teacher.sampler.steps?"),
    ("synth", "limit=0", "allowed is a whole number, at least 1, or null, as limit=3"),
    ("synth", "seed = 3", "an override is key=value, with no space around ="),
    ("synth", "corpus.paths={in}/blank.txt", "3 lines, all of them blank"),
    ("synth", "corpus.paths={in}/noise.txt", "none of them text"),
    ("synth", "corpus.paths={in}/none.txt", "corpus.paths={in}/none.txt: no file matches"),
    ("synth", "corpus.paths={in}/two.pdf", "allowed: .txt, .jsonl, .csv"),
    ("synth", "corpus.paths=a.txt,b.txt", "two are corpus.paths=[a,b]"),
    ("synth", "corpus.language=es", "allowed: en"),
    ("synth", "corpus.lexicon=none.tsv", "corpus.lexicon=none.tsv: cannot read"),
    ("synth", "voices.per_text=99", "allowed: 1 to 12"),
    ("synth", "voices.include=[]", "a list of one or more, voices.include=[a,b], or null"),
    ("synth", "voices.manifest={in}/voices.jsonl", "docs/voices.md"),
    ("synth", "voices.manifest=none.jsonl", "voices.manifest=none.jsonl: cannot read"),
    ("synth", "dataset.shards=0", "auto or a whole number, at least 1 and at most 99999"),
    ("synth", "runner.workers=6400", "allowed: 1 to "),
    ("synth", "runner=dataflow", "give runner.project="),
    ("synth", "output=gs://", "the form is gs://bucket/path"),
    ("synth", "output=", "give a local path or gs://bucket/path"),
    ("synth", "output={in}", "give output=... a new or an empty folder"),
    ("synth", "output={in}/two.txt", "is a file; give the name of a folder"),
    ("synth", "mode=extend", "mode=new makes one"),
    ("synth", "seed=true", "seed=true: allowed is a whole number, as seed=3"),
    ("synth", "limit=False", "limit=False: allowed is a whole number, at least 1, or null"),
    ("synth", "teacher.sampler.guidance=inf", "guidance=inf: allowed is a number, at least 0"),
    ("synth", "hydra.run.dir=x", "unknown option 'hydra.run.dir'; allowed: corpus, dataset, gate"),
    ("synth", "output=~nobody-of-that-name/x", "could not determine home directory"),
    ("synth", f"output={300 * 'a'}", "File name too long"),
    ("synth", "corpus.paths={in}/flipped.parquet", "flipped.parquet: cannot be read as Parquet"),
    ("plan", "prices=aws", "allowed: gcp_2026"),
    ("plan", "prices.profiles.mine.usd_an_hour=1", "allowed: prices.dataflow, prices.name"),
    ("status", "output={in}", "no run of make synth"),
    ("status", "watch=maybe", "allowed is true or false"),
    ("verify", "output={in}", "no dataset of make synth"),
    ("merge", "datasets=[{in}]", "allowed are two datasets or more"),
    ("merge", "datasets=[{in},{in}/b]", "is no finished dataset: manifest.json is missing"),
    ("merge", "output={in}", "give output=... a new or an empty folder"),
    ("push", "repo=owner", "give dataset=FOLDER, student=FOLDER or both"),
    ("push", "dataset={in}", "repo has no default; give repo="),
    ("speak", "speed=0", "a number, above 0.2 and below 5, as speed=0.5"),
    ("speak", "output=x.mp3", "must end in .wav or .flac"),
    ("speak", "voice=alice", "allowed: speaker00"),
    ("speak", "checkpoint={in}", "it has no student.json"),
    ("export", "checkpoint={in}", "it has no student.json"),
    ("export", "precision=int4", "allowed: checkpoint, int8, output"),
    ("train-student", "dataset=[a,b]", "dataset takes one value, not a list"),
    ("train-student", "training.device=cuda", "allowed: auto, cpu"),
    ("train-student", "init_from=missing", "init_from=missing"),
    ("train-student", "dataset={in}", "(make synth writes one)"),
    ("eval", "name=My-Report", "text, of the form ^[a-z_]+$"),
    ("eval", "systems=[techer:f5_mini]", "allowed: teacher:NAME"),
    ("eval", "systems=[teacher:f5_mni]", "allowed: bark, f5_base"),
    ("eval", "language=xx", "give systems=["),
    ("eval", "systems=student", "allowed: teacher:NAME, teacher:NAME@FOLDER, student:FOLDER"),
    ("eval", "systems=[student:{in}/two.txt]", "systems=[student:{in}/two.txt]: cannot list"),
    ("eval", "systems=[student:{in}/damaged]", "student.json is damaged, or of another version"),
    ("eval", "dataset={in}", "it has no data/*.parquet (make synth)"),
    ("measure-teacher", "teacher.device=cuda", "allowed: auto, cpu"),
    ("measure-teacher", "held_out=none", "held_out=none is not there, or is empty"),
    ("measure-teacher", "testset=none.txt", "testset=none.txt: cannot read"),
    ("bench", "device=cuda", "did you mean teacher.device"),
    ("bench", "students=[{in}]", "it has no student.json (make train-student)"),
    ("bench", "teachers=[x]", "did you mean teacher or teacher.name?"),
    ("bench", "output={in}", "give output=... a new or an empty folder"),
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    (folder / "two.txt").write_text("Hello there, this is a line.\nAnother one for you.\n")
    (folder / "two.pdf").write_text("Hello there.\n")
    (folder / "blank.txt").write_text("\n   \n\n")
    (folder / "noise.txt").write_bytes(bytes([0x80, 0x81, 0x0A]) * 40)
    pq.write_table(pa.table({"text": ["Hello there.", "And you."]}), folder / "flipped.parquet")
    flipped = bytearray((folder / "flipped.parquet").read_bytes())
    flipped[8] ^= 0xFF  # pyarrow tells it in two lines
    flipped[len(flipped) // 2] ^= 0xFF
    (folder / "flipped.parquet").write_bytes(flipped)
    (folder / "damaged").mkdir()
    (folder / "damaged" / "student.json").write_text('{"format": 1, "name": "cut')
    (folder / "voices.jsonl").write_text('{"id": "me", "audio": "me.wav", "transcript": "hello"}\n')
    return folder


def command(name: str) -> tuple[type[Config], str, Callable[..., int | None]]:
    module, schema, main, config = COMMANDS[name]
    code = importlib.import_module(module)
    return getattr(code, schema), config, getattr(code, main)


@pytest.mark.parametrize(("name", "typed", "told"), TYPED)
def test_a_mistake_is_one_line_that_says_what_is_allowed(
    name: str,
    typed: str,
    told: str,
    inputs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    typed, told = (text.replace("{in}", str(inputs)) for text in (typed, told))
    words = [typed] if " = " not in typed else typed.split()
    given = [f"output={tmp_path}/{'x.wav' if name == 'speak' else 'out'}"]
    given += ["text=hello"] if name == "speak" else []
    given = [] if name == "push" else given
    given = [one for one in given if not typed.startswith(one.partition("=")[0] + "=")]
    status = run_app(*command(name), [*given, *words])
    shown = capsys.readouterr()
    assert (status, shown.err.count("\n")) == (2, 1), shown.err
    assert shown.err.startswith("error: ")
    assert told in shown.err
    assert shown.out == ""


def test_nothing_is_left_where_a_mistake_was_made(inputs: Path) -> None:
    run_app(*command("merge"), [f"output={inputs}", f"datasets=[{inputs},{inputs}/b]"])
    run_app(*command("synth"), [f"output={inputs}"])
    assert not (inputs / "_shards").exists()


def test_text_of_another_language_is_told(tmp_path: Path, capsys) -> None:
    text = "text=Hola, me llamo Carlos y vivo en Madrid con mi familia."
    assert run_app(*command("speak"), [text, f"output={tmp_path}/x.wav"], free_text=("text",)) == 0
    assert "looks like es (a guess), and is spoken as en" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["pipelines.synth", "student.synthesize"])
def test_a_mistake_in_a_shell_is_one_line(module: str) -> None:
    typed = [sys.executable, "-m", module, "seed=x", "output=数据"]
    ended = subprocess.run(typed, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "error: seed=x: allowed is a whole number, as seed=3\n"
