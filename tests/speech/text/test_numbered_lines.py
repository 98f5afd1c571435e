"""One numbering of a list's lines, for whoever speaks them and whoever measures that."""

from pathlib import Path

import pytest

from eval.systems.testsets import read_testset
from speech.config import load_config
from speech.errors import InputError
from speech.text.lines import numbered_lines
from student.synthesize import SynthesizeConfig, read_lines, targets

LIST = "\ufeffFirst.\r\n\n  \nSecond\u2028half, second\x0bhalf.\n\x0c\nThird.".encode()


def test_blank_lines_count_and_only_newlines_end_one() -> None:
    assert [number for number, _ in numbered_lines(LIST, "x")] == [1, 4, 6]
    assert numbered_lines(LIST, "x")[0] == (1, "First.")
    assert numbered_lines(b"", "x") == []


def test_what_speaks_a_list_and_what_measures_it_name_its_lines_alike(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(LIST)
    config = load_config(SynthesizeConfig, "synthesize", [f"file={path}", "output=x"])
    spoken = dict(targets(config, read_lines(config)))
    listed = {s.id: s.text for s in read_testset(path, "en", None).sentences}
    assert spoken == {f"x/{id}.wav": text for id, text in listed.items()}
    assert len(listed) == 3


def test_what_is_not_utf8_is_named() -> None:
    with pytest.raises(InputError, match="standard input is not UTF-8 text"):
        numbered_lines(b"caf\xe9", "standard input")
