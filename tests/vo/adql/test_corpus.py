"""The scores on the labelled queries, as their README says they are counted."""

from contextlib import closing
from pathlib import Path

import pglast
import psycopg2
import pytest

from tests.vo.adql.corpus import Labelled, labelled
from tests.vo.adql.guessing import Guess, guess_of
from vo.adql import ADQLError, Column, Table, TableMap, Translation, parse, to_adql, translate
from vo.tables import Datatype, Field


@pytest.fixture(scope="module")
def undisputed(shared: Path) -> list[Labelled]:
    return [entry for entry in labelled(shared) if not entry.is_disputed]


def refusal(query: str, version: str = "2.1") -> ADQLError | None:
    try:
        parse(query, version)
    except ADQLError as error:
        return error
    return None


def test_valid_queries_are_read(undisputed: list[Labelled]) -> None:
    valid = [entry for entry in undisputed if entry.is_valid]
    refused = [(entry.id, str(error)) for entry in valid if (error := refusal(entry.query))]
    assert len(valid) > 1000
    assert len(refused) <= 0.005 * len(valid), refused


def test_invalid_queries_are_refused_with_a_place(undisputed: list[Labelled]) -> None:
    invalid = [entry for entry in undisputed if not entry.is_valid and entry.is_syntax]
    errors = [(entry, refusal(entry.query)) for entry in invalid]
    read = [entry.id for entry, error in errors if error is None]
    assert len(invalid) > 250
    assert len(read) <= 0.01 * len(invalid), read
    for entry, error in errors:
        if error is not None:
            lines = entry.query.split("\n")
            assert 1 <= error.line <= len(lines)
            assert 1 <= error.column <= len(lines[error.line - 1]) + 1
            assert error.length >= 1
            assert error.message


def test_what_is_printed_reads_as_the_same_tree(undisputed: list[Labelled]) -> None:
    for entry in undisputed:
        if entry.is_valid and refusal(entry.query) is None:
            read = parse(entry.query)
            assert parse(to_adql(read)) == read, entry.id


def test_queries_of_2_0_are_read_as_such(undisputed: list[Labelled]) -> None:
    old = [entry for entry in undisputed if entry.is_valid and entry.version == "2.0"]
    refused = [(entry.id, entry.query, str(error)) for entry in old if (error := refusal(entry.query, "2.0"))]
    assert len(refused) <= 0.01 * len(old), refused


def test_what_2_1_brought_is_refused_in_2_0(undisputed: list[Labelled]) -> None:
    new = [entry for entry in undisputed if entry.is_valid and entry.version == "2.1"]
    read = [(entry.id, entry.query) for entry in new if refusal(entry.query, "2.0") is None]
    # The rest sort or group by what the oracle takes for 2.1 and many services of 2.0 always took.
    assert len(read) <= 0.2 * len(new), (len(new), read)


# Queries that the grammar lets pass and that mean nothing: they name what is not in their FROM, take one name for two
# tables, list what they do not group by, or compare a shape. Units and kinds are more than a guessed table can know.
WITHOUT_MEANING = {
    "ambiguous",
    "arguments",
    "geometry",
    "grouping",
    "type",
    "unit",
    "unknown-column",
    "unknown-table",
}
NUMBERS = {Datatype.DOUBLE: 701, Datatype.FLOAT: 700, Datatype.LONG: 20, Datatype.INT: 23, Datatype.SHORT: 21}


def written(query: str) -> tuple[Guess, Translation | ADQLError]:
    """Write a query against tables made from itself."""
    guess = guess_of(parse(query))
    while True:
        try:
            return guess, translate(query, guess.table_map(), functions=guess.rows(), limit=2001)
        except ADQLError as error:
            rest = query.split("\n")[error.line - 1][error.column - 1 :]
            if error.code != "type" or not guess.repair(f"{error.message} {rest}"):
                return guess, error


def test_valid_queries_are_written_and_run(undisputed: list[Labelled], database_url: str) -> None:
    valid = [entry for entry in undisputed if entry.is_valid and refusal(entry.query) is None]
    refused: dict[str, list[str]] = {}
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        for entry in valid:
            guess, result = written(entry.query)
            if isinstance(result, ADQLError):
                refused.setdefault(result.code, []).append(f"{entry.id} {result}")
                continue
            statements = pglast.parse_sql(result.sql)
            assert [type(one.stmt).__name__ for one in statements] == ["SelectStmt"], entry.id
            for definition in guess.definitions():
                cursor.execute(definition)
            cursor.execute(result.sql)
            for field, described in zip(result.fields, cursor.description or (), strict=True):
                if not field.is_array and field.datatype in NUMBERS:
                    assert described.type_code == NUMBERS[field.datatype], (entry.id, field)
            connection.rollback()
    assert set(refused) <= WITHOUT_MEANING, refused
    assert sum(map(len, refused.values())) < 0.08 * len(valid), refused


def test_attacks_are_refused(undisputed: list[Labelled]) -> None:
    column = Column(Field("a", Datatype.DOUBLE), "a")
    tables = TableMap([Table("", "t", "t", (column,)), Table("ivoa", "obscore", "ivoa.obscore", (column,))])
    attacks = [entry for entry in undisputed if not entry.is_valid and "SECURITY" in entry.note]
    assert len(attacks) > 40
    for entry in attacks:
        with pytest.raises(ADQLError):
            translate(entry.query, tables)


def test_what_only_metadata_tell_to_be_wrong_is_refused(undisputed: list[Labelled]) -> None:
    column = Column(Field("a", Datatype.DOUBLE), "a")
    tables = TableMap([Table("", "t", "t", (column,))])
    for entry in undisputed:
        if not entry.is_valid and not entry.is_syntax:
            with pytest.raises(ADQLError):
                translate(entry.query, tables)
