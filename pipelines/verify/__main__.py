"""Is a dataset what its run wrote? Every byte against its hash, every row against its count.

  output=out/dataset   a local folder or gs://bucket/path
  repair=true          write and speak again what is damaged, and nothing else
Exit status: 0 all is well, 1 something is wrong (a line for each file), 2 there is no dataset.
"""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines.progress.byte_progress import byte_progress
from pipelines.runners.base import AnyRunner
from pipelines.verify.inspection import Inspection, inspect
from pipelines.verify.listing import list_dataset
from pipelines.verify.shard_check import ShardCheck
from speech.config import Config, run_app
from speech.dataset.last_verified import note_verified
from speech.dataset.layout import Part

if TYPE_CHECKING:
    from pipelines.speak.worker_context import LoadModels


class VerifyConfig(Config):
    output: str
    repair: bool
    runner: AnyRunner


def main(config: VerifyConfig, as_json: bool = False, opener: "LoadModels | None" = None) -> int:
    console = Console(stderr=as_json, highlight=False)
    found, mended = look(config.output, console), list[str]()
    if config.repair and found.problems:
        from pipelines.verify.repair import repair

        damaged = [problem.file for problem in found.problems]
        again = partial(look, config.output, console)
        found = repair(found, config.runner, console, again, opener)
        left = {problem.file for problem in found.problems}
        mended = [file for file in damaged if file not in left]
    if not found.problems:
        note_verified(config.output, len(found.listing.sizes), found.rows)
    if as_json:
        print(json.dumps(_as_json(found, mended), indent=1))
    else:
        _print(found, mended, config, console)
    return 1 if found.problems else 0


def look(
    output: str,
    console: Console,
    known: Mapping[Part, ShardCheck] | None = None,
    anew: Collection[Part] = (),
) -> Inspection:
    listing = list_dataset(output)
    todo = sum(size for name, size in listing.sizes.items() if name.endswith(".parquet"))
    with byte_progress("verifying", 0 if known else todo, console) as advance:
        return inspect(output, listing, advance, known, anew)


def _as_json(found: Inspection, mended: Sequence[str]) -> dict[str, Any]:
    return {
        "output": str(found.output),
        "ok": not found.problems,
        "problems": [asdict(problem) for problem in found.problems],
        "mended": list(mended),
        "runs": [run.tag for run in found.runs],
        "unfinished": list(found.unfinished),
        "shards": len(found.shards),
        "rows": found.rows,
        "accepted": sum(marker.accepted for marker in found.markers.values()),
        "hours": sum(marker.audio_s for marker in found.markers.values()) / 3600,
        "files": len(found.listing.sizes),
        "bytes": sum(found.listing.sizes.values()),
    }


def _print(
    found: Inspection, mended: Sequence[str], config: VerifyConfig, console: Console
) -> None:
    say = partial(console.print, soft_wrap=True, markup=False)
    for file in mended:
        say(f"mended: {file}")
    for problem in found.problems:
        say(f"{problem.file} {problem.what}; {problem.remedy}")
    for tag in found.unfinished:
        say(f"{tag} is extending it and not finished: its command, given again, goes on with it")
    sizes = found.listing.sizes
    count = len(found.problems)
    shards = f"{len(found.shards)} shard{'s' * (len(found.shards) != 1)}"
    whole = f"{count} problem{'s' * (count > 1)}" if count else "all is well"
    say(
        f"{config.output}: {shards}, {found.rows} rows, {len(sizes)} files, "
        f"{sum(sizes.values()) / 1e6:,.1f} MB: {whole}"
    )
    if any(problem.remedy.startswith("repair=true") for problem in found.problems):
        say(f'repair: make verify ARGS="output={config.output} repair=true"')


if __name__ == "__main__":
    flags = {"json": "print JSON"}
    sys.exit(run_app(VerifyConfig, "verify", main, flags=flags))
