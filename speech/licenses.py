"""Licences as SPDX expressions."""


def joint_license(*names: str) -> str:
    """An expression of all that applies, each named once; the names may be such expressions."""
    return " AND ".join(dict.fromkeys(part for name in names for part in name.split(" AND ")))
