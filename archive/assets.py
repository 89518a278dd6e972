# SPDX-License-Identifier: BSD-3-Clause
"""Where templates, static files and migrations lie.

In a checkout they stand at the top level beside the packages; a wheel carries them inside
``archive/``, where nothing else can claim their names.
"""

from pathlib import Path

__all__ = ["asset_folder"]

_PACKAGE = Path(__file__).resolve().parent


def asset_folder(name: str) -> Path:
    """Give the folder ``templates``, ``static`` or ``migrations`` of this installation."""
    packed = _PACKAGE / name
    return packed if packed.is_dir() else _PACKAGE.parent / name
