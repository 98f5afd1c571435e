"""What is told in a second rather than after the voices were heard."""

import pytest
from fakes import fake_config

from pipelines.preflight import check_request, check_run
from speech.errors import InputError

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
