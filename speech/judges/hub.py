"""Models of the Hugging Face hub, pinned; a folder on this machine stands in for any of them."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from speech import storage
from speech.config import Config
from speech.errors import InputError

Device = Literal["cpu", "cuda", "auto"]


class HubModel(Config):
    """A name on the hub with its `revision`, or a folder: local or package://."""

    model: str
    revision: str | None = Field(pattern="^[0-9a-f]{40}$")
    """the commit, of a model of the hub"""
    sha256: str | None = Field(pattern="^[0-9a-f]{64}$")
    """of the weights' file"""

    any_machine: ClassVar[Mapping[str, Any]] = {"device": "cpu"}
    """keys of a judge that do not change what it says, each with a value that any machine takes"""

    instead: ClassVar[str] = ", or take judges=offline (make synth: gate=default)"
    """what else to do without a network"""

    @model_validator(mode="after")
    def _something_pins_it(self) -> "HubModel":
        if self.revision is None and self.sha256 is None:
            raise ValueError(f"{self.model} needs its revision on the hub, or its weights' sha256")
        return self

    @property
    def pin(self) -> str:
        """The start of what says which weights they are."""
        return f"sha256 {self.sha256:.12}" if self.sha256 else f"revision {self.revision:.12}"

    def locate(self, weights: str, *others: str) -> Path:
        """The local path of the weights, checked; `others` (patterns) come along from the hub.

        Raises:
            InputError: they cannot be had, and what to do without a network, or are other ones.
        """
        if self.revision is None:
            return storage.local_path(storage.join(self.model, weights), self.sha256)
        try:
            folder = self._snapshot([weights, *others])
        except Exception as error:  # the hub's errors and its client's share no base but this
            raise InputError(
                f"{self.model} at {self.revision:.12} is not on this machine and cannot be had from "
                f"the hub ({type(error).__name__}); give a folder with it as model=FOLDER, "
                f"revision=null and sha256=...{self.instead}"
            ) from error
        return storage.local_path(storage.join(folder, weights), self.sha256)

    def _snapshot(self, files: list[str]) -> str:
        """The hub's cache, else the hub itself."""
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import LocalEntryNotFoundError

        wanted: Any = {"revision": self.revision, "allow_patterns": files}
        with suppress(LocalEntryNotFoundError):
            folder = snapshot_download(self.model, **wanted, local_files_only=True)
            if Path(folder, files[0]).exists():
                return folder
        return snapshot_download(self.model, **wanted)
