# SPDX-License-Identifier: BSD-3-Clause
"""Instrument recipes as data: one TOML file a telescope and instrument (``docs/operating.md`` tells how)."""

from pathlib import Path

__all__ = ["RECIPES"]

RECIPES = Path(__file__).parent
