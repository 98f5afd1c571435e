"""What becomes of a Dataflow job: its messages as they come, and its failure in one line."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from speech.errors import InputError, in_one_line

LOGGER = "apache_beam.runners.dataflow.dataflow_runner"


@contextmanager
def job_messages() -> Iterator[None]:
    """Show on stderr what the job says of itself: its state, its workers, its errors.

    Beam logs that while it waits, below the level that is shown.
    """
    logger, handler = logging.getLogger(LOGGER), logging.StreamHandler()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


@contextmanager
def submission_in_one_line(name: str) -> Iterator[None]:
    """Turn what Google's clients raise of a job that is not taken into an InputError."""
    from apache_beam.runners.dataflow.internal.apiclient import DataflowJobAlreadyExistsError

    try:
        yield
    except DataflowJobAlreadyExistsError as error:
        raise InputError(
            f"{name} is running already: wait for its end, or give runner.job_name=..."
        ) from error
    except Exception as error:  # credentials, storage and API have no base but this in common
        raise InputError(f"{name} is not submitted: {in_one_line(error)}") from error


@contextmanager
def failure_in_one_line(name: str) -> Iterator[None]:
    """Turn the end of a job that failed, or was cancelled, into an InputError."""
    from apache_beam.runners.dataflow.dataflow_runner import DataflowRuntimeException

    try:
        yield
    except DataflowRuntimeException as error:
        said = " ".join(str(error).split())
        raise InputError(f"{name}: {said:.300}; run it again to go on where it stopped") from error
