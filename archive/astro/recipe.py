# SPDX-License-Identifier: BSD-3-Clause
"""What a recipe says: how the headers of one telescope and instrument are to be read.

A recipe is a TOML file. One whose name begins with ``_`` is a family: it matches no header and
lends its lines to others by ``extends``. Tables are merged, anything else is replaced.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from archive.astro.fixes import FIXES
from archive.errors import ConfigError

__all__ = ["Band", "Recipe", "RecipeBook", "load_recipes"]

VOCABULARY = "_vocabulary.toml"


@dataclass(frozen=True)
class Band:
    """A filter by the wildcards that its name in headers fits; wavelengths in metres."""

    name: str
    patterns: tuple[str, ...]
    em_min: float | None = None
    em_max: float | None = None

    def is_of(self, written: str) -> bool:
        """Whether this band is meant by a filter's name as written."""
        return any(fnmatchcase(written, pattern) for pattern in self.patterns)


@dataclass(frozen=True)
class Recipe:
    """How the headers of one telescope and instrument are read.

    Parameters
    ----------
    matches
        Alternatives; each names keywords and the wildcards that their values must fit.
    priority
        Of several recipes that fit, the one with the highest is taken.
    keywords
        Field to keywords, in the order in which they are tried.
    start
        Where the start of the exposure is: ``DATE-OBS``, ``DATE-OBS+UT``, ``MJD-OBS`` …, in order.
    constants
        Field to its value, used where no keyword gives one.
    required
        Keywords that must be there; ``A|B`` asks for one of the two.
    required_with
        Keyword to the keywords that must be there if it is.
    fixes
        Names of functions in `archive.astro.fixes`, run in order before anything is read.
    prefix
        First part of the NOAO file name; None keeps files under their own names.
    asks_prefix
        Whether a raw file is refused if there is no prefix (STILUT).
    name_precision
        ``second`` or ``microsecond``: how finely the time is told in the archive's name.
    name_suffix
        Keyword whose value ends the archive's name, where files of one exposure differ by it.
    timezones
        Keyword to value to IANA zone; under ``""`` the zone that holds otherwise.
    night_turns_at
        Local hour after which a night is called by that day's date.
    placeholders
        Texts that stand for no value.
    raw_axes
        Axes that raw pixels have; what has fewer was processed, whether the header says so or not.
    largest_field
        Degrees; a footprint wider than this is a broken WCS.
    dataproduct
        What pixels are in this instrument's files: ``image`` or ``spectrum``.
    """

    name: str
    matches: tuple[Mapping[str, str], ...]
    priority: int = 0
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: tuple[str, ...] = ("DATE-OBS",)
    constants: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    required_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixes: tuple[str, ...] = ()
    prefix: str | None = None
    asks_prefix: bool = False
    name_precision: str = "second"
    name_suffix: str | None = None
    timezones: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    night_turns_at: int = 12
    placeholders: frozenset[str] = frozenset()
    raw_axes: int = 0
    largest_field: float = 60.0
    dataproduct: str = "image"
    bands: tuple[Band, ...] = ()
    vocabulary: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def is_for(self, header: Mapping[str, object]) -> bool:
        """Whether one of the alternatives fits."""
        return any(
            all(
                fnmatchcase(str(header.get(keyword) or "").strip().lower(), wanted) for keyword, wanted in match.items()
            )
            for match in self.matches
        )

    def meaning_of(self, kind: str, written: str) -> str | None:
        """Give the archive's word for a word of the header; `kind` is a table of the vocabulary."""
        return self.vocabulary.get(kind, {}).get(" ".join(written.lower().split()))

    def band_of(self, written: str) -> Band | None:
        """Give the band of a filter's name as written."""
        return next((band for band in self.bands if band.is_of(written.strip())), None)


@dataclass(frozen=True)
class RecipeBook:
    """All recipes of this archive."""

    recipes: tuple[Recipe, ...]

    def recipe_for(self, header: Mapping[str, object]) -> Recipe | None:
        """Choose the recipe for the keywords of a file; None if none fits."""
        return next((recipe for recipe in self.recipes if recipe.is_for(header)), None)


