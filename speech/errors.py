"""Errors that people are told of: they end a command with one clear line and exit status 2."""


class InputError(ValueError):
    """What was wrong, where, and what is allowed, in one line."""


class Unavailable(RuntimeError):
    """A server stayed away, and what was asked of it is to be tried again; in one line."""


class Refused(ValueError):
    """An item that cannot go on: `reason` is a stable name that is counted, `detail` says why."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def in_one_line(error: BaseException) -> str:
    """Its type and, shortened, what it says."""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said:.200}" if said else type(error).__name__
