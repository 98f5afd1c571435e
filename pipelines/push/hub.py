"""A parcel to the hub: large files first, then commits, in which card and manifest come last."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Literal

import httpx
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_token
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)

from pipelines.progress.byte_progress import Advance
from pipelines.push.parcel import Parcel
from speech import storage
from speech.errors import InputError, in_one_line

FILES_PER_COMMIT = 200
"""the hub advises some 100, and takes thousands"""
UPLOADS = 4
"""files that are on their way at a time"""
Gated = Literal["auto", "manual"]


def check_token() -> None:
    """Raises InputError: nobody is logged in."""
    if not get_token():
        raise InputError("nobody is logged in to the hub: set HF_TOKEN, or run `hf auth login`")


def upload(parcel: Parcel, repo: str, private: bool, gated: Gated | None, advance: Advance) -> str:
    """Send what the hub has not yet; `advance` is told the bytes of each file. Returns where it is.

    A push that was broken off goes on: what has arrived is known by its hash, and not sent again.

    Raises:
        InputError: the hub refused, or cannot be reached.
    """
    api = HfApi()
    with _hub_errors(repo):
        kind = parcel.repo_type
        made = api.create_repo(repo, private=private, repo_type=kind, exist_ok=True)
        _check_privacy(api, parcel, repo, private)
        if gated:
            api.update_repo_settings(repo, gated=gated, repo_type=kind)
        additions = _send(api, parcel, repo, advance)
        stale = _stale(api, parcel, repo)
        for number, operations in enumerate(_commits(stale, additions), 1):
            message = f"tts-distill push, part {number}"
            api.create_commit(repo, operations, commit_message=message, repo_type=kind)
    return str(made)


def _check_privacy(api: HfApi, parcel: Parcel, repo: str, private: bool) -> None:
    """One that was there before stays as it is: nothing private goes into a public one unasked."""
    if bool(api.repo_info(repo, repo_type=parcel.repo_type).private) != private:
        other = "public" if private else "private"
        raise InputError(
            f"repo={repo} is there and {other}: say private={str(not private).lower()}, or change it "
            "on the hub"
        )


def _send(api: HfApi, parcel: Parcel, repo: str, advance: Advance) -> list[CommitOperationAdd]:
    """Large files travel here; small ones are in the commits."""

    def send(name: str) -> CommitOperationAdd:
        content = parcel.files[name]
        data = content if isinstance(content, bytes) else str(storage.local_path(content))
        addition = CommitOperationAdd(path_in_repo=name, path_or_fileobj=data)
        api.preupload_lfs_files(
            repo, [addition], repo_type=parcel.repo_type, num_threads=1, free_memory=False
        )
        advance(parcel.sizes[name])
        return addition

    with ThreadPoolExecutor(UPLOADS) as pool:
        return list(pool.map(send, parcel.files))


def _stale(api: HfApi, parcel: Parcel, repo: str) -> list[str]:
    """What an earlier push left in the parcel's folders: `datasets` would read it as well."""
    there = api.list_repo_files(repo, repo_type=parcel.repo_type)
    return [n for n in there if n.partition("/")[0] in parcel.owned and n not in parcel.files]


def _commits(
    stale: Sequence[str], additions: Sequence[CommitOperationAdd]
) -> Iterator[list[CommitOperationAdd | CommitOperationDelete]]:
    """What is stale goes with the first, so that two datasets are never seen as one."""
    for first in range(0, len(additions), FILES_PER_COMMIT):
        removed = [CommitOperationDelete(path_in_repo=name) for name in stale] if not first else []
        yield [*removed, *additions[first : first + FILES_PER_COMMIT]]


@contextmanager
def _hub_errors(repo: str) -> Iterator[None]:
    """The hub's refusals as one line; its own bars for single files are not shown meanwhile."""
    shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    except HFValidationError as error:
        raise InputError(f"repo={repo}: {error}; the form is owner/name") from error
    except (httpx.HTTPError, RuntimeError) as error:  # RuntimeError: of a single file
        raise InputError(_told(repo, error)) from error
    finally:
        if shown:
            enable_progress_bars()


def _told(repo: str, error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, RuntimeError) and error.__cause__ else error
    if isinstance(cause, HfHubHTTPError):
        said = " ".join((cause.server_message or in_one_line(cause)).split())
        return f"the hub refused {repo} ({cause.response.status_code}): {said}"
    again = "given again, the command sends what is missing"
    return f"the hub cannot be reached: {in_one_line(cause)}; {again}"
