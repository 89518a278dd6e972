# SPDX-License-Identifier: BSD-3-Clause
"""The resolver: asks one table after the other and says which knew."""

from collections.abc import Callable

from archive.astro.names.builtin import BuiltInNames
from archive.astro.names.sesame import Sesame
from archive.domain.search import ResolvedName
from archive.errors import NotFoundError

__all__ = ["NameResolver"]

MAX_NAME = 200


class NameResolver:
    """Resolves names of objects.

    Parameters
    ----------
    sesame
        A service to ask for names that nobody here knows; None where there is none.
    """

    def __init__(self, *, builtin: BuiltInNames, sesame: Sesame | None) -> None:
        self._builtin = builtin
        self._sesame = sesame

    def resolve(self, name: str, own: Callable[[str], ResolvedName | None]) -> ResolvedName:
        """Find where a name lies.

        Parameters
        ----------
        own
            Knows the targets of our own holdings that the caller may know of; asked after the
            built-in tables and before anybody outside.

        Raises
        ------
        NotFoundError
            Nobody knows the name; it has suggestions.
        """
        if len(name) > MAX_NAME:
            raise NotFoundError(f"A name has at most {MAX_NAME} characters.")
        found = self._builtin.find(name) or own(name)
        if found is not None:
            return found
        outside = ""
        if self._sesame is not None:
            try:
                answer = self._sesame.find(name)
            except ConnectionError:
                outside = " The outer resolver (CDS Sesame) did not answer just now."
            else:
                if answer is not None:
                    return answer
        near = self._builtin.near(name)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise NotFoundError(f"Nobody knows an object called {name}.{hint}{outside}", near)
