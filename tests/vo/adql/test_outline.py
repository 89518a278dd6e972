"""The tree as people see it."""

from vo.adql import outline, parse


def test_tree_is_shown_with_places() -> None:
    query = "SELECT DISTINCT t.a AS b FROM s.t WHERE a IN (1, 'x') ORDER BY 1 DESC"
    assert outline(parse(query)).splitlines() == [
        "Statement 1-69",
        "  query: Query 1-69",
        "    body: Select is_distinct 1-53",
        "      items: SelectItem 17-24",
        "        value: ColumnName t.a 17-19",
        "        alias: Identifier 'b' 24-24",
        "      relations: TableName s.t 31-33",
        "      where: InList 41-53",
        "        operand: ColumnName a 41-41",
        "        values: Number '1' 47-47",
        "        values: Text 'x' 50-52",
        "    order_by: OrderTerm is_descending 64-69",
        "      value: Number '1' 64-64",
    ]
