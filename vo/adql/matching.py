# SPDX-License-Identifier: BSD-3-Clause
"""Plans of FROM, and how tables are joined by place.

A row of one table is looked up in the index of the other: for each row a function gives the few cells around it, and a
LATERAL subquery reads each cell, fenced by OFFSET 0, since a plain join was found to turn into a scan of the
whole table. What the query asked stays as the condition, so that this only takes rows away early.
"""
# ruff: noqa: S608

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from vo.adql.naming import Pair
from vo.adql.resolved import Source
from vo.adql.shapes import ColumnShape, PointShape, Shape
from vo.adql.tables import RegionIndex
from vo.sky.faces import MAX_ORDER

__all__ = ["UNKNOWN_ROWS", "Finder", "From", "Item", "Plan", "Unit", "write_from"]

BASE = 58.632
"""Degrees: the side of a square as large as a base cell of HEALPix."""

ROOM = 10
"""How many times wider than the radius a cell is: most places then have no neighbour to be looked into."""

FINEST = 21
"""The finest order that the function for neighbours takes, 0.1 arcseconds."""

STRETCH = 1.455
"""A place moves within a base cell by at most so many of its sides per radian."""

DENSITY = 0.1
"""Rows in a cell on average, most of which crowd in few; below it finer cells gain nothing."""

_ALL = 2**62 - 1

UNKNOWN_ROWS = 10_000_000


@dataclass(frozen=True)
class Item:
    """One relation; `needs` are those that its SQL names, `meets` the marker of a condition that it meets by itself."""

    source: Source
    sql: str
    needs: frozenset[str] = frozenset()
    meets: str = ""

    @property
    def written(self) -> str:
        """The relation with its alias."""
        return f"{self.sql} AS {self.source.alias}"


@dataclass(frozen=True)
class Unit:
    """A join; `pairs` are what its condition says of places, `weights` which part of each relation it leaves."""

    kind: str
    left: "Plan"
    right: "Plan"
    condition: str
    pairs: list[Pair] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=dict)


Plan = Item | Unit


@dataclass(frozen=True)
class Finder:
    """How the translator finds indexes."""

    position: Callable[[PointShape], str | None]
    region: Callable[[ColumnShape], RegionIndex | None]


@dataclass(frozen=True)
class From:
    """What follows FROM.

    Parameters
    ----------
    conditions
        What goes to WHERE.
    used
        The pairs that use an index.
    met
        The markers of conditions that nothing is left of.
    """

    sql: str
    conditions: tuple[str, ...]
    used: tuple[Pair, ...]
    met: frozenset[str]


def write_from(plans: list[Plan], pairs: list[Pair], weights: Mapping[str, float], finder: Finder) -> From:
    """Write FROM.

    Parameters
    ----------
    pairs
        What WHERE says of places.
    weights
        Which part of each relation WHERE leaves.
    """
    used: list[tuple[Item, Pair]] = []
    plans = [_outer(plan, finder, used) for plan in plans]
    flat: list[Plan] = []
    conditions: list[str] = []
    inner, sizes = list(pairs), dict(weights)
    for plan in plans:
        _flatten(plan, flat, conditions, inner)
        _weigh(plan, sizes)
    chosen = _choose(flat, inner, sizes, finder)
    if chosen:
        by_alias = {item.source.alias: item for item, _ in chosen}
        flat = [by_alias.get(plan.source.alias, plan) if isinstance(plan, Item) else plan for plan in flat]
        plans = _ordered(flat)
    else:
        conditions = []
    used += chosen
    met = frozenset(item.meets for item, _ in used if item.meets)
    sql = ", ".join(_written(plan) for plan in plans)
    return From(sql, tuple(conditions), tuple(pair for _, pair in used), met)


def _written(plan: Plan) -> str:
    if isinstance(plan, Item):
        return plan.written
    right = _written(plan.right)
    if isinstance(plan.right, Unit):
        right = f"({right})"
    word = "INNER" if plan.kind == "CROSS" else plan.kind
    return f"{_written(plan.left)} {word} JOIN {right} ON {plan.condition}"


def _outer(plan: Plan, finder: Finder, used: list[tuple[Item, Pair]]) -> Plan:
    """Look up the other side of outer joins by place."""
    if isinstance(plan, Item):
        return plan
    plan = replace(plan, left=_outer(plan.left, finder, used), right=_outer(plan.right, finder, used))
    if plan.kind == "RIGHT" and isinstance(plan.left, Item) and plan.pairs:
        turned = replace(plan, kind="LEFT", left=plan.right, right=plan.left)
        found = _looked_up(turned, finder, used)
        return plan if found is turned else found
    return _looked_up(plan, finder, used) if plan.kind == "LEFT" else plan


