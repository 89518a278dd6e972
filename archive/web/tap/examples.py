# SPDX-License-Identifier: BSD-3-Clause
"""Queries to begin with; each is run by a test."""

from vo.tap import Example

__all__ = ["EXAMPLES"]

_OBSCORE = ("ivoa.obscore",)

EXAMPLES = (
    Example(
        "Images around a place",
        "SELECT TOP 100 obs_id, target_name, instrument_name, t_min, t_exptime, access_url\n"
        "FROM ivoa.obscore\n"
        "WHERE dataproduct_type = 'image'\n"
        "  AND 1 = INTERSECTS(s_region, CIRCLE('ICRS', 10.684, 41.269, 0.5))\n"
        "ORDER BY t_min",
        "Images whose footprint touches half a degree around M31.",
        _OBSCORE,
    ),
    Example(
        "What was observed of each kind",
        "SELECT instrument_name, dataproduct_type, calib_level, COUNT(*) AS files, SUM(access_estsize) AS kbytes\n"
        "FROM ivoa.obscore\n"
        "GROUP BY instrument_name, dataproduct_type, calib_level\n"
        "ORDER BY files DESC",
        "Files of each instrument, with their size.",
        _OBSCORE,
    ),
    Example(
        "The nights of a program",
        "SELECT proposal_id, obs_id, t_min, target_name, obs_release_date\n"
        "FROM ivoa.obscore\n"
        "WHERE proposal_id = '2016B-0204'\n"
        "ORDER BY t_min",
        "All that a program observed, and when it becomes public.",
        _OBSCORE,
    ),
    Example(
        "Repeated fields",
        "SELECT a.obs_id AS first_obs, b.obs_id AS second_obs, a.target_name, b.t_min - a.t_min AS days\n"
        "FROM ivoa.obscore AS a\n"
        "JOIN ivoa.obscore AS b ON a.target_name = b.target_name AND a.t_min < b.t_min\n"
        "WHERE a.calib_level = 1 AND b.calib_level = 1 AND b.t_min - a.t_min < 30\n"
        "ORDER BY days",
        "Pairs of exposures of one target within a month.",
        _OBSCORE,
    ),
    Example(
        "The columns of ObsCore",
        "SELECT column_name, unit, ucd, description\n"
        "FROM tap_schema.columns\n"
        "WHERE table_name = 'ivoa.obscore'\n"
        "ORDER BY column_index",
        "What each column means.",
        ("tap_schema.columns",),
    ),
)
