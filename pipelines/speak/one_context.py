"""One model a process, by a lock: engines call `DoFn.setup` in as many threads as they run bundles.

A portable runner's worker, or Dask's, is a process with several threads, each with its own copies of
the DoFns, made anew for every bundle. What is loaded is therefore the process' own, and so is the
turn to use it: a context is not made for two threads, and a GPU has room for one.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.config import SynthConfig
from speech.seeds import short_id

if TYPE_CHECKING:
    from pipelines.speak.worker_context import LoadModels, WorkerContext

_TURN = threading.Lock()
_LOADED: "dict[str, WorkerContext]" = {}
"""one at most, by what it was loaded with"""


@contextmanager
def one_context(config: SynthConfig, opener: "LoadModels") -> "Iterator[WorkerContext]":
    """The process' context of a configuration, for this thread alone until the block ends.

    The first to come loads it. Another configuration takes the place of the one before, as in a
    worker process that outlives a run.

    Raises:
        InputError: it cannot be loaded; who comes next tries again.
    """
    named = (getattr(opener, "__module__", ""), getattr(opener, "__qualname__", ""))
    key = short_id(config.model_dump_json(), *named)
    with _TURN:
        if key not in _LOADED:
            _LOADED.clear()  # first, so that there is room for the next
            _LOADED[key] = opener(config)
        yield _LOADED[key]
