"""Names of objects as positions: built-in tables first, then CDS Sesame where it can be reached."""

from archive.astro.names.builtin import BuiltInNames
from archive.astro.names.resolver import NameResolver
from archive.astro.names.sesame import Sesame

__all__ = ["BuiltInNames", "NameResolver", "Sesame"]
