"""The planned text of a shard: one Parquet file, in the order of its rows, a row group for each unit.

It is written once, before anything is spoken, and removed when its shard is finished. Who speaks a unit
needs neither the corpus nor the text frontend.
"""

import io
import json
from collections.abc import Iterable
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.text.row_order import Item, cut, in_order
from speech import storage
from speech.dataset.layout import Part, plan_name
from speech.dataset.schema import Rejection, Utterance
from speech.errors import InputError
from speech.storage import Location

SCHEMA = pa.schema([("item", pa.string())])


def write_plan_file(
    output: Location,
    shard: Part,
    items: Iterable[Item],
    rows_per_unit: int | Literal["auto"],
) -> None:
    """Admit, order, cut and write the items of a shard."""
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, SCHEMA, compression="zstd") as writer:
        for unit in cut(in_order(items), rows_per_unit):
            writer.write_table(pa.table([[_to_json(item) for item in unit]], SCHEMA))
    storage.write_bytes(storage.join(output, plan_name(shard)), buffer.getvalue())


def count_units(output: Location, shard: Part) -> int:
    """Into how many a shard is cut, none where it has no rows."""
    return _metadata(output, shard).num_row_groups


def count_rows(output: Location, shard: Part) -> int:
    return _metadata(output, shard).num_rows


def read_unit(output: Location, shard: Part, unit: int) -> list[Item]:
    """The items of one unit of a shard, in their order.

    Raises:
        InputError: there is no such file, or it is damaged.
    """
    path = storage.join(output, plan_name(shard))
    try:
        with storage.open_input(path, storage.COLUMN_FETCH_BYTES) as stream:
            table = pq.ParquetFile(stream).read_row_group(unit)
        return [_from_json(text) for text in table.column("item").to_pylist()]
    except (pa.ArrowException, ValueError, KeyError, TypeError, OSError) as error:
        raise _damaged(path, error) from error


def _metadata(output: Location, shard: Part) -> pq.FileMetaData:
    path = storage.join(output, plan_name(shard))
    try:
        with storage.open_input(path, storage.COLUMN_FETCH_BYTES) as stream:
            return pq.ParquetFile(stream).metadata
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: str, error: Exception) -> InputError:
    return InputError(f"{path} is damaged ({error!s:.80}); delete it and run it again")


def _to_json(item: Item) -> str:
    return json.dumps({"spoken": isinstance(item, Utterance), **vars(item)})


def _from_json(text: str) -> Item:
    columns = json.loads(text)
    if columns.pop("spoken"):
        return Utterance(**{**columns, "place": tuple(columns["place"])})
    return Rejection(**columns)