def _looked_up(plan: Unit, finder: Finder, used: list[tuple[Item, Pair]]) -> Unit:
    if not isinstance(plan.right, Item):
        return plan
    there = _aliases(plan.left)
    for pair in plan.pairs:
        for item in _candidates(plan.right, pair, finder):
            if item.needs <= there:
                used.append((item, pair))
                return replace(plan, right=item)
    return plan


def _aliases(plan: Plan) -> frozenset[str]:
    if isinstance(plan, Item):
        return frozenset({plan.source.alias})
    return _aliases(plan.left) | _aliases(plan.right)


def _flatten(plan: Plan, flat: list[Plan], conditions: list[str], pairs: list[Pair]) -> None:
    if isinstance(plan, Unit) and plan.kind in {"INNER", "CROSS"}:
        _flatten(plan.left, flat, conditions, pairs)
        _flatten(plan.right, flat, conditions, pairs)
        conditions.append(plan.condition)
        pairs.extend(plan.pairs)
    else:
        flat.append(plan)


def _weigh(plan: Plan, weights: dict[str, float]) -> None:
    if isinstance(plan, Unit):
        for alias, weight in plan.weights.items():
            weights[alias] = weights.get(alias, 1.0) * weight
        _weigh(plan.left, weights)
        _weigh(plan.right, weights)


def _choose(
    flat: list[Plan], pairs: list[Pair], weights: Mapping[str, float], finder: Finder
) -> list[tuple[Item, Pair]]:
    """Choose for each pair the table that is looked up: that of which the conditions leave more."""

    def size(item: Item) -> float:
        return item.source.rows * weights.get(item.source.alias, 1.0)

    items = {plan.source.alias: plan for plan in flat if isinstance(plan, Item)}
    here = frozenset().union(*(_aliases(plan) for plan in flat))
    chosen: dict[str, tuple[Item, Pair]] = {}
    for pair in pairs:
        offers = [
            (item, found)
            for item in items.values()
            if item.source.alias not in chosen
            for found in _candidates(item, pair, finder)
        ]
        offers.sort(key=lambda offer: size(offer[0]), reverse=True)
        for item, found in offers:
            needs = found.needs & here
            taken = {alias: entry[0].needs for alias, entry in chosen.items()}
            if not _circles(item.source.alias, needs, taken):
                chosen[item.source.alias] = (replace(found, needs=needs), pair)
                break
    return list(chosen.values())


def _circles(alias: str, needs: frozenset[str], taken: dict[str, frozenset[str]]) -> bool:
    """Tell whether a relation would need itself."""
    waiting, seen = set(needs), set()
    while waiting:
        one = waiting.pop()
        if one == alias:
            return True
        seen.add(one)
        waiting |= taken.get(one, frozenset()) - seen
    return False


def _ordered(flat: list[Plan]) -> list[Plan]:
    """Put relations after those that they need."""
    left, done, ordered = list(flat), frozenset[str](), []
    while left:
        ready = next(plan for plan in left if not isinstance(plan, Item) or plan.needs <= done)
        left.remove(ready)
        ordered.append(ready)
        done |= _aliases(ready)
    return ordered


def _candidates(item: Item, pair: Pair, finder: Finder) -> list[Item]:
    """Write an item as what is looked up for the places of the other side, if it can be."""
    if isinstance(pair.one, ColumnShape):
        return _meeting(item, pair, pair.one, pair.other, finder)
    if not isinstance(pair.other, PointShape):
        return _in_shape(item, pair, pair.one, pair.other, finder)
    source = item.source
    for here, there in ((pair.one, pair.other), (pair.other, pair.one)):
        cells = finder.position(here)
        if here.ra.relation != source.alias or cells is None or source.alias in _needs(there, pair):
            continue
        looked_up = _looked_up_sql(item, cells, there, pair, finder)
        if looked_up is not None:
            return [replace(item, sql=looked_up, needs=_needs(there, pair))]
    return []


def _meeting(item: Item, pair: Pair, one: ColumnShape, other: Shape, finder: Finder) -> list[Item]:
    """Look up the regions that share a place with that of each row."""
    if not isinstance(other, ColumnShape):
        return []
    for here, there in ((one, other), (other, one)):
        index, theirs = finder.region(here), finder.region(there)
        if here.relation != item.source.alias or index is None or theirs is None:
            continue
        met = index.meets_regions(theirs, there.relation, "x")
        if met is not None:
            sql = f"LATERAL (SELECT * FROM {item.sql} AS x WHERE {met} OFFSET 0)"
            return [replace(item, sql=sql, needs=frozenset({there.relation}), meets=pair.marker)]
    return []


