"""A dated table of prices in US dollars, every value with where and when it was read."""

from datetime import date
from hashlib import sha256

from pydantic import Field

from speech.config import Config
from speech.errors import InputError

GIB = 2**30


class Sourced(Config):
    source: str
    read: date


class DataflowPrices(Sourced):
    """What a worker costs beside its accelerator, in one region."""

    region: str
    usd_a_vcpu_hour: float = Field(ge=0)
    usd_a_memory_gb_hour: float = Field(ge=0)
    usd_a_disk_gb_hour: float = Field(ge=0)


class Machine(Config):
    """Of a Dataflow worker, which is billed by its parts."""

    vcpus: int = Field(ge=1)
    memory_gb: float = Field(gt=0)
    disk_gb: float = Field(ge=0)


class Profile(Sourced):
    """Hardware that one worker has."""

    accelerator: str
    """its key in the table of throughputs"""
    usd_an_hour: float | None = Field(ge=0)
    """of the accelerator where there is a `machine` beside it, else of all; None: not public"""
    machine: Machine | None
    times_real_time: float | None = Field(gt=0)
    """the user's own figure: seconds of audio made in a second"""


class StorageClass(Config):
    usd_a_gib_month: float = Field(ge=0)
    retrieval_usd_a_gib: float = Field(ge=0)


class StoragePrices(Sourced):
    classes: dict[str, StorageClass]
    class_a_usd_a_thousand: float = Field(ge=0)
    class_b_usd_a_thousand: float = Field(ge=0)
    egress_usd_a_gib: float = Field(ge=0)
    replication_usd_a_gib: float | None = Field(ge=0)
    """of every write to a multi-region bucket; None: not sourced"""


class PricesConfig(Config):
    name: str
    dataflow: DataflowPrices
    storage: StoragePrices
    profiles: dict[str, Profile]

    def profile(self, name: str) -> Profile:
        """Raises InputError: there is none of this name."""
        if name not in self.profiles:
            allowed = ", ".join(self.profiles)
            raise InputError(f"plan.profiles: no profile {name!r}; allowed: {allowed}")
        return self.profiles[name]

    def usd_an_hour(self, name: str) -> float:
        """Of one worker.

        Raises:
            InputError: its price is not public and was not given.
        """
        profile = self.profile(name)
        if profile.usd_an_hour is None:
            key = f"prices.profiles.{name}.usd_an_hour"
            raise InputError(f"{key} has no public price in {self.name}; give {key}=...")
        if profile.machine is None:
            return profile.usd_an_hour
        machine, rates = profile.machine, self.dataflow
        return (
            profile.usd_an_hour
            + machine.vcpus * rates.usd_a_vcpu_hour
            + machine.memory_gb * rates.usd_a_memory_gb_hour
            + machine.disk_gb * rates.usd_a_disk_gb_hour
        )

    def storage_class(self, name: str) -> StorageClass:
        """Raises InputError: there is none of this name."""
        classes = self.storage.classes
        if name not in classes:
            raise InputError(f"plan.storage_class={name}: allowed: {', '.join(classes)}")
        return classes[name]

    def label(self, names: tuple[str, ...]) -> str:
        """The table, when its values were read, and a hash of all that it says."""
        used = (self.dataflow, self.storage, *map(self.profile, names))
        days = sorted(entry.read for entry in used)
        digest = sha256(self.model_dump_json().encode()).hexdigest()[:8]
        return f"{self.name}, read {days[0]} to {days[-1]}, sha256 {digest}"
