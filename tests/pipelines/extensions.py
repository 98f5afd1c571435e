"""A finished dataset that is extended and verified in this process, and what lies in it then."""

import hashlib
import json
from pathlib import Path

from blocks import command_into
from datasets import load_dataset
from fakes import fake_config, open_fake_studio

from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.verify import __main__ as verify
from pipelines.verify.__main__ import VerifyConfig
from speech.dataset import layout as dataset

OLD, NEW = 100, 50
OF_ALL = ("manifest.json", "README.md", dataset.VERIFIED_NAME)


def run(config: SynthConfig, opener=open_fake_studio) -> int:
    return synth.main(config, opener)


def extended(output: str, *corpora: str, more: tuple[str, ...] = ("dataset.shards=2",)):
    given = f"corpus.paths=[{','.join(corpora)}]"
    return fake_config(output, corpora[0], given, "mode=extend", *more)


def verified(output: str, *overrides: str) -> int:
    config = command_into(output, VerifyConfig, "verify", "runner.workers=1", *overrides)
    return verify.main(config, opener=open_fake_studio)


def hashes(output: str) -> dict[str, str]:
    return {
        str(path.relative_to(output)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(output).rglob("*")
        if path.is_file()
    }


def counts(output: str) -> dict[str, int]:
    return json.loads(Path(output, "manifest.json").read_text())["counts"]


def clips_loaded(output: str, cache: Path) -> int:
    return load_dataset(output, split="train", cache_dir=str(cache)).num_rows
