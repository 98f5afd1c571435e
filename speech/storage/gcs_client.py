"""The connection to `gs://`: one client, one way to try again, and refusals in the user's words.

google-cloud-storage tries each request again by itself where that is safe to repeat, for two
minutes; here for `OUTAGE_S`. It is imported late: that takes a good part of a second.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from speech.errors import InputError, Unavailable, in_one_line

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.storage import Blob, Client

SCHEME = "gs://"
CONNECTIONS = 32
"""requests in flight at once, for those who list or read from threads"""
OUTAGE_S = 600.0
"""how long a request is tried again while the server is busy, failing or out of reach"""


@contextmanager
def object_at(action: str, path: str, outage_s: float = OUTAGE_S) -> Iterator["Blob"]:
    """The object of a path; what the server refuses within the block is `explained`."""
    bucket, _, name = path.removeprefix(SCHEME).partition("/")
    if not bucket or not (name or action == "list"):
        raise InputError(f"cannot {action} {path!r}: the form is gs://bucket/name")
    if not (bucket[0].isalnum() and bucket[-1].isalnum()):  # all else of a name the server judges
        raise InputError(
            f"cannot {action} {path!r}: the name of a bucket begins and ends with a letter or digit"
        )
    with explained(action, path, outage_s):
        yield client(os.environ.get("STORAGE_EMULATOR_HOST")).bucket(bucket).blob(name)


@contextmanager
def explained(action: str, path: str, outage_s: float = OUTAGE_S) -> Iterator[None]:
    """One line for what the server says.

    Args:
        outage_s: how long it was tried again.

    Raises:
        InputError: what a user can mend.
        Unavailable: the server stayed away, or what came was damaged; to be tried again.
    """
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.storage.exceptions import DataCorruption

    try:
        yield
    except exceptions.NotFound as error:
        raise InputError(f"cannot {action} {path!r}: there is no such object or bucket") from error
    except (exceptions.Forbidden, exceptions.Unauthorized, exceptions.BadRequest) as error:
        raise InputError(f"cannot {action} {path!r}: {' '.join(str(error).split())}") from error
    except GoogleAuthError as error:
        remedy = "log in with `gcloud auth application-default login`"
        raise InputError(f"cannot {action} {path!r}: no Google credentials; {remedy}") from error
    except (exceptions.RetryError, DataCorruption) as error:
        told = in_one_line(error.__cause__ or error)
        tried = f"{outage_s / 60:g} minutes" if outage_s > 60 else f"{outage_s:g} seconds"
        raise Unavailable(
            f"cannot {action} {path!r}: tried for {tried}, and the server still fails ({told}); "
            "run it again later"
        ) from error


@lru_cache(maxsize=1)
def retry() -> "Retry":
    """The library's own policy (408, 429, 5xx, connections that fail or break), for `OUTAGE_S` and
    for tokens that cannot be had just now; it waits a random part of 1, 2, 4 ... 60 s."""
    from google.auth.exceptions import RefreshError, TransportError
    from google.cloud.storage.retry import DEFAULT_RETRY, _should_retry

    def passes(error: Exception) -> bool:
        if isinstance(error, RefreshError):  # of a machine's own account, which has no password
            return error.retryable or isinstance(error.__cause__, TransportError)
        return bool(_should_retry(error))

    policy: Retry = DEFAULT_RETRY.with_predicate(passes).with_timeout(OUTAGE_S)
    return policy


@lru_cache(maxsize=4)
def client(emulator: str | None) -> "Client":
    """One client for each endpoint; `emulator` is the key alone, the library reads it itself."""
    from google.cloud import storage
    from requests.adapters import HTTPAdapter

    made = storage.Client(project=None)
    adapter = HTTPAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)
    made._http.mount("https://", adapter)
    return made
