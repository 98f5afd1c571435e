"""Licences as SPDX expressions."""


def joint_license(*names: str) -> str:
    """An expression of all that applies, each named once."""
    return " AND ".join(dict.fromkeys(names))
