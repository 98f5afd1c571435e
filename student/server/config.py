"""The configuration of the server."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from speech.config import Config
from student.server.addresses import check_origin, check_proxies, check_proxy
from student.server.cache import CacheConfig
from student.server.keys import KeysConfig
from student.server.rate_limit import RateLimitConfig


class ServeConfig(Config):
    host: str
    port: int = Field(ge=0, le=65535)
    """0: one that is free"""
    wyoming_port: int | None = Field(ge=0, le=65535)
    """for Home Assistant and others that speak Wyoming; null: not at all"""
    models: dict[str, str] = Field(min_length=1)
    """name -> where the student lies: local, gs:// or package://"""
    model_aliases: tuple[str, ...]
    """other names of the first model"""
    voice_aliases: tuple[str, ...]
    """other names of each model's voices, in their order, from the first again"""
    threads: int | None = Field(ge=1)
    """threads that compute speech; null: one a core"""
    queue: int = Field(ge=1)
    """most requests that wait for a thread"""
    deadline_s: float = Field(gt=0)
    max_chars: int = Field(ge=1)
    """of a text"""
    max_body_bytes: int = Field(ge=1)
    cors_origins: tuple[Annotated[str, AfterValidator(check_origin)], ...]
    """of pages that may ask from a browser"""
    tls_cert: str | None
    tls_key: str | None
    proxies: Annotated[
        tuple[Annotated[str, AfterValidator(check_proxy)], ...], AfterValidator(check_proxies)
    ]
    """addresses and networks whose X-Forwarded-For and -Proto are believed"""
    keys: KeysConfig
    new_key: str | None
    """make a key for this name, print it, and stop"""
    rate_limit: RateLimitConfig
    cache: CacheConfig
    metrics: Literal["open", "keys", "off"]
    """/metrics for everybody, for who has a key, or not there"""
    log_text: bool
    """also the texts that were to be spoken"""
    drain_s: float = Field(ge=0)
    """that requests may still take once the server is told to end"""

    @model_validator(mode="after")
    def _check_tls(self) -> "ServeConfig":
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        return self

    @model_validator(mode="after")
    def _check_address(self) -> "ServeConfig":
        if not self.host.strip():  # which would be every address, without a word
            raise ValueError(
                "host is empty; 127.0.0.1 is this machine alone, 0.0.0.0 whoever reaches it"
            )
        if self.port and self.port == self.wyoming_port:
            raise ValueError(f"port={self.port} and wyoming_port={self.port}: each needs its own")
        return self
