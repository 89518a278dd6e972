"""What services give out are domain objects: no row of the database reaches a page or a task."""

import importlib
import inspect
import pkgutil
import typing

import pytest

from archive import services
from archive.bootstrap import Services
from archive.db.schema import Base

MODULES = [found.name for found in pkgutil.walk_packages(services.__path__, "archive.services.")]


def parts(hint: object) -> list[object]:
    """Take a type apart: ``list[Row] | None`` into list, Row and None."""
    inner = typing.get_args(hint)
    return [hint, typing.get_origin(hint), *(piece for part in inner for piece in parts(part))]


@pytest.mark.parametrize("name", MODULES)
def test_no_service_gives_out_a_row(name: str) -> None:
    module = importlib.import_module(name)
    for _, made in inspect.getmembers(module, inspect.isclass):
        if made.__module__ != name:
            continue
        for method, function in inspect.getmembers(made, inspect.isfunction):
            if method.startswith("_"):
                continue
            given = typing.get_type_hints(function).get("return")
            rows = [part for part in parts(given) if isinstance(part, type) and issubclass(part, Base)]
            assert rows == [], f"{made.__name__}.{method} gives out {rows}"


def test_services_are_what_bootstrap_builds() -> None:
    hints = typing.get_type_hints(Services)
    outside = {name for name, kind in hints.items() if kind.__module__.split(".")[:2] == ["archive", "services"]}
    assert outside, "the use cases are in archive.services"