def load_recipes(folder: Path) -> RecipeBook:
    """Read all recipes of a folder.

    Raises
    ------
    ConfigError
        A recipe is not understood; the message names file and line.
    """
    texts = {path.name: _read(path) for path in sorted(folder.glob("*.toml"))}
    vocabulary = texts.pop(VOCABULARY, {})
    recipes = [_recipe(name, _extended(name, texts), vocabulary) for name in texts if not name.startswith("_")]
    return RecipeBook(tuple(sorted(recipes, key=lambda recipe: (-recipe.priority, recipe.name))))


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"The recipe {path.name} is not sound TOML: {exc}") from exc


def _extended(name: str, texts: Mapping[str, Mapping[str, object]], seen: tuple[str, ...] = ()) -> dict[str, object]:
    if name not in texts or name in seen:
        raise ConfigError(f"The recipe {seen[-1] if seen else name} extends {name}, which is not there or goes round")
    own = dict(texts[name])
    parent = own.pop("extends", None)
    if parent is None:
        return own
    return _merged(_extended(f"{parent}.toml", texts, (*seen, name)), own)


def _merged(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


_TEXTS = {"prefix", "name_precision", "name_suffix", "dataproduct"}
_LISTS = {"start", "required", "fixes"}
_TABLES_OF_LISTS = {"keywords", "required_with"}
_TABLES = {"constants"}
_NUMBERS = {"priority", "night_turns_at", "raw_axes", "largest_field"}


def _recipe(name: str, text: Mapping[str, object], vocabulary: Mapping[str, object]) -> Recipe:
    values: dict[str, object] = {}
    try:
        for key, value in text.items():
            values.update(_setting(key, value))
        # A recipe may add words to the common vocabulary, or give them another meaning.
        words = _merged(vocabulary, _as_table(text.get("words", {})))
        values["vocabulary"] = {kind: _words(_as_table(table)) for kind, table in words.items()}
        recipe = Recipe(name=name.removesuffix(".toml"), **values)  # type: ignore[arg-type]
    except (TypeError, ValueError, KeyError, AttributeError) as exc:
        raise ConfigError(f"The recipe {name} is not understood: {exc}") from exc
    if not recipe.matches:
        raise ConfigError(f"The recipe {name} has no [[match]]")
    return recipe


def _setting(key: str, value: object) -> dict[str, object]:
    if key in _TEXTS:
        return {key: str(value)}
    if key in _NUMBERS:
        if not isinstance(value, (int, float)):
            raise ValueError(f"{key} must be a number")
        return {key: value}
    if key in _LISTS:
        if key == "fixes" and (unknown := set(_as_list(value)) - set(FIXES)):
            raise ValueError(f"there is no fix called {', '.join(sorted(unknown))}")
        return {key: _as_list(value)}
    if key in _TABLES_OF_LISTS:
        return {key: {name: _as_list(items) for name, items in _as_table(value).items()}}
    if key in _TABLES:
        return {key: {name: str(item) for name, item in _as_table(value).items()}}
    return _special_setting(key, value)


def _special_setting(key: str, value: object) -> dict[str, object]:
    match key:
        case "words":
            return {}
        case "asks_prefix":
            return {key: value is True}
        case "placeholders":
            return {key: frozenset(text.lower() for text in _as_list(value))}
        case "timezone":
            return {"timezones": {"": {"": str(value)}}}
        case "timezones":
            table = _as_table(value)
            return {key: {keyword: _words(_as_table(zones)) for keyword, zones in table.items()}}
        case "match":
            if not isinstance(value, list):
                raise TypeError("match must be written as [[match]]")
            return {"matches": tuple({k: w.lower() for k, w in _words(_as_table(item)).items()} for item in value)}
        case "bands":
            return {key: tuple(_band(name, _as_table(band)) for name, band in _as_table(value).items())}
    raise ValueError(f"{key} is no word of recipes")


def _band(name: str, table: Mapping[str, object]) -> Band:
    limits = table.get("nm", [])
    if not isinstance(limits, list) or len(limits) not in {0, 2}:
        raise ValueError(f"nm of the band {name} must be two wavelengths")
    # Recipes give wavelengths in nanometres, as filter lists do; ObsCore has metres.
    low, high = (float(limit) * 1e-9 for limit in limits) if limits else (None, None)
    return Band(name=name, patterns=_as_list(table["filters"]), em_min=low, em_max=high)


def _words(table: Mapping[str, object]) -> dict[str, str]:
    return {str(key): str(value) for key, value in table.items()}


def _as_table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("a table is expected")
    return value


def _as_list(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Sequence):
        raise TypeError("a list is expected")
    return tuple(str(item) for item in value)
