"""A table set made from a query itself: every table and column that it names, of the kind that its use asks for."""

import re
from dataclasses import dataclass, field, fields

from vo.adql import Column, Function, Parameter, Result, Table, TableMap, tree
from vo.adql.signatures import FUNCTIONS
from vo.adql.valuetypes import Type
from vo.tables import Datatype, Field

KINDS = {
    "number": {"datatype": Datatype.DOUBLE, "unit": "deg"},
    "whole": {"datatype": Datatype.LONG},
    "text": {"datatype": Datatype.UNICODE_CHAR, "arraysize": "*"},
    "truth": {"datatype": Datatype.BOOLEAN},
    "region": {"datatype": Datatype.CHAR, "arraysize": "*", "xtype": "adql:REGION"},
    "point": {"datatype": Datatype.DOUBLE, "arraysize": "2", "xtype": "point"},
}
SQL_TYPES = {
    "number": "float8", "whole": "bigint", "text": "text", "truth": "boolean", "region": "text", "point": "float8[]"
}  # fmt: skip
TEXTUAL, NUMERIC = (Result(Type.TEXT), "md5('')"), (Result(Type.DOUBLE), "random()")
HINTS = {
    **dict.fromkeys(("CONTAINS", "INTERSECTS", "AREA", "CENTROID"), "region"),
    **dict.fromkeys(("COORD1", "COORD2", "DISTANCE"), "point"),
    **dict.fromkeys(("LOWER", "UPPER"), "text"),
}


