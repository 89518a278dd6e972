# SPDX-License-Identifier: BSD-3-Clause
"""Writes shapes and functions of the sky; shapes of known numbers become regions of ``vo.sky``."""

from abc import abstractmethod

import numpy as np

from vo.adql import tree
from vo.adql.callables import Functions
from vo.adql.errors import ErrorCode
from vo.adql.frames import frame_of, rotation, to_icrs
from vo.adql.functions import Function, Parameter
from vo.adql.naming import Scope
from vo.adql.resolved import Distance, Expression, SkyTest
from vo.adql.shapes import (
    BoxShape,
    CircleShape,
    ColumnShape,
    Constant,
    Coordinate,
    Nowhere,
    PointShape,
    PolygonShape,
    Shape,
    SQLShape,
)
from vo.adql.valuetypes import Type
from vo.sky import Box, Circle, Point, Polygon, parse_region

__all__ = ["Sky"]


class Sky(Functions):
    """The translator's floor of the sky."""

    def sky_call(self, node: tree.Call, scope: Scope) -> Expression:
        """Write a function of the sky."""
        try:
            return self._sky_call(node, scope)
        except ValueError as exc:
            raise self.refused(node, str(exc), ErrorCode.GEOMETRY) from exc

    def _sky_call(self, node: tree.Call, scope: Scope) -> Expression:
        name = node.name
        if name in {"POINT", "CIRCLE", "BOX", "POLYGON", "REGION", "CENTROID"}:
            parts: list[Expression] = []
            shape = self._shape_call(node, scope, parts)
            made = self.derived(node, shape.array, Type.SHAPE, *parts)
            made.shape = shape
            return made
        if name in {"CONTAINS", "INTERSECTS"}:
            return self._test(node, scope)
        if name == "DISTANCE":
            return self._distance(node, scope)
        value = self.value(node.arguments[0], scope)
        shape = self._shape_of(value, name)
        if name == "COORDSYS":
            return self.derived(node, "'ICRS'", Type.TEXT, value)
        if name == "AREA":
            made = self.derived(node, f"adql_area({shape.parts})", Type.DOUBLE, value)
            made.unit, made.ucd = "deg**2", "phys.angArea"
            return made
        ra, dec = self._place(shape, value.node)
        made = self.derived(node, (ra if name == "COORD1" else dec).sql, Type.DOUBLE, value)
        made.unit, made.ucd = "deg", "pos.eq.ra" if name == "COORD1" else "pos.eq.dec"
        return made

    def shape_argument(self, value: Expression, kind: Parameter, name: str) -> str:
        """Write a shape as the argument of a function."""
        shape = self._shape_of(value, name)
        if kind is Parameter.POINT:
            ra, dec = self._place(shape, value.node)
            return f"{ra.sql}, {dec.sql}"
        try:
            return shape.parts
        except ValueError as exc:
            raise self.refused(value.node, str(exc), ErrorCode.GEOMETRY) from exc

    def shape_call(self, node: tree.Call, row: Function, given: list[Expression]) -> Expression:
        """Write a function whose shape follows from its arguments."""
        texts = [value.node.value for value in given if isinstance(value.node, tree.Text)]
        if len(texts) < (1 if row.fold is not None else 2):
            raise self.refused(node, f"{row.name} needs its texts written out, in quotes", ErrorCode.ARGUMENTS)
        try:
            shape = self._turned(given[-1], *texts[:2]) if row.fold is None else Constant(row.fold(texts[0]))
        except ValueError as exc:
            raise self.refused(node, str(exc), ErrorCode.GEOMETRY) from exc
        made = self.derived(node, shape.array, Type.SHAPE, *given)
        made.shape = shape
        return made

    def _turned(self, value: Expression, source: str, target: str) -> Shape:
        matrix, shape = rotation(source, target), self._shape_of(value, "ivo_geom_transform")
        if isinstance(shape, Constant) and target == "ICRS":
            return Constant(to_icrs(shape.region, source))
        form = shape.storage[2]
        if form not in {"point", "circle", "polygon"}:
            raise self.refused(value.node, "Only points, circles and polygons are turned")
        return self._pointed(SQLShape(f"adql_turned({shape.array}, {matrix})", form))

    def _test(self, node: tree.Call, scope: Scope) -> Expression:
        values = [self.value(argument, scope) for argument in node.arguments]
        inner, outer = (self._shape_of(value, node.name) for value in values)
        test = SkyTest(inner, outer, is_contains=node.name == "CONTAINS")
        made = self.derived(node, "", Type.INT, *values)
        made.sql = f"({self.sky_test(test)})::int4"
        # As a value it is told nothing of; as a condition it is written anew.
        self.findings.clear()
        made.test = test
        return made

    @abstractmethod
    def sky_test(self, test: SkyTest) -> str:
        """Write the exact test."""

    def _distance(self, node: tree.Call, scope: Scope) -> Expression:
        values = [self.value(argument, scope) for argument in node.arguments]
        if len(values) == 4:
            for value in values:
                self.need_number(value, "DISTANCE")
            points: list[Shape] = [self._point(values[at], values[at + 1], "") for at in (0, 2)]
        else:
            points = [self._as_point(value) for value in values]
        places = [self._place(shape, node) for shape in points]
        arguments = ", ".join(coordinate.sql for place in places for coordinate in place)
        made = self.derived(node, f"adql_distance({arguments})", Type.DOUBLE, *values)
        made.unit, made.ucd = "deg", "pos.angDistance"
        made.distance = Distance(*points)
        return made

    def _as_point(self, value: Expression) -> Shape:
        shape = self._shape_of(value, "DISTANCE")
        form = shape.storage[2]
        if form in {"circle", "polygon"} and not isinstance(shape, ColumnShape):
            raise self.refused(value.node, "DISTANCE is that of two points; CENTROID makes one of a shape")
        if isinstance(shape, SQLShape) and shape.form != "point":
            return PointShape(*self._place(shape, value.node))
        return self._pointed(shape)

    def _pointed(self, shape: Shape) -> Shape:
        """Take a column or a result of points apart."""
        if isinstance(shape, SQLShape) and shape.form == "point":
            return PointShape(Coordinate(f"({shape.sql})[1]"), Coordinate(f"({shape.sql})[2]"))
        return shape

    def _place(self, shape: Shape, node: tree.Node) -> tuple[Coordinate, Coordinate]:
        """Give the coordinates of a point."""
        shape = self._pointed(shape)
        if isinstance(shape, PointShape):
            return shape.ra, shape.dec
        if isinstance(shape, Constant) and isinstance(shape.region, Point):
            return _known(shape.region.ra), _known(shape.region.dec)
        if isinstance(shape, SQLShape):
            centre = f"adql_centroid({shape.parts})"
            return Coordinate(f"({centre})[1]"), Coordinate(f"({centre})[2]")
        raise self.refused(node, "This is no point; CENTROID makes one of a shape")

    def _shape_of(self, value: Expression, name: str) -> Shape:
        if value.shape is not None:
            return self._pointed(value.shape)
        if value.type is Type.NULL:
            return Nowhere("polygon")
        if value.type is Type.TEXT and value.origin is not None:
            # Regions are kept as text by many, whatever their xtype says.
            relation = value.source.alias if value.source is not None else ""
            return ColumnShape(value.sql, "text", relation, value.origin.name)
        raise self.refused(value.node, f"{name} needs a shape on the sky, and this is {value.type.word}")

    def _shape_call(self, node: tree.Call, scope: Scope, parts: list[Expression]) -> Shape:
        arguments, frame = node.arguments, "ICRS"
        if node.name != "REGION" and isinstance(arguments[0], tree.Text | tree.Null):
            frame = frame_of(arguments[0].value) if isinstance(arguments[0], tree.Text) else "ICRS"
            arguments = arguments[1:]
        if node.name == "REGION":
            return self._region(arguments[0])
        parts.extend(self.value(argument, scope) for argument in arguments)
        if node.name == "CENTROID":
            return self._centroid(parts[0])
        shape = self._made(node, parts, frame)
        if isinstance(shape, Constant) and not isinstance(shape.region, Point):
            self._count_corners(node, len(shape.region.vertices) if isinstance(shape.region, Polygon) else 1)
        return shape

    def _count_corners(self, node: tree.Node, corners: int) -> None:
        self.corners += corners
        if self.corners > self.limits.corners:
            message = f"The shapes of a query have at most {self.limits.corners} corners; upload long lists as a table"
            raise self.refused(node, message, ErrorCode.LIMIT)

    def _region(self, argument: tree.Value) -> Shape:
        text = argument.value if isinstance(argument, tree.Text) else ""
        words = text.replace("(", " ").replace(")", " ").split()
        if words and words[0].upper() == "POSITION":
            words[0] = "POINT"
        frame = "ICRS"
        if len(words) > 1 and words[1][0].isalpha():
            system = [word for word in words[1:] if word[0].isalpha() and not word.upper().startswith("NAN")]
            frame = frame_of(" ".join(system))
            words = [words[0], *(word for word in words[1:] if word not in system)]
        try:
            region = to_icrs(parse_region(" ".join(words)), frame)
            self._count_corners(argument, len(region.vertices) if isinstance(region, Polygon) else 1)
            return Constant(region)
        except ValueError as exc:
            raise self.refused(argument, str(exc), ErrorCode.GEOMETRY) from exc

    def _centroid(self, value: Expression) -> Shape:
        shape = self._shape_of(value, "CENTROID")
        if isinstance(shape, PointShape):
            return shape
        if isinstance(shape, CircleShape | BoxShape):
            return shape.centre
        if isinstance(shape, Constant) and isinstance(shape.region, Point | Circle | Box):
            return Constant(Point(shape.region.ra, shape.region.dec))
        return SQLShape(f"adql_centroid({shape.parts})", "point")

    def _made(self, node: tree.Call, parts: list[Expression], frame: str) -> Shape:
        count = {"POINT": 2, "CIRCLE": 1, "BOX": 2}.get(node.name, 0)
        if node.name == "POLYGON":
            return self._polygon(node, parts, frame)
        if node.name == "POINT":
            return _folded_point(self._point(parts[0], parts[1], frame))
        sizes = parts[-count:]
        for value in sizes:
            self.need_number(value, node.name)
        first = _coordinate(sizes[0])
        if node.name == "CIRCLE":
            return _folded_circle(self._centre(node, parts[:-count], frame), first)
        # A box lies along the axes of its own frame, so that it is turned as a whole.
        centre = self._centre(node, parts[:-count], "ICRS")
        shape = _folded_box(centre, first, _coordinate(sizes[1]))
        if isinstance(shape, BoxShape) and frame != "ICRS":
            raise self.refused(node, f"A BOX of columns cannot be turned from {frame} to ICRS", ErrorCode.GEOMETRY)
        return Constant(to_icrs(shape.region, frame)) if isinstance(shape, Constant) else shape

    def _centre(self, node: tree.Call, parts: list[Expression], frame: str) -> PointShape:
        if len(parts) == 2:
            return self._point(parts[0], parts[1], frame)
        ra, dec = self._place(self._shape_of(parts[0], node.name), parts[0].node)
        return PointShape(ra, dec)

    def _polygon(self, node: tree.Call, parts: list[Expression], frame: str) -> Shape:
        if parts[0].type.is_number:
            if len(parts) % 2 or len(parts) < 6:
                raise self.refused(node, "A POLYGON needs RA and Dec of at least three corners", ErrorCode.ARGUMENTS)
            corners = [self._point(ra, dec, frame) for ra, dec in zip(parts[::2], parts[1::2], strict=True)]
        else:
            corners = [self._centre(node, [part], frame) for part in parts]
        numbers = [(corner.ra.value, corner.dec.value) for corner in corners]
        if all(ra is not None and dec is not None for ra, dec in numbers):
            return Constant(Polygon(np.array(numbers, dtype=float)))
        return PolygonShape(tuple(corners))

    def _point(self, ra: Expression, dec: Expression, frame: str) -> PointShape:
        for value in (ra, dec):
            self.need_number(value, "POINT")
        if ra.constant is not None and dec.constant is not None:
            try:
                place = to_icrs(Point(_turn(ra.constant), dec.constant), frame)
            except ValueError as exc:
                raise self.refused(ra.node, str(exc), ErrorCode.GEOMETRY) from exc
            if isinstance(place, Point):
                return PointShape(_known(place.ra), _known(place.dec))
        point = PointShape(_coordinate(ra), _coordinate(dec))
        if frame in {"", "ICRS"}:
            return point
        made = f"adql_turned(adql_array({point.ra.sql}, {point.dec.sql}), {rotation(frame)})"
        return PointShape(Coordinate(f"({made})[1]"), Coordinate(f"({made})[2]"))


