# SPDX-License-Identifier: BSD-3-Clause
"""Writes CONTAINS, INTERSECTS and limits of DISTANCE as conditions.

A condition that is met by what it should and holds for an index is ``(ranges AND exact)``, which is worth the same as
the exact test alone, so that it may stand under AND and OR. Under NOT only the exact test is written.
"""

import math

from vo.adql.naming import Pair, Scope
from vo.adql.resolved import SkyTest
from vo.adql.shapes import (
    CircleShape,
    ColumnShape,
    Constant,
    Coordinate,
    Nowhere,
    PointShape,
    Shape,
    relations_of,
)
from vo.adql.sky import Sky
from vo.adql.tables import PositionIndex, RegionIndex
from vo.sky import MOC, Circle, Point, Region
from vo.sky.sql import exact_point, point_condition
from vo.sky.vectors import TOLERANCE

__all__ = ["SkyTests"]


class SkyTests(Sky):
    """The translator's floor of tests on the sky."""

    def sky_test(self, test: SkyTest) -> str:
        """Write the exact test."""
        return self.sky_condition(test, None, is_positive=False, is_sure=False)

    def sky_condition(self, test: SkyTest, scope: Scope | None, *, is_positive: bool, is_sure: bool) -> str:
        """Write a test.

        Parameters
        ----------
        is_positive
            Whether an index may help: not under NOT.
        is_sure
            Whether every row must meet it: under AND alone.
        """
        inner, outer = test.inner, test.outer
        if isinstance(inner, Nowhere) or isinstance(outer, Nowhere):
            return "false"
        if not test.is_contains and _is_point(outer):
            inner, outer = outer, inner
        if _is_point(inner):
            return self._point_test(inner, outer, scope, is_positive=is_positive, is_sure=is_sure)
        for column, other in ((outer, inner), (inner, outer)):
            if isinstance(column, ColumnShape) and isinstance(other, Constant):
                written = self._region_test(test, column, other.region, is_positive=is_positive)
                if written is not None:
                    return written
        if isinstance(inner, Constant) and isinstance(outer, Constant) and isinstance(inner.region, Point):
            return self._known(inner.region, outer.region)
        if isinstance(inner, ColumnShape) and isinstance(outer, ColumnShape) and not test.is_contains:
            return self._two_columns(inner, outer, scope if is_sure and is_positive else None) or _generic(test)
        return _generic(test)

    def _region_test(self, test: SkyTest, column: ColumnShape, region: Region, *, is_positive: bool) -> str | None:
        """Write the test of a column of regions against a constant by its index, if it has one."""
        index = self.region_index(column)
        if index is None or (test.is_contains and not is_positive):
            return None
        meets = self._met(column, index.meets(region, column.relation), is_positive=is_positive)
        return f"({meets} AND {_generic(test)})" if test.is_contains else meets

    def _met(self, column: ColumnShape, condition: str, *, is_positive: bool) -> str:
        """Write what an index says; of a missing region nothing is said."""
        code = "index" if is_positive else "no-index"
        how = "are found by their index" if is_positive else "that lie outside cannot be told by an index"
        self.found(code, f"Regions of {column.column} {how}")
        return condition if is_positive else f"(CASE WHEN {column.sql} IS NOT NULL THEN {condition} END)"

    def _known(self, point: Point, region: Region) -> str:
        return "true" if region.contains(point.ra, point.dec)[0] else "false"

    def _point_test(self, point: Shape, outer: Shape, scope: Scope | None, *, is_positive: bool, is_sure: bool) -> str:
        """Write the test of a place in a shape."""
        if isinstance(point, Constant) and isinstance(outer, Constant) and isinstance(point.region, Point):
            return self._known(point.region, outer.region)
        if isinstance(outer, Constant) and isinstance(point, PointShape):
            return self.place_in_region(point, outer.region, scope if is_sure else None, is_positive=is_positive)
        if isinstance(outer, CircleShape):
            return self.near(point, outer.centre, outer.radius, scope, is_positive=is_positive, is_sure=is_sure)
        if isinstance(outer, ColumnShape) and (index := self.region_index(outer)) is not None:
            return self._place_in_column(point, outer, index, scope if is_sure else None, is_positive=is_positive)
        condition = f"adql_contains({outer.parts}, {point.parts})"
        needs = relations_of(outer)
        if scope is not None and is_sure and is_positive and needs and isinstance(point, PointShape):
            scope.pairs.append(Pair(point, outer, needs=needs))
        return condition

    def place_in_region(self, point: PointShape, region: Region, scope: Scope | None, *, is_positive: bool) -> str:
        """Write the test of columns in a region."""
        ra, dec = point.ra.sql, point.dec.sql
        index = self.position_index(point)
        self._tell(point, is_indexed=index is not None, is_positive=is_positive)
        if index is None or not is_positive:
            cell = f"{point.ra.relation}.{index}" if index is not None else ""
            exact = exact_point(region, ra=ra, dec=dec, hpx29=cell if isinstance(region, MOC) else "")
            # A circle of 180 degrees is met by all that is a place, and what is none is neither in it nor out of it.
            is_all = isinstance(region, Circle) and region.radius >= 180
            return f"({ra} = {ra} AND {dec} = {dec})" if is_all else exact
        if scope is not None:
            scope.narrow(point.ra.relation, 1e-3)
        return point_condition(region, hpx29=f"{point.ra.relation}.{index}", ra=ra, dec=dec)

    def _tell(self, point: PointShape, *, is_indexed: bool, is_positive: bool) -> None:
        source = self.sources.get(point.ra.relation)
        name = source.name.name if source is not None else ""
        if is_indexed and is_positive:
            self.found("index", f"Positions of {name} are found by their index")
        elif is_indexed:
            self.found("no-index", f"No index can tell which positions of {name} lie outside")
        elif name:
            self.found("no-index", f"{point.ra.column} and {point.dec.column} are no positions of {name} with an index")

    def near(
        self, one: Shape, other: Shape, radius: Coordinate, scope: Scope | None, *, is_positive: bool, is_sure: bool
    ) -> str:
        """Write the test of two places within a distance of each other."""
        size = radius.value
        if size is not None and size < 0:
            return "false"
        for known, place in ((one, other), (other, one)):
            if isinstance(known, Constant) and isinstance(known.region, Point):
                known = PointShape(_coordinate(known.region.ra), _coordinate(known.region.dec))  # noqa: PLW2901
            is_known = isinstance(known, PointShape) and known.ra.value is not None and known.dec.value is not None
            if is_known and isinstance(known, PointShape) and isinstance(place, PointShape) and size is not None:
                circle = Circle(known.ra.value or 0.0, known.dec.value or 0.0, min(size, 180.0))
                if place.ra.value is not None and place.dec.value is not None:
                    return self._known(Point(place.ra.value, place.dec.value), circle)
                return self.place_in_region(place, circle, scope if is_sure else None, is_positive=is_positive)
        one, other = _as_made(one), _as_made(other)
        is_known = size is not None or bool(radius.relation)
        if scope is not None and is_known and is_sure and is_positive:
            self._keep_pair(scope, one, other, radius)
        return _within(one, other, radius)

    def _keep_pair(self, scope: Scope, one: Shape, other: Shape, radius: Coordinate) -> None:
        if isinstance(one, PointShape) and isinstance(other, PointShape):
            needs = frozenset(filter(None, [radius.relation]))
            scope.pairs.append(Pair(one, other, radius.sql, radius.value, needs))

    def _place_in_column(
        self, point: Shape, column: ColumnShape, index: RegionIndex, scope: Scope | None, *, is_positive: bool
    ) -> str:
        """Write the test of a place in a column of regions that is indexed."""
        if isinstance(point, Constant):
            return self._met(column, index.meets(point.region, column.relation), is_positive=is_positive)
        holds = index.holds(point.ra.sql, point.dec.sql, column.relation) if isinstance(point, PointShape) else None
        if holds is None or not isinstance(point, PointShape):
            return f"adql_contains({column.parts}, {point.parts})"
        if scope is None or not is_positive:
            return f"(CASE WHEN {column.sql} IS NOT NULL THEN {holds} END)"
        # Control characters stand in no query, so that this is found again.
        marker = f"\x01{self.alias('pair')}\x01"
        scope.pairs.append(Pair(point, column, needs=frozenset({column.relation}), marker=marker, sql=holds))
        return marker

    def _two_columns(self, one: ColumnShape, other: ColumnShape, scope: Scope | None) -> str | None:
        """Write that two columns of regions share a place, by the index of either."""
        mine, theirs = self.region_index(one), self.region_index(other)
        if mine is None or theirs is None or one.relation == other.relation:
            return None
        met = mine.meets_regions(theirs, other.relation, one.relation)
        if met is None:
            return None
        written = f"(CASE WHEN {one.sql} IS NOT NULL AND {other.sql} IS NOT NULL THEN {met} END)"
        if scope is None:
            return written
        marker = f"\x01{self.alias('pair')}\x01"
        scope.pairs.append(
            Pair(one, other, needs=frozenset({one.relation, other.relation}), marker=marker, sql=written)
        )
        return marker

    def position_index(self, point: PointShape) -> str | None:
        """Give the SQL name of the column of cells that belongs to two columns of positions."""
        index = self._index_of(point)
        source = self.sources.get(point.ra.relation)
        if index is None or source is None:
            return None
        return source.by_folded[index.hpx29.lower()][0].sql if index.hpx29.lower() in source.by_folded else index.hpx29

    def _index_of(self, point: PointShape) -> PositionIndex | None:
        ra, dec = point.ra, point.dec
        source = self.sources.get(ra.relation)
        if not ra.relation or ra.relation != dec.relation or source is None or source.table is None:
            return None
        for index in source.table.positions:
            if index.ra == ra.column and index.dec == dec.column:
                return index
        return None

    def region_index(self, column: ColumnShape) -> RegionIndex | None:
        """Give the index of a column of regions."""
        source = self.sources.get(column.relation)
        if source is None or source.table is None:
            return None
        return next((index for index in source.table.regions if index.column == column.column), None)


