"""Every setting is in docs/settings.md as the code has it, and no others."""

from archive.config import SETTINGS
from tests.support.requirements import ROOT

TEXT = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_table_is_that_of_the_code() -> None:
    rows = [
        f"| `{setting.variable}` | {f'`{setting.default}`' if setting.default else 'none'} | {setting.meaning} |"
        for setting in SETTINGS
    ]
    table = TEXT.partition("\n## ")[0]
    told = [line for line in table.splitlines() if line.startswith("| `ARCHIVE_")]
    assert told == rows, "docs/settings.md should read:\n" + "\n".join(rows)


def test_meanings_are_sentences() -> None:
    assert [setting.name for setting in SETTINGS if not setting.meaning.endswith(".")] == []