def _coordinate(value: Expression) -> Coordinate:
    is_column = value.origin is not None and value.source is not None
    column = value.origin.name if is_column and value.origin else ""
    return Coordinate(value.double, value.constant, column, value.source.alias if is_column and value.source else "")


def _known(number: float) -> Coordinate:
    return Coordinate(f"({number!r}::float8)", number)


def _turn(ra: float) -> float:
    """Bring a right ascension into the circle."""
    return ra if 0 <= ra <= 360 else ra % 360


def _folded_point(point: PointShape) -> Shape:
    ra, dec = point.ra.value, point.dec.value
    return point if ra is None or dec is None else Constant(Point(_turn(ra), dec))


def _folded_circle(centre: PointShape, radius: Coordinate) -> Shape:
    ra, dec, size = centre.ra.value, centre.dec.value, radius.value
    if size is not None and size < 0:
        return Nowhere("circle")
    if ra is None or dec is None or size is None:
        return CircleShape(centre, radius)
    return Constant(Circle(_turn(ra), dec, min(size, 180.0)))


def _folded_box(centre: PointShape, width: Coordinate, height: Coordinate) -> Shape:
    ra, dec = centre.ra.value, centre.dec.value
    if ra is None or dec is None or width.value is None or height.value is None:
        return BoxShape(centre, width, height)
    if width.value < 0 or height.value < 0:
        return Nowhere("polygon")
    return Constant(Box(_turn(ra), dec, width.value, height.value))
