"""Cards of headers, sound and odd."""

import pytest

from archive.astro.cards import parse_cards


def one(card: str) -> object:
    parsed = parse_cards([card.ljust(80)])
    return next(iter(parsed.values.values()), None)


@pytest.mark.parametrize(
    ("card", "value"),
    [
        ("SIMPLE  =                    T / comment", True),
        ("GROUPS  =                    F", False),
        ("NAXIS   =                    2", 2),
        ("EXPTIME =                 1.5D2 / seconds", 150.0),
        ("CRVAL1  =   -.5", -0.5),
        ("OBJECT  = 'O''Neill''s star / not a comment' / comment", "O'Neill's star / not a comment"),
        ("OBJECT  = '  leading stays  '", "  leading stays"),
        ("EMPTY   = ''", ""),
        ("NOTHING =                      / undefined", None),
        ("HIERARCH ESO OBS PROG ID = '60.A-9022(A)'", "60.A-9022(A)"),
        ("POINT   = (1.0, 2.0)", "(1.0, 2.0)"),
    ],
)
def test_value(card: str, value: object) -> None:
    assert one(card) == value


@pytest.mark.parametrize("card", ["CRVAL1  = NaN", "OBJECT  = 'no end", "ZD      = 30:26:47.6", "BIG     = 1E999"])
def test_unreadable_value_is_kept_as_text_and_named(card: str) -> None:
    parsed = parse_cards([card.ljust(80)])
    assert parsed.unreadable == [card[:8].strip()]
    assert isinstance(parsed.values[card[:8].strip()], str)


def test_long_string_goes_on() -> None:
    parsed = parse_cards(
        ["TITLE   = 'first &'".ljust(80), "CONTINUE  'second&'".ljust(80), "CONTINUE  ' third'".ljust(80)]
    )
    assert parsed.values == {"TITLE": "first second third"}


def test_first_of_two_holds_and_commentary_is_gathered() -> None:
    cards = [
        "A       =                    1",
        "A       =                    2",
        "COMMENT one",
        "COMMENT two",
        "",
        "junk",
    ]
    assert parse_cards([card.ljust(80) for card in cards]).values == {"A": 1, "COMMENT": ["one", "two"]}
