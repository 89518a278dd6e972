"""What can be searched follows from the tables."""

from archive.db.columns import search_columns
from archive.domain.search import DEFAULT_COLUMNS, PARAMETERS, ColumnType


def test_columns_come_from_product_observation_and_program() -> None:
    columns = search_columns()
    assert {"archive_filename", "exptime", "obs_id", "propid", "pi"} <= {column.name for column in columns}
    assert "hpx29" not in columns
    assert columns["t_min"].type is ColumnType.MJD
    assert columns["caldat"].parameter == "night"
    assert "dome flat" in columns["obs_type"].choices


def test_parameters_and_default_columns_name_real_columns() -> None:
    columns = search_columns()
    assert all(name in columns for name in DEFAULT_COLUMNS)
    assert all(name in columns for parameter in PARAMETERS for name in parameter.columns)
