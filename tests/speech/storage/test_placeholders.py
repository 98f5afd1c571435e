"""Empty objects named `folder/`, which the Cloud console and gcsfuse make, are folders and no files."""

import pytest
from google.cloud.storage import Bucket, Client

from speech import storage
from speech.dataset.identity import acquire, is_acquired
from speech.storage.outputs import DATASET, check_folder


class Listing(list):
    prefixes: set[str]


@pytest.fixture
def placeholders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names that each listing has as Google's server has them; the tests' own keeps none of them."""
    names, listed = [], Client.list_blobs

    def with_placeholders(
        client: Client, bucket: Bucket, prefix: str, delimiter: str = "", **options: object
    ) -> Listing:
        found = listed(client, bucket, prefix=prefix, delimiter=delimiter or None, **options)
        blobs = Listing(found)
        blobs.prefixes = set(found.prefixes)
        for name in (name for name in names if name.startswith(prefix)):
            inside, slash, _ = name.removeprefix(prefix).partition("/")
            if delimiter and slash:
                blobs.prefixes.add(f"{prefix}{inside}/")
            else:
                blobs.append(bucket.blob(name))
                blobs[-1]._properties["size"] = "0"
        return blobs

    monkeypatch.setattr(Client, "list_blobs", with_placeholders)
    return names


def test_they_are_in_no_listing(gcs_bucket: str, placeholders: list[str]) -> None:
    storage.write_bytes(f"{gcs_bucket}/ds/file", b"1")
    placeholders += ["ds/", "ds/data/"]
    assert storage.list_files(f"{gcs_bucket}/ds") == {"file": 1}
    assert storage.list_names(f"{gcs_bucket}/ds") == {"file", "data"}
    assert storage.list_files(f"{gcs_bucket}/ds/data") == {}
    assert storage.list_names(f"{gcs_bucket}/ds/data/") == set()
    assert storage.list_names(gcs_bucket) == {"ds"}
    assert storage.glob(f"{gcs_bucket}/ds/**") == [f"{gcs_bucket}/ds/file"]


def test_a_folder_that_was_made_in_the_console_is_a_new_output(
    gcs_bucket: str, placeholders: list[str]
) -> None:
    output = f"{gcs_bucket}/ds"
    placeholders += ["ds/"]
    check_folder(output, DATASET)
    placeholders += ["ds/data/", "ds/_shards/"]
    check_folder(output, DATASET)
    acquire(output, {"seed": 1})
    assert is_acquired(output)
