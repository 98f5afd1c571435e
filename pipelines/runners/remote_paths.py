"""Paths that mean the same on another machine."""

from typing import TYPE_CHECKING

from speech.errors import InputError

if TYPE_CHECKING:
    from pipelines.config import SynthConfig

REMOTE = ("gs://", "hf://", "package://")


def check_remote_paths(config: "SynthConfig", who: str, mounts: bool = True) -> None:
    """Raises InputError: a path that other machines, by `who` in the configuration, take for another.

    An absolute path is taken for a folder that all of them have mounted, where they may have one.
    Weights are left alone: an image may hold them under any path, and their hash tells.
    """
    paths = {"output": config.output, "voices.manifest": config.voices.manifest}
    paths |= {f"corpus.paths[{i}]": path for i, path in enumerate(config.corpus.paths)}
    if config.corpus.lexicon:
        paths["corpus.lexicon"] = config.corpus.lexicon
    mounted = ", or the absolute path of a folder that every worker has mounted" if mounts else ""
    for key, path in paths.items():
        if not path.startswith(("/", *REMOTE) if mounts else REMOTE):
            read = " or hf://" if key.startswith("corpus.paths") else ""
            raise InputError(
                f"{who}: workers on other machines have another {key}={path}; "
                f"allowed: gs://{read}{mounted}"
            )
