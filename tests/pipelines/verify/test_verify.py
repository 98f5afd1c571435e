"""A finished dataset is edited in every way: each edit is noticed, and repaired to the same bytes."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dataset_edits import (
    CARD,
    DATA,
    EDITS,
    LINES,
    MANIFEST,
    OTHER_DATA,
    REJECTED,
    SHARDS,
    contents,
    lose,
    run,
    twice_a_row,
)

from pipelines.verify import __main__ as verify
from pipelines.verify.__main__ import VerifyConfig
from speech.config import load_config
from speech.dataset import layout as dataset
from speech.dataset.markers import Yield, marker_bytes, parse_marker
from speech.dataset.seal import unseal
from speech.errors import InputError
from speech.storage.local_files import checksum_of


def test_a_finished_dataset_is_whole(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(copy)
    assert run(copy) == 0
    assert "all is well" in capsys.readouterr().out
    assert contents(copy) == before


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_noticed_and_repaired_to_the_same_bytes(
    edit: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(copy)
    name, change = EDITS[edit]
    change(copy)
    edited = contents(copy)
    assert edited != before
    assert run(copy) == 1
    assert any(line.startswith(f"{name} ") for line in capsys.readouterr().out.splitlines())
    assert contents(copy) == edited, "only looked at"
    assert run(copy, "repair=true") == 0
    assert contents(copy) == before
    assert run(copy) == 0


def test_the_manifest_decides_where_marker_and_rows_agree_on_a_forgery(copy: Path) -> None:
    """Without it, ids that are there twice still tell."""
    before = contents(copy)
    twice_a_row(copy)
    lose(MANIFEST, copy)
    assert run(copy) == 1
    assert run(copy, "repair=true") == 0
    after = contents(copy)
    for name in (DATA, REJECTED, CARD):
        assert after[name] == before[name]


def test_an_id_of_two_shards_is_noticed(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both files are whole for their markers."""
    before = contents(copy)
    lose(MANIFEST, copy)
    rows = pq.read_table(copy / DATA)
    pq.write_table(
        pa.concat_tables([pq.read_table(copy / OTHER_DATA), rows[:1]]), copy / OTHER_DATA
    )
    name = dataset.shard_part(2, SHARDS).marker
    marker = parse_marker((copy / name).read_bytes(), dataset.shard_part(2, SHARDS))
    assert marker is not None
    voice = rows["speaker_id"][0].as_py()
    one = Yield(1, 0, rows["duration_s"][0].as_py())
    marker = replace(
        marker,
        accepted=marker.accepted + 1,
        audio_s=marker.audio_s + one.audio_s,
        voices={**marker.voices, voice: marker.voices.get(voice, Yield()) + one},
        files={**marker.files, OTHER_DATA: checksum_of(copy / OTHER_DATA)},
    )
    (copy / name).write_bytes(marker_bytes(marker))
    assert run(copy) == 1
    assert f"{OTHER_DATA} has 1 ids that are accepted twice" in capsys.readouterr().out
    assert run(copy, "repair=true") == 0
    assert contents(copy)[OTHER_DATA] == before[OTHER_DATA]


def test_as_json(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lose(CARD, copy)
    config = load_config(VerifyConfig, "verify", [f"output={copy}"])
    assert verify.main(config, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == [
        {"file": CARD, "what": "is missing or empty", "remedy": "repair=true writes it again"}
    ]
    assert (told["ok"], told["shards"], told["rows"]) == (False, SHARDS, LINES)


def test_no_dataset_is_one_line(tmp_path: Path) -> None:
    for make in (tmp_path.exists, (tmp_path / "data").mkdir, (tmp_path / "data/x.parquet").touch):
        make()
        with pytest.raises(InputError, match="is no dataset of make synth"):
            run(tmp_path)
    with pytest.raises(InputError, match="is no dataset of make synth"):
        run(tmp_path / "none")


def test_a_seal_covers_every_byte(finished: Path) -> None:
    data = (finished / MANIFEST).read_bytes()
    assert unseal(data) is not None
    for place in range(0, len(data), 97):
        assert unseal(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]) is None
    for odd in (b"", b"[]", b"{}", b"null", b"[" * 100_000, data + b" ", data[:-1]):
        assert unseal(odd) is None
