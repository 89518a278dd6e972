# SPDX-License-Identifier: BSD-3-Clause
"""Writes a tree as ADQL that reads as the same tree."""

import re

from vo.adql import tree
from vo.adql.words import reserved_words

__all__ = ["to_adql"]

REGULAR = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
RESERVED = reserved_words("2.1")
STRENGTH = {"||": 5, "&": 5, "|": 5, "^": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7}
SIGN, PRIMARY = 8, 9


def to_adql(node: tree.Node) -> str:
    """Write a query, or a part of one.

    Raises
    ------
    TypeError
        It is no node of a query.
    """
    match node:
        case tree.Statement():
            common = ", ".join(f"{_name(item.name)} AS ({to_adql(item.query)})" for item in node.common_tables)
            return f"WITH {common} {to_adql(node.query)}" if common else to_adql(node.query)
        case tree.Query() | tree.SetOperation() | tree.Select():
            return _query(node)
        case tree.SelectItem():
            return _value(node.value) + (f" AS {_name(node.alias)}" if node.alias else "")
        case tree.Star():
            return f"{_names(node.qualifier)}.*" if node.qualifier else "*"
        case tree.OrderTerm():
            return _value(node.value) + (" DESC" if node.is_descending else "")
        case tree.Relation():
            return _relation(node)
        case tree.Condition():
            return _condition(node)
        case tree.Identifier():
            return _name(node)
        case tree.Value():
            return _value(node)
    raise TypeError(f"{type(node).__name__} is no part of a query")


def _name(identifier: tree.Identifier) -> str:
    is_plain = REGULAR.fullmatch(identifier.name) and identifier.name.upper() not in RESERVED
    if identifier.is_quoted or not is_plain:
        return '"' + identifier.name.replace('"', '""') + '"'
    return identifier.name


def _names(parts: tuple[tree.Identifier, ...]) -> str:
    return ".".join(_name(part) for part in parts)


def _list(values: tuple[tree.Value, ...]) -> str:
    return ", ".join(_value(value) for value in values)


def _query(node: tree.Query | tree.SetOperation | tree.Select) -> str:
    match node:
        case tree.Query():
            words = [_arm(node.body) if isinstance(node.body, tree.Query) else _query(node.body)]
            if node.order_by:
                words.append("ORDER BY " + ", ".join(to_adql(term) for term in node.order_by))
            if node.offset is not None:
                words.append(f"OFFSET {node.offset}")
            return " ".join(words)
        case tree.SetOperation():
            word = f"{node.operator} ALL" if node.is_all else node.operator
            left, right = node.left, node.right
            is_weak = isinstance(left, tree.SetOperation) and node.operator == "INTERSECT" != left.operator
            one = f"({_query(left)})" if is_weak else _arm(left)
            return f"{one} {word} {_arm(right, is_right_of=node.operator)}"
        case tree.Select():
            return _select(node)


def _arm(node: tree.Query | tree.SetOperation | tree.Select, is_right_of: str = "") -> str:
    is_loose = isinstance(node, tree.SetOperation) and bool(is_right_of)
    if is_loose and isinstance(node, tree.SetOperation) and node.operator == "INTERSECT" != is_right_of:
        is_loose = False
    return f"({_query(node)})" if isinstance(node, tree.Query) or is_loose else _query(node)


def _select(node: tree.Select) -> str:
    words = ["SELECT"]
    if node.is_distinct:
        words.append("DISTINCT")
    if node.top is not None:
        words.append(f"TOP {node.top}")
    words.append(", ".join(to_adql(item) for item in node.items))
    words.append("FROM " + ", ".join(_relation(relation) for relation in node.relations))
    if node.where:
        words.append(f"WHERE {_condition(node.where)}")
    if node.group_by:
        words.append(f"GROUP BY {_list(node.group_by)}")
    if node.having:
        words.append(f"HAVING {_condition(node.having)}")
    return " ".join(words)


