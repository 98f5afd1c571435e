"""A push to a repository of the fake hub, and what it says where it is refused."""

import pytest

from pipelines.push import __main__ as push
from pipelines.push.__main__ import PushConfig
from speech.config import load_config
from speech.errors import InputError

REPO = "someone/speech"


def run(*overrides: str) -> int:
    return push.main(load_config(PushConfig, "push", [f"repo={REPO}", *overrides], ("student",)))


def refused(*overrides: str) -> str:
    with pytest.raises(InputError) as caught:
        run(*overrides)
    assert "\n" not in str(caught.value)
    return str(caught.value)
