"""`runner=lease`: as many machines as are started by hand share the work of one output.

Each runs the same command. A unit is claimed before it is spoken, by a small file beside its marker
that is renewed while somebody works; whose holder died is free again after `lease_s`.
"""

from pydantic import Field

from pipelines.runners.direct import DirectConfig


class LeaseConfig(DirectConfig):
    """This machine's share: as `runner=direct`, but it makes no unit that another is making."""

    lease_s: float = Field(ge=1)

    @property
    def shared_lease_s(self) -> float:
        return self.lease_s
