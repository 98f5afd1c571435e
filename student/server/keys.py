"""Who may use the server: API keys, of which nothing but hashes is stored.

A key is 256 random bits, so one round of SHA-256 keeps it: nobody can try enough keys to find the one
behind a hash. Slow hashes (bcrypt, Argon2) are for passwords, which people choose; here they would
only let strangers keep the server busy.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from speech import storage
from speech.config import Config
from speech.errors import InputError

NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
LINE = re.compile(rf"({NAME.pattern})\s+sha256:([0-9a-f]{{64}})", re.ASCII)
FORM = "NAME sha256:HEX, as new_key=NAME prints it"


class KeysConfig(Config):
    file: str | None
    """one `NAME sha256:HEX` a line, # before a comment; null: none"""
    variable: str
    """the environment variable that holds such lines, or has them with commas between"""


@dataclass(frozen=True)
class KeyRing:
    """The holders of keys; empty where everybody may come in."""

    digests: Mapping[str, bytes]
    """SHA-256 of the key, by its holder's name"""

    def __bool__(self) -> bool:
        return bool(self.digests)

    def holder(self, key: str) -> str | None:
        """Whose key it is; None where it is nobody's."""
        digest, found = hashlib.sha256(key.encode()).digest(), None
        for name, known in self.digests.items():  # all of them: the time taken tells nothing
            if hmac.compare_digest(digest, known):
                found = name
        return found


def read_keys(config: KeysConfig, environment: Mapping[str, str]) -> KeyRing:
    """All keys of the file and of the environment.

    Raises:
        InputError: a line of another form, a name given twice, a file without a key: a server that
            is thought to be locked is not to stand open.
    """
    digests: dict[str, bytes] = {}
    if config.file is not None:
        try:
            lines = storage.read_bytes(config.file).decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise InputError(f"{config.file} is not in UTF-8; a line of it is {FORM}") from error
        _add(digests, lines, config.file)
        if not digests:
            raise InputError(f"{config.file} has no key; a line of it is {FORM}")
    lines = re.split(r"[\n,]", environment.get(config.variable, ""))
    _add(digests, lines, f"${config.variable}")
    return KeyRing(digests)


def _add(digests: dict[str, bytes], lines: Iterable[str], where: str) -> None:
    """A line that does not fit is not shown: it may be a key."""
    for number, line in enumerate(lines, 1):
        stripped = line.partition("#")[0].strip()
        if not stripped:
            continue
        fits = LINE.fullmatch(stripped)
        if fits is None:
            raise InputError(f"{where}, line {number} is no hashed key; allowed: {FORM}")
        name, digest = fits.groups()
        if name in digests:
            raise InputError(
                f"{where}, line {number}: a second key of {name}; names are given once"
            )
        digests[name] = bytes.fromhex(digest)


def make_key(name: str) -> tuple[str, str]:
    """A new key, which is stored nowhere, and the line that lets its holder in."""
    if not NAME.fullmatch(name):
        raise InputError(f"new_key={name!r:.80}; allowed: up to 64 of A-Z a-z 0-9 . _ -")
    key = f"tts-{secrets.token_urlsafe(32)}"
    return key, f"{name} sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def bearer(authorization: str) -> str:
    """The key of an Authorization header, as OpenAI's client sends it; empty where there is none."""
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def open_door(host: str, keys: KeyRing, wyoming_port: int | None) -> str | None:
    """What to say of a server that strangers can reach and that asks for no key."""
    if _is_here(host) or (keys and wyoming_port is None):
        return None
    if keys:
        told = f"Wyoming knows no keys; whoever reaches host={host} may use {wyoming_port=}"
        return f"warning: {told}"
    return f"warning: whoever reaches host={host} may use this server; keys.file=... asks them for keys"


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # the name of an interface that others reach
        return False
