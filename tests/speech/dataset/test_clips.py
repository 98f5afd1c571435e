import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from speech.audio.mel import log_mel
from speech.audio.waveform import decode
from speech.dataset.clips import open_clips
from speech.dataset.mel_bytes import mel_bytes
from speech.dataset.schema import Clip, MelBytes
from speech.errors import InputError
from tests.spoken import reference_clips, write_dataset


@pytest.mark.parametrize("where", ["local", "gcs"])
def test_clips_come_back(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    root = str(tmp_path) if where == "local" else request.getfixturevalue("gcs_bucket")
    written = reference_clips()
    clips = open_clips(write_dataset(f"{root}/set", written))
    assert len(clips) == len(written)
    by_id = {clip.id: clip for clip in written}
    for index, info in enumerate(clips):
        clip = by_id[info.id]
        assert (info.speaker_id, info.phonemes) == (clip.speaker_id, clip.phonemes)
        assert info.phoneme_ends_s == pytest.approx(clip.phoneme_ends_s)
        np.testing.assert_array_equal(clips.wave(index), decode(clip.audio, 60)[0])


def test_a_dataset_without_alignments(tmp_path: Path) -> None:
    clips = open_clips(write_dataset(tmp_path, reference_clips(aligned=False)))
    assert {(info.phonemes, info.phoneme_ends_s) for info in clips} == {(None, None)}


@pytest.mark.parametrize("name", ["run[1]", "what?", "all*", "a**b"])
def test_a_folder_is_no_pattern(tmp_path: Path, name: str) -> None:
    write_dataset(tmp_path / name.translate({ord(mark): "1" for mark in "[]?*"}), [])
    clips = open_clips(write_dataset(tmp_path / name, reference_clips()[:1]))
    assert len(clips) == 1


def test_what_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no dataset: it has no data/\*.parquet"):
        open_clips(str(tmp_path))
    with pytest.raises(InputError, match="holds no accepted clip"):
        open_clips(write_dataset(tmp_path / "empty", []))
    (tmp_path / "other/data").mkdir(parents=True)
    pq.write_table(pa.table({"id": ["a"], "audio": [b"x"]}), tmp_path / "other/data/a.parquet")
    with pytest.raises(InputError, match="has no column text_normalized, language"):
        open_clips(str(tmp_path / "other"))
    (tmp_path / "other/data/a.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="damaged"):
        open_clips(str(tmp_path / "other"))


def test_columns_of_other_types_are_named(tmp_path: Path) -> None:
    dataset = Path(write_dataset(tmp_path, reference_clips()[:1]))
    file = next(path for path in dataset.glob("data/*.parquet") if pq.read_table(path).num_rows)
    table = pq.read_table(file)
    place = table.schema.get_field_index("duration_s")
    pq.write_table(table.set_column(place, "duration_s", pa.array(["long"])), file)
    with pytest.raises(InputError, match="column duration_s is string, wanted float, in seconds"):
        open_clips(str(dataset))


def test_audio_that_is_none_is_named_in_one_line(tmp_path: Path) -> None:
    clip = replace(reference_clips()[0], audio=b"fLaC and no more")
    clips = open_clips(write_dataset(tmp_path, [clip]))
    with pytest.raises(InputError, match=f"^clip {clip.id} of {tmp_path} cannot be heard: "):
        clips.wave(0)


def with_mels(clips: list[Clip]) -> list[Clip]:
    """Half as loud as the clips are, so that they can be told from theirs."""
    return [
        replace(
            clip, teacher_mel=mel_bytes(log_mel(torch.from_numpy(decode(clip.audio, 60)[0] / 2)))
        )
        for clip in clips
    ]


def test_mels_come_back_where_they_are_kept(tmp_path: Path) -> None:
    kept, none = reference_clips()[:2]
    clips = open_clips(write_dataset(tmp_path, [*with_mels([kept]), none]))
    rows = {info.id: row for row, info in enumerate(clips)}
    heard = log_mel(torch.from_numpy(clips.wave(rows[kept.id])))
    mel = clips.teacher_mel(rows[kept.id], len(heard))
    assert mel is not None
    assert (mel - heard).mean().item() == pytest.approx(-math.log(2), abs=0.05)
    assert clips.teacher_mel(rows[none.id], 10) is None
    assert clips.teacher_mels == 1


def test_a_dataset_of_before_has_no_mels(tmp_path: Path) -> None:
    dataset = Path(write_dataset(tmp_path, reference_clips()[:2]))
    for file in dataset.glob("data/*.parquet"):
        pq.write_table(pq.read_table(file).drop_columns(["teacher_mel"]), file)
    clips = open_clips(str(dataset))
    assert clips.teacher_mel(0, 10) is None
    assert clips.teacher_mels == 0
    assert len(clips.wave(0)) > 0


def test_mels_that_do_not_fit_are_named_in_one_line(tmp_path: Path) -> None:
    clip = replace(reference_clips()[0], teacher_mel=MelBytes(500))
    clips = open_clips(write_dataset(tmp_path / "short", [clip]))
    with pytest.raises(
        InputError, match=f"^clip {clip.id} of .*: teacher_mel has 500 bytes, wanted 6"
    ):
        clips.teacher_mel(0, 6)
    dataset = Path(write_dataset(tmp_path / "floats", [clip]))
    file = next(path for path in dataset.glob("data/*.parquet") if pq.read_table(path).num_rows)
    table = pq.read_table(file)
    place = table.schema.get_field_index("teacher_mel")
    pq.write_table(table.set_column(place, "teacher_mel", pa.array([[0.5]])), file)
    with pytest.raises(InputError, match=r"column teacher_mel is list<.*>, wanted binary"):
        open_clips(str(dataset))
