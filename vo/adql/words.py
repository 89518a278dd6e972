# SPDX-License-Identifier: BSD-3-Clause
"""The words of ADQL 2.0 and 2.1 (ADQL 2.1 §2.1.2), and what may be added to them."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["AGGREGATES", "Extension", "Limits", "reserved_words"]

# SQL-92's, all of them, used by ADQL or not.
SQL_WORDS = """
ABSOLUTE ACTION ADD ALL ALLOCATE ALTER AND ANY ARE AS ASC ASSERTION AT AUTHORIZATION AVG BEGIN BETWEEN BIT BIT_LENGTH
BOTH BY CASCADE CASCADED CASE CAST CATALOG CHAR CHARACTER CHAR_LENGTH CHARACTER_LENGTH CHECK CLOSE COALESCE COLLATE
COLLATION COLUMN COMMIT CONNECT CONNECTION CONSTRAINT CONSTRAINTS CONTINUE CONVERT CORRESPONDING COUNT CREATE CROSS
CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATE DAY DEALLOCATE DECIMAL DECLARE DEFAULT
DEFERRABLE DEFERRED DELETE DESC DESCRIBE DESCRIPTOR DIAGNOSTICS DISCONNECT DISTINCT DOMAIN DOUBLE DROP ELSE END ESCAPE
EXCEPT EXCEPTION EXEC EXECUTE EXISTS EXTERNAL EXTRACT FALSE FETCH FIRST FLOAT FOR FOREIGN FOUND FROM FULL GET GLOBAL GO
GOTO GRANT GROUP HAVING HOUR IDENTITY IMMEDIATE IN INDICATOR INITIALLY INNER INPUT INSENSITIVE INSERT INT INTEGER
INTERSECT INTERVAL INTO IS ISOLATION JOIN KEY LANGUAGE LAST LEADING LEFT LEVEL LIKE LOCAL LOWER MATCH MAX MIN MINUTE
MODULE MONTH NAMES NATIONAL NATURAL NCHAR NEXT NO NOT NULL NULLIF NUMERIC OCTET_LENGTH OF ON ONLY OPEN OPTION OR ORDER
OUTER OUTPUT OVERLAPS PAD PARTIAL POSITION PRECISION PREPARE PRESERVE PRIMARY PRIOR PRIVILEGES PROCEDURE PUBLIC READ
REAL REFERENCES RELATIVE RESTRICT REVOKE RIGHT ROLLBACK ROWS SCHEMA SCROLL SECOND SECTION SELECT SESSION SESSION_USER
SET SIZE SMALLINT SOME SPACE SQL SQLCODE SQLERROR SQLSTATE SUBSTRING SUM SYSTEM_USER TABLE TEMPORARY THEN TIME TIMESTAMP
TIMEZONE_HOUR TIMEZONE_MINUTE TO TRAILING TRANSACTION TRANSLATE TRANSLATION TRIM TRUE UNION UNIQUE UNKNOWN UPDATE UPPER
USAGE USER USING VALUE VALUES VARCHAR VARYING VIEW WHEN WHENEVER WHERE WITH WORK WRITE YEAR ZONE
"""
ADQL_WORDS = """
ABS ACOS AREA ASIN ATAN ATAN2 BOX CEILING CENTROID CIRCLE CONTAINS COORD1 COORD2 COORDSYS COS COT DEGREES DISTANCE EXP
FLOOR INTERSECTS LOG LOG10 MOD PI POINT POLYGON POWER RADIANS RAND REGION ROUND SIN SQRT TAN TOP TRUNCATE
"""
NEW_WORDS = "BIGINT ILIKE IN_UNIT OFFSET"

AGGREGATES = frozenset({"AVG", "COUNT", "MAX", "MIN", "SUM"})

_OLD = frozenset(SQL_WORDS.split()) | frozenset(ADQL_WORDS.split())
_WORDS = {"2.0": _OLD, "2.1": _OLD | frozenset(NEW_WORDS.split())}


def reserved_words(version: str) -> frozenset[str]:
    """Give the words, in capitals, that are no names unless they are quoted.

    Raises
    ------
    ValueError
        There is no such version.
    """
    if version not in _WORDS:
        raise ValueError(f"There is no ADQL {version[:10]}; there are {' and '.join(_WORDS)}")
    return _WORDS[version]


class Extension(StrEnum):
    """What a service may allow beyond the standard; each is to be declared in its capabilities."""

    CASE = "case"
    CROSS_JOIN = "cross-join"
    MODULO = "modulo"
    BITWISE = "bitwise"


@dataclass(frozen=True)
class Limits:
    """How much a query may hold, so that none can exhaust the service that reads it.

    Parameters
    ----------
    columns
        That a query gives; PostgreSQL has room for 1,664.
    corners
        Of all shapes that are written out; a circle counts as one.
    reach
        Columns of tables that all names of columns stand for in the end: PostgreSQL puts into a query what its
        subqueries calculate, again and again.
    sql
        Characters of a value, as PostgreSQL reads it.
    """

    characters: int = 500_000
    tokens: int = 50_000
    parentheses: int = 400
    depth: int = 100
    list_values: int = 5_000
    tables: int = 50
    arms: int = 50
    columns: int = 1_600
    corners: int = 2_000
    reach: int = 20_000
    sql: int = 1_000_000
