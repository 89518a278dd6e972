# SPDX-License-Identifier: BSD-3-Clause
"""Writes beside a lower limit of one number what it says of another that lies near, such as of an end and its start."""

from vo.adql import tree
from vo.adql.naming import Scope
from vo.adql.texttests import TextTests

__all__ = ["NearTests"]


class NearTests(TextTests):
    """The translator's floor of limits."""

    def helped(self, node: tree.Condition, written: str, scope: Scope) -> str:
        """Write a condition that is not under NOT, and beside it what finds an index."""
        for name, limit in _lower_limits(node):
            named = scope.find(name)
            near = named.column.near
            if near is None or named.source is None:
                continue
            lowest = self.value(limit, scope).constant
            if lowest is not None:
                alias = named.source.alias
                near_it = f"{alias}.{near.column} >= {float(lowest) - near.below!r}::float8"
                return f"(({near_it} OR {alias}.{near.is_far}) AND {written})"
        return super().helped(node, written, scope)


def _lower_limits(node: tree.Condition) -> list[tuple[tree.ColumnName, tree.Value]]:
    """Give columns and values, each column being at least the value where the condition holds."""
    found: list[tuple[tree.Value, tree.Value]] = []
    if isinstance(node, tree.Between) and not node.is_not:
        found.append((node.operand, node.low))
    elif isinstance(node, tree.Comparison) and node.operator in {">", ">=", "="}:
        found.append((node.left, node.right))
    elif isinstance(node, tree.Comparison) and node.operator in {"<", "<="}:
        found.append((node.right, node.left))
    return [(column, value) for column, value in found if isinstance(column, tree.ColumnName)]
