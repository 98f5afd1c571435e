"""How much a Parquet file decodes to, before it is read: by what it declares and, where that says
nothing, by decoding it piece by piece.

A dictionary holds a value once however often it occurs, so that a file of kilobytes may stand for
terabytes while its declared sizes are small.
"""

from collections.abc import Iterator

import pyarrow.parquet as pq

from speech.errors import Refused

MAX_ROW_GROUP_BYTES = 2 << 30
"""readers decode a row group at a time"""
MIN_FILE_BYTES = 256 << 20
MAX_RATIO = 64
"""of decoded bytes to those of the file, from `MIN_FILE_BYTES` on; FLAC has 1, text 10"""
PIECE_BYTES = 256 << 20


def check_sizes(file: pq.ParquetFile, file_bytes: int) -> None:
    """Args:
    file_bytes: size of the file.

    Raises:
        Refused: `too_large`.
    """
    allowed = max(MIN_FILE_BYTES, MAX_RATIO * file_bytes)
    bounds = [_bound(file.metadata.row_group(group)) for group in range(file.num_row_groups)]
    may_exceed, total = sum(bounds) > allowed, 0
    for group, bound in enumerate(bounds):
        declared = file.metadata.row_group(group).total_byte_size
        if declared > MAX_ROW_GROUP_BYTES:
            raise _too_large(f"row group {group} declares {_mib(declared)}", MAX_ROW_GROUP_BYTES)
        if bound > MAX_ROW_GROUP_BYTES or may_exceed:
            bound = 0
            for piece in _pieces(file, group):
                bound += piece
                if bound > MAX_ROW_GROUP_BYTES:
                    raise _too_large(f"row group {group} decodes to more", MAX_ROW_GROUP_BYTES)
                if total + bound > allowed:
                    raise _too_large(f"its {file_bytes:,} bytes decode to more", allowed)
        total += bound


def _bound(group: pq.RowGroupMetaData) -> int:
    """No value is longer than its whole column is declared to be."""
    chunks = (group.column(index) for index in range(group.num_columns))
    return sum(
        chunk.total_uncompressed_size * (max(chunk.num_values, 1) if _has_dictionary(chunk) else 1)
        for chunk in chunks
    )


def _has_dictionary(chunk: pq.ColumnChunkMetaData) -> bool:
    return any("DICTIONARY" in name for name in chunk.encodings)


def _pieces(file: pq.ParquetFile, group: int) -> Iterator[int]:
    """Bytes of the decoded rows, few enough at a time that these fit into memory."""
    longest = max(file.metadata.row_group(group).total_byte_size, 1)
    rows = min(max(PIECE_BYTES // longest, 1), 4096)
    return (batch.nbytes for batch in file.iter_batches(rows, row_groups=[group]))


def _too_large(what: str, allowed: int) -> Refused:
    return Refused("too_large", f"{what}; allowed: {_mib(allowed)}")


def _mib(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB"
