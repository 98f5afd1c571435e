"""Every random choice comes from a named key, so that order, batching and retries change nothing."""

import hashlib
import threading
from collections.abc import Sequence

TORCH_GENERATOR = threading.RLock()
"""torch has one generator for all threads of a process: who seeds it holds this until all is drawn"""


def stable_hash(*parts: object) -> int:
    """A 63-bit integer from the parts' text; equal in every process and on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def short_id(*parts: object) -> str:
    """16 hexadecimal characters from the parts' text, for ids that survive reordering."""
    return f"{stable_hash('id', *parts):016x}"


def rendezvous(key: str, candidates: Sequence[str], count: int, seed: int) -> list[str]:
    """The `count` candidates that `key` prefers, best first.

    Highest random weight (Thaler and Ravishankar, 1998): a new candidate takes only the keys that
    now prefer it, a removed one gives up only its own, and other keys do not matter.
    """
    return sorted(candidates, key=lambda name: stable_hash(seed, key, name), reverse=True)[:count]
