"""Students from the Hugging Face hub and to it, by the hub's own library.

`make push` (docs/publishing.md) publishes as well, and checks hashes and licences before.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from huggingface_hub import ModelHubMixin, snapshot_download

from speech import storage
from speech.errors import InputError, in_one_line
from student.description import LIBRARY
from student.onnx.runtime import DESCRIPTION, OnnxStudent

FILES = ("*.json", "*.onnx", "*.npy", "*.safetensors", "README.md")
"""of a student, trained or exported"""


class HubStudent(
    ModelHubMixin,
    OnnxStudent,
    library_name=LIBRARY,
    pipeline_tag="text-to-speech",
    tags=["text-to-speech", "synthetic"],
):
    """An exported student with the hub's `from_pretrained`, `save_pretrained` and `push_to_hub`."""

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        revision: str | None,
        cache_dir: str | Path | None,
        force_download: bool,
        local_files_only: bool,
        token: str | bool | None,
        **model_kwargs: Any,
    ) -> "HubStudent":
        if not Path(model_id).is_dir():
            asked = {"cache_dir": cache_dir, "force_download": force_download, "token": token}
            asked |= {"local_files_only": local_files_only}
            model_id = download(model_id, revision, **asked)
        return cls(model_id, **model_kwargs)

    def save_pretrained(self, save_directory: str | Path, **options: Any) -> str | None:
        """As the mixin does; its own folder stays as it is, since all is there."""
        if not self._lies_in(Path(save_directory)):
            return super().save_pretrained(save_directory, **options)
        options.setdefault("repo_id", Path(save_directory).resolve().name)
        with TemporaryDirectory() as aside:  # the mixin removes a config.json before it saves
            return super().save_pretrained(aside, **options)

    def _lies_in(self, folder: Path) -> bool:
        description = storage.local_path(storage.join(self.location, DESCRIPTION))
        return folder.exists() and description.parent.samefile(folder)

    def _save_pretrained(self, save_directory: Path) -> None:
        for name in (*self.description.sha256, DESCRIPTION, "README.md"):
            path = storage.join(self.location, name)
            if not storage.exists(path):  # an export alone has no card
                continue
            source, target = storage.local_path(path), save_directory / name
            if not (target.exists() and source.samefile(target)):  # as where one is a link
                shutil.copyfile(source, target)


def download(repository: str, revision: str | None = None, **asked: Any) -> str:
    """The folder of the user's cache with the files of `owner/name`; those that are there already
    are not fetched again.

    Args:
        revision: a commit, a tag or a branch; None: the newest.
        asked: as `huggingface_hub.snapshot_download` has it.

    Raises:
        InputError: the hub has no such repository, or cannot be reached.
    """
    try:
        return snapshot_download(repository, revision=revision, allow_patterns=list(FILES), **asked)
    except (OSError, RuntimeError, ValueError) as error:  # the hub's errors are some of these
        at = f"@{revision}" if revision else ""
        raise InputError(
            f"{repository}{at} is no folder here, and nothing was fetched from the hub: "
            f"{in_one_line(error.__cause__ or error)}"
        ) from error
