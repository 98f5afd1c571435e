"""`runner.options`: Beam's own, passed on as they are; what Beam does not know is refused."""

import io
from collections.abc import Collection, Mapping, Sequence
from contextlib import redirect_stderr
from difflib import get_close_matches

from speech.errors import InputError


def name_of(flag: str) -> str:
    """`parallelism` of --parallelism=4."""
    return flag.removeprefix("--").partition("=")[0]


def check_options(flags: Sequence[str], taken: Collection[str]) -> None:
    """See that Beam's Python SDK knows these options and can read their values.

    Args:
        flags: each one `--name` or `--name=value`.
        taken: names that keys of conf/runner stand for.

    Raises:
        InputError: one that it does not know, cannot read, or that has a key of its own.
    """
    for flag in flags:
        if not flag.startswith("--"):
            raise InputError(f"runner.options={flag}: allowed is --name=value, Beam's own options")
        if name_of(flag) in taken:
            raise InputError(f"runner.options={flag}: this one is set by a key of runner.*")
    known = _parsed(flags, keep_unknown=False)
    unknown = _parsed(flags, keep_unknown=True).keys() - known.keys()
    for flag in flags:
        if name_of(flag) in unknown:
            close = get_close_matches(name_of(flag), known, 1)
            meant = f"; did you mean --{close[0]}" if close else ""
            raise InputError(f"runner.options={flag}: Beam has no such option{meant}")


def _parsed(flags: Sequence[str], keep_unknown: bool) -> Mapping[str, object]:
    """By name, with all of Beam's options that are not given."""
    from apache_beam.options.pipeline_options import PipelineOptions

    said = io.StringIO()
    try:
        with redirect_stderr(said):  # argparse prints its usage, of 300 lines, and exits
            return PipelineOptions(list(flags)).get_all_options(retain_unknown_options=keep_unknown)
    except SystemExit as error:
        why = said.getvalue().strip().rpartition("error: ")[2]
        raise InputError(f"runner.options: {why}") from error
