"""What is told in a second rather than after the voices were heard."""

import pytest
from configs import judges_config
from fakes import fake_config
from rich.console import Console

from pipelines.run import preflight, preparation
from pipelines.run.preflight import check_judges, check_request, check_run
from pipelines.run.preparation import check_voices
from speech.errors import InputError
from speech.judges.asr import Asr

DATAFLOW = (
    "runner=dataflow",
    "runner.project=p",
    "runner.temp_location=gs://b/t",
    "runner.image=i",
)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (DATAFLOW, "output=.* must be gs://bucket/path"),
        (["runner.workers=64000"], "runner.workers=64000: .* allowed: 1 to "),
        (
            ["corpus.language=es"],
            "corpus.language=es: allowed: en",
        ),
    ],
)
def test_requests_that_cannot_be(overrides: list[str], told: str, tmp_path) -> None:
    with pytest.raises(InputError, match=told):
        check_request(fake_config(str(tmp_path / "out"), "corpus.txt", *overrides))


def test_devices_and_weights_that_are_not_there(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for key in ("teacher.device", "gate.judges.asr.device"):
        with pytest.raises(InputError, match=f"{key}=cuda, but no CUDA device is there"):
            check_run(fake_config(str(tmp_path / "out"), "corpus.txt", f"{key}=cuda"))
    missing = f"teacher.weights={tmp_path}/missing"
    with pytest.raises(InputError, match="missing"):
        check_run(fake_config(str(tmp_path / "out"), "corpus.txt", missing))


def test_what_an_asr_on_a_gpu_takes_is_asked_before_the_run(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr(preflight, "load_cublas", asked.append)
    judges = judges_config()
    check_judges(judges)
    check_judges(
        judges.model_copy(update={"asr": judges.asr.model_copy(update={"device": "auto"})})
    )
    assert asked == ["gate.judges.asr.device"]


def test_an_asr_that_fails_before_the_run_is_one_line(tmp_path, monkeypatch) -> None:
    def fails(*_: object) -> str:
        raise RuntimeError("CUDA failed with error\nno kernel image")

    monkeypatch.setattr(Asr, "transcribe_one", fails)
    monkeypatch.setattr(preparation, "is_heard", lambda _: False)  # the voices are a user's
    config = fake_config(str(tmp_path / "out"), "corpus.txt")
    with pytest.raises(
        InputError, match="judge 'asr' fails: RuntimeError: CUDA failed with error no"
    ):
        check_voices(config, Console())