def _in_shape(item: Item, pair: Pair, point: PointShape, shape: Shape, finder: Finder) -> list[Item]:
    """Look up the places in a shape of each row, or the regions that hold a place of each row."""
    alias = item.source.alias
    cells = finder.position(point)
    if point.ra.relation == alias and cells is not None and alias not in pair.needs:
        ranges = f"x.{cells} >= lower(n.cells) AND x.{cells} < upper(n.cells)"
        sql = (
            f"LATERAL (SELECT y.* FROM unnest(adql_cover({shape.parts})) AS n(cells),"
            f" LATERAL (SELECT * FROM {item.sql} AS x WHERE {ranges} OFFSET 0) AS y)"
        )
        return [replace(item, sql=sql, needs=pair.needs)]
    if isinstance(shape, ColumnShape) and shape.relation == alias and _relations(point):
        index = finder.region(shape)
        holds = index.holds(point.ra.sql, point.dec.sql, "x") if index is not None else None
        if holds is not None:
            sql = f"LATERAL (SELECT * FROM {item.sql} AS x WHERE {holds} OFFSET 0)"
            return [replace(item, sql=sql, needs=_relations(point) - {alias}, meets=pair.marker)]
    return []


def _relations(point: PointShape) -> frozenset[str]:
    return frozenset(filter(None, (point.ra.relation, point.dec.relation)))


def _needs(point: PointShape, pair: Pair) -> frozenset[str]:
    return _relations(point) | pair.needs


def _looked_up_sql(item: Item, cells: str, there: PointShape, pair: Pair, finder: Finder) -> str | None:
    if not _relations(there):
        return None
    own = finder.position(there)
    cell = f"{there.ra.relation}.{own}" if own else f"adql_hpx29({there.ra.sql}, {there.dec.sql})"
    number = None if pair.degrees is None else _order(pair.degrees, item.source)
    if pair.degrees is not None and number is None:
        return None
    order = f"adql_order_near({pair.radius})" if number is None else str(number)
    # The cell of a row is number >> shift at its order; what the function gives are such numbers.
    shift = f"(58 - 2 * {order})" if number is None else str(58 - 2 * number)
    near = f"adql_cells_near({cell}, {there.ra.sql}, {there.dec.sql}, {pair.radius}, {order})"
    if own and number is not None and pair.degrees is not None:
        near = _unless_far(cell, near, number, pair.degrees)
    ranges = f"x.{cells} >= n.cell << {shift} AND x.{cells} < (n.cell + 1) << {shift}"
    # A function among the columns is read as it goes on; in FROM its rows would be stored first, for each row anew.
    return (
        f"LATERAL (SELECT y.* FROM LATERAL (SELECT unnest({near}) AS cell) AS n,"
        f" LATERAL (SELECT * FROM {item.sql} AS x WHERE {ranges} OFFSET 0) AS y)"
    )


def _unless_far(cell: str, near: str, order: int, degrees: float) -> str:
    """Ask for the cells around only where a place lies near a corner of its cell, or near the edge of a base cell.

    The others lie in the outermost of the parts that their cell is cut into along one side, or in none of them. To
    compare and count in bits takes a tenth of the time of a function.
    """
    border = STRETCH * (math.radians(degrees) + 1e-14) * 2.0**order
    parts = min(MAX_ORDER - order, 12, math.floor(-math.log2(border)))
    if parts < 2:
        return near
    own, part = f"{cell} >> {58 - 2 * order}", f"{cell} >> {58 - 2 * order - 2 * parts}"
    tests, steps = [], []
    for axis in (0, 1):
        first, last = f"({part} & {_bits(axis, parts)})", _bits(axis, parts)
        bits, others = _bits(axis, order), _ALL - _bits(axis, order)
        tests.append(f"{first} BETWEEN 1 AND {last - 1}")
        # Carries run through the bits of the other axis. Beyond the first and the last cell is another base cell.
        back = f"(({own} & {bits}) - 1) & {bits}"
        on = f"(({own} | {others}) + 1) & {bits}"
        steps.append((f"{first} = 0 AND ({own} & {bits}) > 0", f"({own} & {others}) | ({back})"))
        steps.append((f"{first} = {last} AND ({own} & {bits}) < {bits}", f"({own} & {others}) | ({on})"))
    cases = [f"WHEN {tests[0]} AND {tests[1]} THEN ARRAY[{own}]"]
    cases += [
        f"WHEN {tests[1 - at // 2]} AND {test} THEN ARRAY[{own}, {beside}]" for at, (test, beside) in enumerate(steps)
    ]
    return f"CASE {' '.join(cases)} ELSE {near} END"


def _bits(axis: int, count: int) -> int:
    """Give every other of twice as many bits."""
    return sum(1 << (2 * bit + axis) for bit in range(count))


def _order(degrees: float, source: Source) -> int | None:
    """Give the order of cells that are wide enough for a radius and hold few rows; None if there is none."""
    finest = FINEST if degrees <= 0 else math.floor(math.log2(BASE / (ROOM * degrees)))
    if finest < 0:
        return None
    rows = source.table.rows if source.table is not None else None
    enough = math.ceil(math.log(max(1.0, (rows or UNKNOWN_ROWS) / 12 / DENSITY), 4))
    return min(finest, max(enough, 8), FINEST)
