"""Whether a file of a dataset has the columns that this version writes."""

import pyarrow as pa
import pyarrow.parquet as pq

from speech import storage
from speech.dataset.layout import Part
from speech.dataset.schema import clip_features, rejection_features
from speech.errors import InputError
from speech.storage import Location


def check_columns(output: Location, shard: Part) -> None:
    """Read the footers of a shard's two files.

    Raises:
        InputError: a file that is missing or damaged, or has other columns, with the first of them.
    """
    for name, features in zip(shard.files, (clip_features(), rejection_features()), strict=True):
        path, wanted = storage.join(output, name), features.arrow_schema
        try:
            with storage.open_input(path, storage.COLUMN_FETCH_BYTES) as stream:
                found = pq.ParquetFile(stream).schema_arrow
        except (pa.ArrowException, OSError) as error:
            mend = f'make verify ARGS="output={output} repair=true"'
            raise InputError(f"{path} is damaged ({error!s:.80}); {mend}") from error
        if not found.equals(wanted):
            odd = sorted(set(found.names) ^ set(wanted.names))
            shown = f" ({', '.join(odd[:3])})" if odd else ""
            raise InputError(
                f"{path} has other columns{shown} than this version writes: make {output} anew"
            )
