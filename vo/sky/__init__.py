"""Regions on the sky: exact tests, and covers as ranges of HEALPix cells."""

from vo.sky.bands import Range
from vo.sky.circles import Circle, Point
from vo.sky.healpix import hpx29
from vo.sky.mocs import MOC
from vo.sky.parse import Region, parse_region
from vo.sky.polygons import Box, Polygon

__all__ = ["MOC", "Box", "Circle", "Point", "Polygon", "Range", "Region", "hpx29", "parse_region"]
