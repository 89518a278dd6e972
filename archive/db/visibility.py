# SPDX-License-Identifier: BSD-3-Clause
"""The SQL twin of ``domain/access.py``: conditions on the product table.

Lists are filtered by these in the query, single products judged by the domain's rule; a
property test holds the two together.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, not_, or_, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.util import AliasedClass

from archive.db.schema import ProductRow, ProgramRow
from archive.domain.access import Caller, Rights
from archive.domain.identity import Scope

__all__ = ["program_known_to", "readable_by", "rights_of", "visible_to"]


def rights_of(product: ProductRow) -> Rights:
    """Give what the domain's rule judges a product by."""
    return Rights(product.program_id, product.metadata_release, product.data_release, product.is_hidden)


def visible_to(caller: Caller, now: datetime) -> ColumnElement[bool]:
    """Give the condition on `ProductRow` that holds where `may_see` does.

    Parameters
    ----------
    now
        An aware time, the same for the whole answer.
    """
    return _open_to(caller, ProductRow.metadata_release, Scope.READ_METADATA, now)


def readable_by(caller: Caller, now: datetime) -> ColumnElement[bool]:
    """Give the condition on `ProductRow` that holds where `may_read` does.

    Parameters
    ----------
    now
        An aware time, the same for the whole answer.
    """
    return and_(visible_to(caller, now), _open_to(caller, ProductRow.data_release, Scope.READ_DATA, now))


def program_known_to(
    caller: Caller, program: type[ProgramRow] | AliasedClass[ProgramRow] = ProgramRow
) -> ColumnElement[bool]:
    """Give the condition on `ProgramRow`, or an alias of it, that holds where `may_know_program` does."""
    granted = caller.is_granted(Scope.READ_METADATA)
    if granted and caller.is_staff:
        return true()
    mine = program.id.in_(sorted(caller.programs)) if granted and caller.programs else false()
    return or_(not_(program.is_metadata_private), mine)


def _open_to(
    caller: Caller, release: InstrumentedAttribute[datetime | None], scope: Scope, now: datetime
) -> ColumnElement[bool]:
    granted = caller.is_granted(scope)
    if granted and caller.is_staff:
        return true()
    # Never NULL, so that the condition can be selected and negated as it stands.
    released = and_(release.is_not(None), release <= now)
    of_the_team = (
        and_(ProductRow.program_id.is_not(None), ProductRow.program_id.in_(sorted(caller.programs)))
        if granted and caller.programs
        else false()
    )
    return and_(not_(ProductRow.is_hidden), or_(released, of_the_team))
