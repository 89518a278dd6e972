"""What forms send becomes parameters of a search, and comes back into the same fields."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.web.search.forms import Params, canonical, form_values

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "params"),
    [
        ({"target": [" M31 "], "ra": [""], "propid": ["  "]}, {"target": ["M31"]}),
        ({"night_from": ["2014-08-01"], "night_to": ["2014-08-05"]}, {"night": ["2014-08-01..2014-08-05"]}),
        ({"night_from": ["2014-08-01"], "night_to": ["2014-08-01"]}, {"night": ["2014-08-01"]}),
        ({"night_from": ["2014-08-01"]}, {"night": ["2014-08-01.."]}),
        ({"exptime_max": ["30"]}, {"exptime": ["..30"]}),
        ({"exptime_min": [">=30"]}, {"exptime": [">=30"]}),
        ({"obs_type": ["object", "dome flat"]}, {"obs_type": ["object,dome flat"]}),
        ({"pi_part": ["Schlegel"]}, {"pi": ["*Schlegel*"]}),
        ({"pi_part": ["Smith, J."]}, {"pi": ["*Smith? J.*"]}),
        ({"pi_part": ["Schl*"]}, {"pi": ["Schl*"]}),
        ({"pi_part": ['"Smith, J."']}, {"pi": ['"Smith, J."']}),
        ({"release_status": ["public"]}, {"release": ["<=2026-03-01T12:00"]}),
        ({"release_status": ["proprietary"]}, {"release": [">2026-03-01T12:00"]}),
        ({"kw1": ["seeing"], "op1": ["is"], "val1": ["0.8..1.2"]}, {"kw.SEEING": ["0.8..1.2"]}),
        ({"kw1": ["OBJECT"], "op1": ["like"], "val1": ["M31"]}, {"kw.OBJECT": ["*M31*"]}),
        ({"kw2": ["GAIN"], "op2": ["ge"], "val2": ["2"]}, {"kw.GAIN": [">=2"]}),
        ({"kw1": ["GAIN"], "op1": ["null"], "val1": [""]}, {"kw.GAIN": ["null"]}),
        ({"kw1": ["GAIN"], "op1": ["is"], "val1": [""]}, {"kw.GAIN": ["!null"]}),
        ({"kw1": [""], "op1": ["is"], "val1": ["7"]}, {"kw.": ["7"]}),
        ({"kw1": [""], "op1": ["is"], "val1": [""]}, {}),
        ({"columns": ["ra", "dec", "ra"]}, {"columns": ["ra,dec"]}),
        ({"more_keywords": ["6"]}, {}),
        ({"no_such": ["x"]}, {"no_such": ["x"]}),
    ],
)
def test_what_a_form_sends(sent: Params, params: Params) -> None:
    assert canonical(sent, NOW) == params


def test_parameters_are_left_as_they_are() -> None:
    params = {"target": ["M31"], "radius": ["1"], "night": ["a..b"], "kw.GAIN": [">2"], "sort": ["-ra"], "pi": ["x"]}
    assert canonical(params, NOW) == params


FIELDS = st.dictionaries(
    st.sampled_from(
        ["target", "night_from", "night_to", "exptime_min", "pi_part", "object_part", "obs_type", "kw1", "op1", "val1"]
    ),
    st.lists(st.text(max_size=12), min_size=1, max_size=2),
)


@given(FIELDS)
def test_going_round_changes_nothing(sent: Params) -> None:
    """What was understood once is understood the same from the filled-in form."""
    params = canonical(sent, NOW)
    again = canonical(params, NOW)
    assert again == params
    assert canonical(form_values(params), NOW).keys() >= {name for name in params if name in {"target", "night"}}


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"night": ["2014-08-01..2014-08-05"]}, {"night_from": ["2014-08-01"], "night_to": ["2014-08-05"]}),
        ({"night": ["2014-08-01"]}, {"night_from": ["2014-08-01"], "night_to": ["2014-08-01"]}),
        ({"night": ["a,b"]}, {"night": ["a,b"]}),
        ({"pi": ["*Smith? J.*"]}, {"pi_part": ["Smith, J."]}),
        ({"pi": ["Sm*th"]}, {"pi": ["Sm*th"]}),
        ({"obs_type": ["object,zero"]}, {"obs_type": ["object", "zero"]}),
        ({"kw.OBJECT": ["*M31*"]}, {"kw1": ["OBJECT"], "op1": ["like"], "val1": ["M31"]}),
        ({"kw.GAIN": ["!null"]}, {"kw1": ["GAIN"], "op1": ["any"], "val1": [""]}),
        ({"kw.GAIN": ["<=2"]}, {"kw1": ["GAIN"], "op1": ["le"], "val1": ["2"]}),
    ],
)
def test_fields_are_filled_in(params: Params, fields: Params) -> None:
    assert form_values(params) == fields
    assert canonical(fields, NOW) == canonical(params, NOW)


def test_nonsense_stands_in_one_field_only() -> None:
    assert form_values({"night": ["nonsense"]}) == {"night_from": ["nonsense"], "night_to": [""]}
