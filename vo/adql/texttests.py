# SPDX-License-Identifier: BSD-3-Clause
"""Writes beside tests of text what an index understands.

LIKE, ILIKE and functions find no index under PostgreSQL's row-level security, since they are not leakproof; comparisons
are, and so may LOWER be made. What is added holds wherever the test does, so that it changes nothing but the plan.
"""
# ruff: noqa: S608

import re
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from itertools import product

from vo.adql import tree
from vo.adql.naming import Scope
from vo.adql.resolved import Source
from vo.adql.skytests import SkyTests
from vo.adql.tables import Column, Lookup
from vo.adql.textreading import Case, TextTest, read_test
from vo.adql.valuetypes import Type, type_of

__all__ = ["TextTests"]

# A beginning in small letters is written for these alone, whose case is the same in every language.
PLAIN = re.compile(r"[\x00-\x7f]*")
# Other letters that are these in capitals, and are not so in small letters: the dotless i, and the long s.
FROM_CAPITALS = {"I": "I\u0131", "S": "S\u017f"}
# What single letters, such as the sharp s and ligatures, are in capitals in some locales; and how more such begin.
DOUBLES = ("FF", "FI", "FL", "SS", "ST")
DOUBLED = re.compile("[AFHIJSTWY]")
MOST_SPELLINGS = 64
MOST_PAIRS = 50


class TextTests(SkyTests):
    """The translator's floor of tests of text."""

    @abstractmethod
    def condition(self, node: tree.Condition, scope: Scope) -> str:
        """Write a condition."""

    def helped(self, node: tree.Condition, written: str, scope: Scope) -> str:
        """Write a condition that is not under NOT, and beside it what finds an index."""
        test = read_test(node)
        if test is None:
            return written
        named = scope.find(test.name)
        if named.source is None or type_of(named.column.field) is not Type.TEXT:
            return written
        column, alias = named.column, named.source.alias
        if column.lookup is not None:
            helps = self._looked_up(node, column, column.lookup, named.source)
        elif column.composed is not None:
            helps = self._composed(test, column, named.source)
        elif test.is_native(column.is_indexed):
            return written
        else:
            helps = self._found(f"{alias}.{column.sql}", column, test)
        return f"({helps} AND {written})" if helps else written

    def entries(self, node: tree.And, scope: Scope) -> Iterable[str]:
        """Write what conditions on a name and on a value say together, for tables that have an index of such pairs."""
        tests: dict[tuple[str, str], TextTest] = {}
        sources: dict[str, Source] = {}
        for term in node.terms:
            test = read_test(term)
            if test is None or test.case is not Case.AS_WRITTEN or test.is_pattern:
                continue
            named = scope.find(test.name)
            if named.source is not None and named.source.table is not None and named.source.table.entries:
                sources[named.source.alias] = named.source
                tests[named.source.alias, named.column.name] = test
        for alias, source in sources.items():
            for index in source.table.entries if source.table is not None else ():
                names, values = tests.get((alias, index.name)), tests.get((alias, index.value))
                if names is None or values is None or len(names.values) * len(values.values) > MOST_PAIRS:
                    continue
                pairs = product(names.values, values.values)
                helps = [index.has(name, value, alias, self.quote) for name, value in pairs]
                if all(helps):
                    yield f"({' OR '.join(filter(None, helps))})"

    def _looked_up(self, node: tree.Condition, column: Column, lookup: Lookup, source: Source) -> str:
        """Write that a row is of those that the same test finds in a small relation.

        The keys become an array, which counts as a value, and whose comparison is leakproof.
        """
        alias = self.alias("k")
        there = Column(column.field, lookup.column)
        found = Source(alias, source.name, source.qualifiers, (there,), {there.name.lower(): (there,)})
        test = self.condition(node, Scope(self.text, [found], clause="WHERE"))
        keys = f"SELECT {alias}.{lookup.key} FROM {lookup.sql} AS {alias} WHERE {test}"
        return f"{source.alias}.{lookup.key} = ANY (ARRAY({keys}))"

    def _composed(self, test: TextTest, column: Column, source: Source) -> str:
        """Write what the columns hold that a text is made of; any one of the ways to take it apart."""
        if column.composed is None or not test.is_whole:
            return ""
        ways = []
        for value in test.texts:
            for parts in column.composed(value):
                said = []
                for name, text in parts:
                    part = source.by_folded[name][0]
                    one = replace(test, values=(text,), is_pattern=False)
                    said.append(self._found(f"{source.alias}.{part.sql}", part, one))
                ways.append(" AND ".join(filter(None, said)))
        if not ways:
            return "false"
        return f"({' OR '.join(f'({way})' for way in ways)})" if all(ways) else ""

    def _found(self, sql: str, column: Column, test: TextTest) -> str:
        """Write what a test says of a column's text as it is, or in small letters, as far as an index has it."""
        if test.case is Case.AS_WRITTEN and column.is_indexed:
            if test.is_whole:
                return f"{sql} IN ({', '.join(map(self.quote, test.texts))})"
            return self._begins(sql, test.start)
        if not column.is_lowered or not test.values:
            return ""
        if test.is_whole:
            found = [tuple(self._spellings(text, test.case)) for text in test.texts]
            spellings = [spelling for one in found for spelling in one]
            if not all(found) or len(spellings) > max(MOST_SPELLINGS, len(found)):
                return ""
            return f"lower({sql}) IN ({', '.join(f'lower({self.quote(text)})' for text in spellings)})"
        start = test.start
        if test.case is Case.UPPER:
            start = DOUBLED.split(start, maxsplit=1)[0]
        plain = PLAIN.match(start)
        return self._begins(f"lower({sql})", plain.group().lower() if plain else "")

    def _spellings(self, value: str, case: Case) -> Iterable[str]:
        """Give texts whose small letters are all that a text may have that is so in capitals."""
        if case is not Case.UPPER:
            return (value,)
        choices = [FROM_CAPITALS.get(letter, letter) for letter in value]
        # Letters of other languages may have other ones yet.
        is_odd = not value.isascii() or any(double in value for double in DOUBLES)
        if is_odd or 2 ** sum(len(choice) > 1 for choice in choices) > MOST_SPELLINGS:
            return ()
        return ("".join(letters) for letters in product(*choices))

    def _begins(self, sql: str, start: str) -> str:
        """Write how a text begins, by the order of its bytes."""
        end = _after(start)
        return f"{sql} ~>=~ {self.quote(start)} AND {sql} ~<~ {self.quote(end)}" if end else ""


def _after(start: str) -> str:
    """Give the first text, by code points, behind all that begin so; empty if there is none."""
    while start:
        following = ord(start[-1]) + 1
        if following <= 0x10FFFF:
            # What would be halves of characters are none.
            return start[:-1] + chr(0xE000 if 0xD800 <= following < 0xE000 else following)
        start = start[:-1]
    return ""
