"""Names that no bucket has: one line, whoever sees it, and not the library's traceback."""

import pytest

from speech import storage
from speech.errors import InputError
from speech.storage.outputs import TRAINING, check_folder


@pytest.mark.parametrize("bucket", ["$BUCKET", "{bucket}", "my-bucket-", "_bucket", "a_", "a#"])
def test_a_bucket_begins_and_ends_with_a_letter_or_digit(bucket: str, gcs_bucket: str) -> None:
    for call in (
        storage.read_bytes,
        storage.exists,
        storage.list_names,
        storage.list_files,
        storage.glob,
        lambda path: storage.glob(f"{path}*"),
        lambda path: storage.write_bytes(path, b""),
        lambda path: check_folder(path, TRAINING),
    ):
        with pytest.raises(InputError, match="begins and ends with a letter or digit"):
            call(f"gs://{bucket}/x")


@pytest.mark.parametrize("path", ["gs://", "gs:///", "gs:///x"])
def test_no_bucket_at_all(path: str, gcs_bucket: str) -> None:
    for call in (storage.read_bytes, storage.list_names, storage.list_files, storage.glob):
        with pytest.raises(InputError, match="the form is gs://bucket/name"):
            call(path)


@pytest.mark.parametrize("bucket", ["Upper", "a b", "a..b", "b" * 64, f"{'b.' * 111}b"])
def test_what_else_is_wrong_with_a_name_the_server_says(bucket: str, gcs_bucket: str) -> None:
    for call in (storage.read_bytes, storage.list_names, storage.glob):
        with pytest.raises(InputError, match="no such object or bucket"):
            call(f"gs://{bucket}/x")