def _is_point(shape: Shape) -> bool:
    return isinstance(shape, PointShape) or (isinstance(shape, Constant) and isinstance(shape.region, Point))


def _coordinate(number: float) -> Coordinate:
    return Coordinate(f"({number!r}::float8)", number)


def _as_made(shape: Shape) -> Shape:
    if isinstance(shape, Constant) and isinstance(shape.region, Point):
        return PointShape(_coordinate(shape.region.ra), _coordinate(shape.region.dec))
    return shape


def _generic(test: SkyTest) -> str:
    name = "adql_contains" if test.is_contains else "adql_intersects"
    return f"{name}({test.outer.parts}, {test.inner.parts})"


def _within(one: Shape, other: Shape, radius: Coordinate) -> str:
    if not (isinstance(one, PointShape) and isinstance(other, PointShape)):
        raise ValueError("Here two points are wanted")  # noqa: TRY004 -- told to whoever asked
    arguments = f"{one.ra.sql}, {one.dec.sql}, {other.ra.sql}, {other.dec.sql}"
    if radius.value is None:
        return f"(adql_distance({arguments}) <= {radius.sql})"
    if radius.value >= 180:
        return f"(adql_distance({arguments}) <= 180.1)"
    limit = math.sin(min(math.pi, math.radians(radius.value) + TOLERANCE) / 2) ** 2
    # What is added keeps the products of the smallest numbers from underflow, which PostgreSQL takes for an error.
    north = f"radians({one.dec.sql} - {other.dec.sql} + 1e-20)"
    east = f"radians({one.ra.sql} - {other.ra.sql} + 1e-20)"
    # Two numbers compared spare most places the sines.
    reach = radius.value * (1 + 1e-9) + 1e-11
    return (
        f"(abs({one.dec.sql} - {other.dec.sql}) <= {reach!r}::float8"
        f" AND sin({north} / 2) ^ 2 + cos(radians({one.dec.sql} + 1e-20)) * cos(radians({other.dec.sql} + 1e-20))"
        f" * sin({east} / 2) ^ 2 <= {limit!r}::float8)"
    )