@dataclass
class Guess:
    """The tables of a query, by schema and name, and the kinds of their columns."""

    tables: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    textual: set[str] = field(default_factory=set)

    def repair(self, words: str) -> bool:
        """Take the columns that are named in a refusal for text; give whether that changed anything."""
        names = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", words.lower()))
        has_changed = False
        for columns in self.tables.values():
            for name, kind in columns.items():
                if kind == "number" and name.lower() in names:
                    columns[name] = "text"
                    has_changed = True
        textual = {name for name in self.functions if name in names} - self.textual
        self.textual |= textual
        return has_changed or bool(textual)

    def rows(self) -> list[Function]:
        """Give the functions, each taking and giving anything."""
        return [
            Function(name, (Parameter.ANY,) * count, *(TEXTUAL if name in self.textual else NUMERIC), least=0)
            for name, count in self.functions.items()
            if name not in FUNCTIONS
        ]

    def table_map(self) -> TableMap:
        made = []
        for place, ((catalog, schema, name), columns) in enumerate(self.tables.items()):
            given = columns or {"a": "number"}
            made.append(
                Table(
                    schema,
                    name,
                    f"r{place}",
                    tuple(Column(Field(column, **KINDS[kind]), quoted(column)) for column, kind in given.items()),  # type: ignore[arg-type]
                    catalog=catalog,
                )
            )
        return TableMap(made)

    def definitions(self) -> list[str]:
        made = []
        for place, columns in enumerate(self.tables.values()):
            given = columns or {"a": "number"}
            listed = ", ".join(f"{quoted(column)} {SQL_TYPES[kind]}" for column, kind in given.items())
            made.append(f"CREATE TEMP TABLE r{place} ({listed})")
        return made


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _Reader:
    def __init__(self) -> None:
        self.guess = Guess()
        self.common: dict[str, set[str]] = {}
        self.scopes: list[list[tuple[set[str], tuple[str, str, str] | None, set[str]]]] = []

    def key(self, parts: tuple[tree.Identifier, ...]) -> tuple[str, str, str]:
        names = [part.folded for part in parts]
        catalog, schema, name = ["", "", ""][len(names) :] + names[-3:]
        return catalog, schema, name

    def relation(self, node: tree.Relation) -> list[tuple[set[str], tuple[str, str, str] | None, set[str]]]:
        if isinstance(node, tree.TableName):
            last = node.parts[-1].name.lower()
            if len(node.parts) == 1 and last in self.common:
                return [({(node.alias or node.parts[-1]).name.lower()}, None, self.common[last])]
            key = self.key(node.parts)
            self.guess.tables.setdefault(key, {})
            return [({(node.alias or node.parts[-1]).name.lower()}, key, set())]
        if isinstance(node, tree.DerivedTable):
            self.query(node.query)
            return [({node.alias.name.lower()}, None, self.outputs(node.query))]
        assert isinstance(node, tree.Join)
        sides = self.relation(node.left), self.relation(node.right)
        for name in node.using:
            for side in sides:
                if not any(name.name.lower() in columns for _, _, columns in side):
                    self.add(side, name, "number")
        return [*sides[0], *sides[1]]

    def outputs(self, query: tree.Query) -> set[str]:
        body: object = query
        while isinstance(body, tree.Query | tree.SetOperation):
            body = body.body if isinstance(body, tree.Query) else body.left
        assert isinstance(body, tree.Select)
        found = set()
        for item in body.items:
            if isinstance(item, tree.Star):
                found.add("*")
            elif item.alias:
                found.add(item.alias.name.lower())
            elif isinstance(item.value, tree.ColumnName):
                found.add(item.value.parts[-1].name.lower())
        return found

    def query(self, node: tree.Node) -> None:
        if isinstance(node, tree.Query):
            body = node.body
            if isinstance(body, tree.Select):
                self.select(body, node)
            else:
                self.query(body)
        elif isinstance(node, tree.SetOperation):
            self.query(node.left)
            self.query(node.right)
        elif isinstance(node, tree.Select):
            self.select(node, None)

    def select(self, node: tree.Select, query: tree.Query | None) -> None:
        scope = [entry for relation in node.relations for entry in self.relation(relation)]
        self.scopes.append(scope)
        names = {item.alias.name.lower() for item in node.items if isinstance(item, tree.SelectItem) and item.alias}
        for relation in node.relations:
            self.conditions(relation)
        for part in (*node.items, node.where, node.having):
            if part is not None:
                self.visit(part, "number")
        for term in (*node.group_by, *(order.value for order in (query.order_by if query else ()))):
            is_output = isinstance(term, tree.ColumnName) and term.parts[-1].name.lower() in names
            if not is_output or (isinstance(term, tree.ColumnName) and len(term.parts) > 1):
                self.visit(term, "number")
        self.scopes.pop()

    def conditions(self, node: tree.Relation) -> None:
        if isinstance(node, tree.Join):
            self.conditions(node.left)
            self.conditions(node.right)
            if node.condition is not None:
                self.visit(node.condition, "number")

    def visit(self, node: tree.Node, hint: str) -> None:
        if isinstance(node, tree.ColumnName):
            self.column(node, hint)
            return
        if isinstance(node, tree.Query):
            self.query(node)
            return
        if isinstance(node, tree.Call):
            known = self.guess.functions.get(node.name, 0)
            self.guess.functions[node.name] = max(known, len(node.arguments))
            hint = HINTS.get(node.name, "number")
            if node.name == "DISTANCE" and len(node.arguments) == 4:
                hint = "number"
            if node.name in {"CIRCLE", "BOX", "POLYGON"}:
                self.constructor(node)
                return
        if isinstance(node, tree.Like) or (isinstance(node, tree.Binary) and node.operator == "||"):
            hint = "text"
        if isinstance(node, tree.Comparison | tree.Between | tree.InList):
            hint = "text" if any(isinstance(part, tree.Text) for part in parts_of(node)) else "number"
        for part in parts_of(node):
            self.visit(part, hint)

    def constructor(self, node: tree.Call) -> None:
        given = [part for part in node.arguments if not isinstance(part, tree.Text | tree.Null)]
        sizes = {"CIRCLE": 1, "BOX": 2, "POLYGON": 0}[node.name]
        is_single = len(given) - sizes == 1 or (node.name == "POLYGON" and len(given) in {3, 5})
        for place, part in enumerate(given):
            self.visit(part, "point" if is_single and place < max(1, len(given) - sizes) else "number")

    def column(self, node: tree.ColumnName, hint: str) -> None:
        last = node.parts[-1]
        for scope in reversed(self.scopes):
            if len(node.parts) == 1:
                if any(last.name.lower() in columns for _, _, columns in scope):
                    return
                if any(key is not None for _, key, _ in scope):
                    self.add(scope, last, hint)
                    return
                if any("*" in columns for _, _, columns in scope):
                    self.guess.tables[next(iter(self.guess.tables))].setdefault(last.folded, hint)
                    return
                continue
            qualifier = node.parts[-2].name.lower()
            for names, key, columns in scope:
                if qualifier in names:
                    if key is not None:
                        self.add([(names, key, columns)], last, hint)
                    elif "*" in columns and self.guess.tables:
                        self.guess.tables[next(iter(self.guess.tables))].setdefault(last.folded, hint)
                    return

    def add(
        self, scope: list[tuple[set[str], tuple[str, str, str] | None, set[str]]], name: tree.Identifier, hint: str
    ) -> None:
        keys = [key for _, key, _ in scope if key is not None]
        for key in keys:
            known = self.guess.tables[key].get(name.folded)
            if known is not None:
                if known == "number":
                    self.guess.tables[key][name.folded] = hint
                return
        if keys:
            self.guess.tables[keys[0]][name.folded] = hint


def parts_of(node: tree.Node) -> list[tree.Node]:
    found: list[tree.Node] = []
    for part in fields(node):
        value = getattr(node, part.name)
        for one in value if isinstance(value, tuple) else (value,):
            found += [two for two in (one if isinstance(one, tuple) else (one,)) if isinstance(two, tree.Node)]
    return found


def guess_of(statement: tree.Statement) -> Guess:
    reader = _Reader()
    for common in statement.common_tables:
        reader.query(common.query)
        reader.common[common.name.name.lower()] = reader.outputs(common.query)
    reader.query(statement.query)
    return reader.guess
