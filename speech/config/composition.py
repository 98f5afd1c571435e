"""What Hydra composes from conf/ and the command line."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, cast

from hydra import compose, initialize_config_dir
from hydra.errors import ConfigCompositionException, HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from speech.config.targets import TARGET


def composition(folder: Path, name: str, overrides: Sequence[str]) -> DictConfig:
    """`<folder>/<name>.yaml` with its groups and overrides.

    Raises:
        HydraException, OmegaConfBaseException: an override that cannot be read, or does not fit.
    """
    with initialize_config_dir(str(folder), version_base="1.3"):
        try:
            return compose(name, overrides=list(overrides))
        except OmegaConfBaseException:
            raise
        except ValueError as error:  # Hydra's, of a group that is given no name
            raise ConfigCompositionException(str(error)) from error


def chosen_groups(folder: Path, name: str, overrides: Sequence[str]) -> Mapping[str, Any]:
    """The values before any override but those that choose an option or a class; where these
    cannot be composed, the defaults."""
    choices = tuple(one for one in overrides if _is_choice(folder, key_of(one)))
    for chosen in (choices, ()):
        with suppress(HydraException, OmegaConfBaseException):
            return _values(folder, name, chosen)
    return {}


@cache
def _values(folder: Path, name: str, choices: tuple[str, ...]) -> Mapping[str, Any]:
    """To be read; composed once, as it takes a tenth of a second and its files stay as they are."""
    return cast(dict[str, Any], OmegaConf.to_container(composition(folder, name, choices)))


def groups_of(folder: Path, name: str) -> dict[str, str]:
    """The groups of a command as an override names them, `group` or `group@block`, with the option
    that each has by default."""
    with initialize_config_dir(str(folder), version_base="1.3"):
        choices = compose(name, return_hydra_config=True).hydra.runtime.choices
    return {group: option for group, option in choices.items() if not group.startswith("hydra")}


def key_of(override: str) -> str:
    return override.partition("=")[0].lstrip("+~")


def group_folder(folder: Path, key: str) -> Path | None:
    """Where the options of a group are, if the key is one."""
    group = folder / key.partition("@")[0]
    return group if key and group.is_dir() else None


def _is_choice(folder: Path, key: str) -> bool:
    return group_folder(folder, key) is not None or key.rpartition(".")[2] == TARGET
