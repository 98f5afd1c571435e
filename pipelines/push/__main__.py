"""Publish a finished dataset, a student, or both, on the Hugging Face hub.

  repo=owner/name            one repository of each kind
  dataset=out/dataset        what is sent to the dataset repository
  student=out/student/onnx   what is sent to the model repository
  dry_run=true               say what would be sent, and send nothing
The token is HF_TOKEN, or that of `hf auth login`. Given again, the command sends what is missing.
"""

import re
import sys
from functools import partial

from pydantic import model_validator
from rich.console import Console

from pipelines.config import LicenseConfig
from pipelines.progress.byte_progress import byte_progress
from pipelines.push.dataset import pack_dataset
from pipelines.push.hub import Gated, check_token, upload
from pipelines.push.parcel import Parcel, check_licenses
from pipelines.push.student import pack_student
from speech.config import Config, run_app
from speech.dataset.layout import list_parts

REPO = re.compile(r"[\w.-]+/[\w.-]+")


class PushConfig(Config):
    dataset: str | None
    student: str | None
    repo: str
    private: bool
    gated: Gated | None
    license: LicenseConfig
    records: bool
    dry_run: bool

    @model_validator(mode="after")
    def _something_is_sent(self) -> "PushConfig":
        if self.dataset is None and self.student is None:
            raise ValueError("give dataset=FOLDER, student=FOLDER or both")
        if not REPO.fullmatch(self.repo):
            raise ValueError(f"repo={self.repo:.80}: the form is owner/name")
        return self


def main(config: PushConfig) -> int:
    console = Console(highlight=False)
    say = partial(console.print, soft_wrap=True, markup=False)
    parcels = pack(config, console)
    for parcel in parcels:
        check_licenses(parcel, config.license.allow)
    if not config.dry_run:  # after what is here: nobody logs in for a folder that is not whole
        check_token()
    for parcel in parcels:
        say(_about(parcel, config))
        for note in parcel.notes:
            say(f"note: {note}")
        if config.dry_run:
            for name, size in parcel.sizes.items():
                say(f"  {size / 1e6:10,.2f} MB  {name}")
            continue
        with byte_progress("sending", parcel.bytes, console) as advance:
            where = upload(parcel, config.repo, config.private, config.gated, advance)
        say(f"published: {where}")
    if config.dry_run:
        say("dry_run=true: nothing was sent")
    return 0


def pack(config: PushConfig, console: Console) -> list[Parcel]:
    """Everything that is to be sent, checked before any of it is.

    Raises:
        InputError: what may not be published, and why.
    """
    parcels = []
    if config.dataset is not None:
        data = list_parts(config.dataset, "data")
        with byte_progress("checking", sum(data.values()), console) as advance:
            parcels.append(pack_dataset(config.dataset, config.records, advance))
    if config.student is not None:
        parcels.append(pack_student(config.student, config.repo if config.dataset else None))
    return parcels


def _about(parcel: Parcel, config: PushConfig) -> str:
    seen = "private" if config.private else "public"
    gated = f", access by request ({config.gated})" if config.gated else ""
    licenses = " and ".join(sorted(parcel.licenses)) or "no licence"
    return (
        f"{parcel.origin} -> {parcel.repo_type} {config.repo} ({seen}{gated}): {len(parcel.files)} "
        f"files, {parcel.bytes / 1e6:,.1f} MB, {licenses}"
    )


if __name__ == "__main__":
    # student= would be Hydra's group of that name
    sys.exit(run_app(PushConfig, "push", main, free_text=("student",)))
