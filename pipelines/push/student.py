"""A student as it is published: the files that its description names, each as its hash says."""

import json
from typing import Any

from huggingface_hub import ModelCardData

from pipelines.push.parcel import CARD, Parcel
from speech import storage
from speech.errors import InputError
from speech.storage import Location
from speech.storage.local_files import checksum_of

DESCRIPTIONS = ("onnx.json", "student.json")
"""of student.export and of make train-student"""
PICTURE = "curve.png"


def pack_student(location: Location, dataset_repo: str | None) -> Parcel:
    """Args:
    dataset_repo: what it was trained on, where that is published with it.

    Raises:
        InputError: no student there, or a file that is not as its description says.
    """
    name, described = _described(location)
    files: dict[str, Location | bytes] = {}
    for part, sha256 in sorted(described["sha256"].items()):
        path = storage.join(location, part)
        storage.local_path(path, sha256)  # refuses another
        files[part] = path
    if storage.exists(picture := storage.join(location, PICTURE)):
        files[PICTURE] = picture
    card = storage.join(location, CARD)
    known = storage.exists(card)
    files[CARD] = card if known else student_card(described, name, dataset_repo).encode()
    files[name] = storage.join(location, name)
    sizes = {n: len(f) if isinstance(f, bytes) else _size(f) for n, f in files.items()}
    return Parcel("model", location, files, sizes, licenses=[described["license"]])


def student_card(described: dict[str, Any], name: str, dataset_repo: str | None) -> str:
    """Of an export, which has no card of its own."""
    single = " AND " not in described["license"]
    front = ModelCardData(
        language=described["language"],
        license=described["license"].lower() if single else "other",
        license_name=None if single else described["license"],
        library_name="tts-distill",
        pipeline_tag="text-to-speech",
        tags=["text-to-speech", "synthetic"],
        datasets=[dataset_repo] if dataset_repo else None,
    )
    voices = described["speakers"]
    named = ", ".join(voices[:8]) + (", …" if len(voices) > 8 else "")
    return f"""---
{front.to_yaml()}
---

# {described["name"]}

A text-to-speech student, 24 kHz, {len(voices)} voices ({named}). It learned from a
teacher's synthetic speech: what it says should be called synthetic wherever it is heard.
`{name}` has the SHA-256 of every file, and the licence: {described["license"]}.

```
tts-distill speak "Hello there." checkpoint=FOLDER output=hello.wav
```
"""


def _described(location: Location) -> tuple[str, dict[str, Any]]:
    """The name of its description, and what that says."""
    for name in DESCRIPTIONS:
        path = storage.join(location, name)
        if not storage.exists(path):
            continue
        try:
            described = json.loads(storage.read_bytes(path))
            whole = all(described[key] for key in ("name", "license", "language", "speakers"))
            if whole and isinstance(described["sha256"], dict):
                return name, described
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} is damaged, or of another version") from error
        raise InputError(f"{path} names no licence, language, voices or files")
    raise InputError(f"{location} is no student: it has no {' or '.join(DESCRIPTIONS)}")


def _size(path: Location) -> int:
    return checksum_of(storage.local_path(path)).bytes