def _relation(node: tree.Relation) -> str:
    match node:
        case tree.TableName():
            return _names(node.parts) + (f" AS {_name(node.alias)}" if node.alias else "")
        case tree.DerivedTable():
            return f"({_query(node.query)}) AS {_name(node.alias)}"
        case tree.Join():
            word = "JOIN" if node.kind == "INNER" else f"{node.kind} JOIN"
            natural = "NATURAL " if node.is_natural else ""
            right = _relation(node.right)
            if isinstance(node.right, tree.Join):
                right = f"({right})"
            end = ""
            if node.condition:
                end = f" ON {_condition(node.condition)}"
            elif node.using:
                end = f" USING ({', '.join(_name(column) for column in node.using)})"
            return f"{_relation(node.left)} {natural}{word} {right}{end}"
    raise TypeError(f"{type(node).__name__} is no relation")


def _condition(node: tree.Condition) -> str:
    match node:
        case tree.Not():
            return f"NOT {_term(node.operand)}"
        case tree.And():
            return " AND ".join(_term(term) for term in node.terms)
        case tree.Or():
            return " OR ".join(_term(term) for term in node.terms)
        case tree.Exists():
            return f"EXISTS ({_query(node.query)})"
        case _:
            return _predicate(node)


def _predicate(node: tree.Condition) -> str:
    no = "NOT " if getattr(node, "is_not", False) else ""
    match node:
        case tree.Comparison():
            return f"{_value(node.left)} {node.operator} {_value(node.right)}"
        case tree.Between():
            return f"{_value(node.operand)} {no}BETWEEN {_value(node.low)} AND {_value(node.high)}"
        case tree.InList():
            return f"{_value(node.operand)} {no}IN ({_list(node.values)})"
        case tree.InQuery():
            return f"{_value(node.operand)} {no}IN ({_query(node.query)})"
        case tree.Like():
            return f"{_value(node.operand)} {no}{'ILIKE' if node.is_caseless else 'LIKE'} {_value(node.pattern)}"
        case tree.IsNull():
            return f"{_value(node.operand)} IS {no}NULL"
    raise TypeError(f"{type(node).__name__} is no condition")


def _term(node: tree.Condition) -> str:
    return f"({_condition(node)})" if isinstance(node, tree.And | tree.Or | tree.Not) else _condition(node)


def _value(node: tree.Value, power: int = 0) -> str:
    match node:
        case tree.ColumnName():
            return _names(node.parts)
        case tree.Number():
            return node.text
        case tree.Text():
            return "'" + node.value.replace("'", "''") + "'"
        case tree.Null():
            return "NULL"
        case tree.Unary():
            written, own = node.operator + _value(node.operand, PRIMARY), SIGN
        case tree.Binary():
            own = STRENGTH[node.operator]
            # The right side in parentheses if it is of the same strength: they group to the left.
            written = f"{_joined(node.left, node, own - 1)} {node.operator} {_joined(node.right, node, own)}"
        case _:
            return _function(node)
    return f"({written})" if own <= power else written


def _joined(side: tree.Value, node: tree.Binary, power: int) -> str:
    is_sum = isinstance(side, tree.Unary | tree.Binary) and getattr(side, "operator", "") != "||"
    return _value(side, SIGN if node.operator == "||" and is_sum else power)


def _function(node: tree.Value) -> str:
    match node:
        case tree.Call():
            return f"{node.name}({_list(node.arguments)})"
        case tree.Aggregate():
            inner = "*" if node.argument is None else _value(node.argument)
            return f"{node.name}({'DISTINCT ' if node.is_distinct else ''}{inner})"
        case tree.Cast():
            length = "" if node.length is None else f"({node.length})"
            return f"CAST({_value(node.operand)} AS {node.type_name}{length})"
        case tree.Case():
            operand = f" {_value(node.operand)}" if node.operand else ""
            branches = "".join(f" WHEN {to_adql(test)} THEN {_value(value)}" for test, value in node.branches)
            otherwise = f" ELSE {_value(node.otherwise)}" if node.otherwise else ""
            return f"CASE{operand}{branches}{otherwise} END"
    raise TypeError(f"{type(node).__name__} is no value")
