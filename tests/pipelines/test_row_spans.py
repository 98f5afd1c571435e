"""Files of rows in spans: JSON Lines, tables whose fields hold line ends, Parquet's row groups."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from configs import corpus_config
from span_checks import TRIES, check_spans, numbered

from speech.errors import InputError


def test_json_lines_in_spans(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [json.dumps({"text": f"Zwölf {n}", "id": n}, ensure_ascii=False) for n in range(12)]
    path.write_text("\ufeff" + "\n".join([*rows[:5], "", "{bad", "[]", *rows[5:]]))
    config = corpus_config(paths=(str(path),))
    for cut in range(path.stat().st_size):
        check_spans(path, config, [cut, cut // 2])


TABLES = {
    "no quotes": "id,text\r\n1,One.\r\n\r\n2,Two, three\r\n3,Three.",
    "quotes on one line": 'id,text\n1,"One, ""1""."\n2,a"b\n3,"Three"\n',
    "over several lines": 'id,text\n1,"over\r\ntwo"\n2,"a\n\nb\nc"\n3,x\n4,"d\ne"\n5,y\n',
    "a header over two lines": '"id","text","a\nb"\n1,"x\ny",2\n3,z,4\n',
    "never closed": 'id,text\n1,"open\n2,b\n3,c\n4,d",\n5,"open again\n6,e\n',
    "a quote within a field": 'id,text\n1,a"b,"c\n2,"d\n3,e"\n4,f\n',
    "no header": '1|"One.\n2|Two"\n3|Three|3\n',
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_tables_in_spans(tmp_path: Path, text: str) -> None:
    """Also those whose fields have line ends: a row belongs to the span that it begins in."""
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    config = corpus_config(paths=(str(path),))
    for cut in range(len(text) + 1):
        check_spans(path, config, [cut])
    dice = random.Random(2)
    for _ in range(TRIES):
        check_spans(path, config, [dice.randrange(len(text)) for _ in range(dice.randrange(9))])


def test_random_tables_in_spans(tmp_path: Path) -> None:
    dice = random.Random(3)
    path = tmp_path / "a.csv"
    config = corpus_config(paths=(str(path),))
    for _ in range(4 * TRIES):
        marks = dice.choices(['"', ",", "\n", "a", '"\n', ',"', '",'], k=60)
        path.write_text("id,text\n" + "".join(marks))
        check_spans(path, config, [dice.randrange(path.stat().st_size) for _ in range(6)])


def test_row_groups_are_spans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [f"Line {n}." for n in range(1000)]})
    pq.write_table(table, path, row_group_size=90)
    config = corpus_config(paths=(str(path),))
    (part,) = check_spans(path, config, None)
    assert part.lines == 1000
    monkeypatch.setattr("pipelines.corpus.parquet.SPAN_BYTES", 1500)
    parts = check_spans(path, config, None)
    assert 4 < len(parts) < 12
    assert [part.span.end for part in parts[:-1]] == [part.span.start for part in parts[1:]]
    pq.write_table(table[:0], path)
    assert numbered(path, config, None) == []


def test_a_damaged_row_group_is_met_by_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [str(n) * 50 for n in range(5_000)]}), path)
    data = bytearray(path.read_bytes())
    data[300:400] = b"\xff" * 100
    path.write_bytes(data)
    config = corpus_config(paths=(str(path),))
    (part,) = numbered(path, config, None)
    with pytest.raises(InputError, match=r"a\.parquet: cannot be read as Parquet"):
        list(part.read(config))
