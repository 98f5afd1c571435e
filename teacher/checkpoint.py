"""Weights from a local path, a package, gs:// or the hub, always at a pinned revision and hash."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from speech import storage
from speech.errors import InputError

HUB_TIMEOUT_S = 10
HUB_PATTERN = re.compile(r"hf://(?P<repo>[^/@]+/[^/@]+)@(?P<revision>[0-9a-f]{40})/(?P<file>.+)")


def weights_file(path: str, sha256: str | None) -> Path:
    """A local file with this SHA-256, if one is given.

    `path` is local, gs://, package://module/file, or hf://OWNER/NAME@COMMIT/FILE.

    Raises:
        InputError: it cannot be had, or holds other bytes than the hash pins.
    """
    if not path.startswith("hf://"):
        return storage.local_path(path, sha256)
    match = HUB_PATTERN.fullmatch(path)
    if not match:
        raise InputError(f"{path}: a hub path is hf://OWNER/NAME@COMMIT/FILE, 40-digit commit")
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import LocalEntryNotFoundError

    wanted: Any = {
        "repo_id": match["repo"],
        "filename": match["file"],
        "revision": match["revision"],
    }
    try:
        with suppress(LocalEntryNotFoundError):
            return storage.local_path(hf_hub_download(**wanted, local_files_only=True), sha256)
        # asks once, where a download would try for half a minute
        get_hf_file_metadata(hf_hub_url(**wanted), timeout=HUB_TIMEOUT_S)
        found = hf_hub_download(**wanted)
    except InputError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise InputError(
            f"{path} cannot be fetched ({kind}); give a local or gs:// path"
        ) from error
    return storage.local_path(found, sha256)


def read_vocabulary(path: str) -> list[str]:
    """One symbol a line, as f5_tts's vocab.txt: the line's number is the token id.

    Raises:
        InputError: no such file, or no text.
    """
    try:
        text = storage.read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no vocabulary: it is not UTF-8 text") from error
    return text.removesuffix("\n").split("\n")
