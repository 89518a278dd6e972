"""The labelled queries, read where they lie."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Labelled:
    id: str
    query: str
    is_valid: bool
    version: str
    is_syntax: bool
    is_disputed: bool
    note: str


def labelled(shared: Path) -> list[Labelled]:
    lines = (shared / "data/adql/queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Labelled(
            id=row["id"],
            query=row["query"],
            is_valid=row["valid"],
            version=row["version"],
            is_syntax=row["level"] == "syntax",
            is_disputed=row["confidence"] == "disputed",
            note=row["note"],
        )
        for row in map(json.loads, lines)
    ]
