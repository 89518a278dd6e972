"""Functions that the SQL made of ADQL calls: reckoning, shapes on the sky, HEALPix, functions of the service.

A shape is a float8[] of parts: a kind (0 point, 1 circle, 2 polygon), how many numbers follow, and the numbers, in
degrees ICRS. Polygons become outlines of unit vectors for the tests of migration 0002. Names and arguments stay as
they are: later migrations may replace bodies.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The sign is that of x. What is smaller than y stays as it is: the quotient might be too small to be written.
MOD = """
CREATE FUNCTION adql_mod(x float8, y float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 10 AS $$
DECLARE
    rest float8;
BEGIN
    IF y = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'division_by_zero', MESSAGE = 'division by zero';
    END IF;
    IF x IN ('NaN', 'Infinity', '-Infinity') OR y = 'NaN' THEN
        RETURN 'NaN';
    ELSIF abs(x) < abs(y) THEN
        RETURN x;
    ELSIF abs(y) < 1 AND abs(x) > 1e290 THEN
        RETURN 0;
    END IF;
    rest := x - y * trunc(x / y);
    IF abs(rest) >= abs(y) THEN
        rest := rest - sign(rest) * abs(y);
    END IF;
    RETURN CASE WHEN rest * sign(x) < 0 THEN rest + sign(x) * abs(y) ELSE rest END;
END
$$
"""

# Halves are rounded away from zero. With digits, the shortest decimal that means the number is rounded: 2.675 to 2.68.
ROUND1 = """
CREATE FUNCTION adql_round(x float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 5 AS $$
    SELECT CASE WHEN abs(x) < 4503599627370496 THEN trunc(x) + CASE WHEN abs(x - trunc(x)) >= 0.5 THEN sign(x) ELSE 0 END
        ELSE x END
$$
"""
ROUND2 = """
CREATE FUNCTION adql_round(x float8, digits int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 10 AS $$
    SELECT CASE WHEN x IN ('NaN', 'Infinity', '-Infinity') OR digits > 320 THEN x WHEN digits < -310 THEN 0
        ELSE round(x::text::numeric, digits)::float8 END
$$
"""
TRUNCATE1 = """
CREATE FUNCTION adql_truncate(x float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 5 AS $$
    SELECT trunc(x)
$$
"""
TRUNCATE2 = """
CREATE FUNCTION adql_truncate(x float8, digits int) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 10 AS $$
    SELECT CASE WHEN x IN ('NaN', 'Infinity', '-Infinity') OR digits > 320 THEN x WHEN digits < -310 THEN 0
        ELSE trunc(x::text::numeric, digits)::float8 END
$$
"""

# What is added, here and below, keeps the products of the smallest numbers from underflow, which PostgreSQL takes for
# an error.
DISTANCE = """
CREATE FUNCTION adql_distance(ra1 float8, dec1 float8, ra2 float8, dec2 float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 20 AS $$
DECLARE
    north float8 := sin(radians(dec1 - dec2 + 1e-100) / 2);
    east float8 := sin(radians(ra1 - ra2 + 1e-100) / 2);
BEGIN
    IF abs(north) < 1e-100 THEN north := 0; END IF;
    IF abs(east) < 1e-100 THEN east := 0; END IF;
    RETURN degrees(2 * asin(least(1, sqrt(
        north * north + cos(radians(dec1 + 1e-20)) * cos(radians(dec2 + 1e-20)) * east * east))));
END
$$
"""
VECTOR = """
CREATE FUNCTION adql_vector(ra float8, "dec" float8) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 20 AS $$
DECLARE
    lon CONSTANT float8 := radians(ra + 1e-20);
    lat CONSTANT float8 := radians("dec" + 1e-20);
BEGIN
    RETURN ARRAY[cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)];
END
$$
"""
DIRECTION = """
CREATE FUNCTION adql_direction(v float8[]) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 20 AS $$
DECLARE
    lon float8 := degrees(atan2(v[2], v[1]));
BEGIN
    IF lon < 0 THEN
        lon := lon + 360;
    END IF;
    RETURN ARRAY[CASE WHEN lon >= 360 THEN 0 ELSE lon END, degrees(atan2(v[3], sqrt(v[1] * v[1] + v[2] * v[2])))];
END
$$
"""

# Shapes. An array with a missing number is no shape.
ARRAY_OF = """
CREATE FUNCTION adql_array(VARIADIC numbers float8[]) RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 5 AS $$
    SELECT CASE WHEN array_position(numbers, NULL) IS NULL THEN numbers END
$$
"""
PART = """
CREATE FUNCTION adql_part(kind int, numbers float8[]) RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 5 AS $$
    SELECT CASE WHEN cardinality(numbers) >= CASE kind WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 6 END
        THEN ARRAY[kind, cardinality(numbers)]::float8[] || numbers END
$$
"""
NUMBERS = """
CREATE FUNCTION adql_numbers(words text) RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 20 AS $$
    SELECT CASE WHEN words ~ '^\\s*([-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?[\\s,]*)+$'
        THEN regexp_split_to_array(trim(both E' \\t\\r\\n,' FROM words), '[\\s,]+')::float8[] END
$$
"""

# Its sides are great circles that meet the ends of the cross's arms at right angles (ADQL 2.1 §4.2.6).
BOX = """
CREATE FUNCTION adql_box(ra float8, "dec" float8, width float8, height float8) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 100 AS $$
DECLARE
    c CONSTANT float8[] := adql_vector(ra, "dec");
    n CONSTANT float8[] := adql_vector(ra, "dec" + 90);
    e CONSTANT float8[] := ARRAY[n[2] * c[3] - n[3] * c[2], n[3] * c[1] - n[1] * c[3], n[1] * c[2] - n[2] * c[1]];
    wide float8; high float8; corners float8[] := '{}'; place float8[];
BEGIN
    IF NOT (width BETWEEN 0 AND 179 AND height BETWEEN 0 AND 179) THEN
        RETURN NULL;
    END IF;
    FOR i IN 0 .. 3 LOOP
        wide := tan(radians(width + 1e-100) / 2) * CASE WHEN i IN (0, 3) THEN -1 ELSE 1 END;
        high := tan(radians(height + 1e-100) / 2) * CASE WHEN i < 2 THEN -1 ELSE 1 END;
        place := adql_direction(ARRAY[
            c[1] + wide * e[1] + high * n[1], c[2] + wide * e[2] + high * n[2], c[3] + wide * e[3] + high * n[3]]);
        corners := corners || place;
    END LOOP;
    RETURN corners;
END
$$
"""

# DALI and STC-S as tables have them: CIRCLE, POLYGON, POSITION, POINT, BOX, and several in UNION(…). What cannot be
# read is no shape. Numbers without a word are told apart by their count.
REGION = """
CREATE FUNCTION adql_region(region text) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 500 AS $$
DECLARE
    word text; kind text := ''; numbers float8[] := '{}'; parts float8[] := '{}';
BEGIN
    FOREACH word IN ARRAY regexp_split_to_array(upper(translate(region, '(),', '   ')) || ' END', '\\s+') LOOP
        IF word ~ '^[-+]?(\\d+\\.?\\d*|\\.\\d+)(E[-+]?\\d+)?$' THEN
            numbers := numbers || word::float8;
        ELSIF word IN ('CIRCLE', 'POLYGON', 'POSITION', 'POINT', 'BOX', 'UNION', 'END') THEN
            IF cardinality(numbers) > 0 THEN
                IF kind = '' THEN
                    kind := CASE cardinality(numbers) WHEN 2 THEN 'POINT' WHEN 3 THEN 'CIRCLE' ELSE 'POLYGON' END;
                END IF;
                parts := parts || CASE
                    WHEN kind IN ('POINT', 'POSITION') AND cardinality(numbers) = 2 THEN adql_part(0, numbers)
                    WHEN kind = 'CIRCLE' AND cardinality(numbers) = 3 THEN adql_part(1, numbers)
                    WHEN kind = 'BOX' AND cardinality(numbers) = 4
                        THEN adql_part(2, adql_box(numbers[1], numbers[2], numbers[3], numbers[4]))
                    WHEN kind = 'POLYGON' AND cardinality(numbers) % 2 = 0 THEN adql_part(2, numbers) END;
                IF parts IS NULL THEN
                    RETURN NULL;
                END IF;
            END IF;
            numbers := '{}';
            kind := CASE WHEN word IN ('UNION', 'END') THEN 'NONE' ELSE word END;
        ELSIF word NOT IN ('', 'ICRS', 'FK5', 'J2000', 'UNKNOWNFRAME', 'TOPOCENTER', 'GEOCENTER', 'BARYCENTER',
                           'HELIOCENTER', 'UNKNOWNREFPOS', 'SPHERICAL2') THEN
            RETURN NULL;
        END IF;
    END LOOP;
    RETURN nullif(parts, '{}');
END
$$
"""

# Unit vectors, anticlockwise, as migration 0002 wants them: the inside is the smaller side.
OUTLINE = """
CREATE FUNCTION adql_outline(corners float8[]) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 300 AS $$
DECLARE
    w CONSTANT float8[] := corners;
    n CONSTANT int := cardinality(corners) / 2;
    v float8[] := '{}'; place float8[]; turned float8[] := '{}';
    mx float8 := 0; my float8 := 0; mz float8 := 0; side float8 := 0;
    k int; a int; b int;
BEGIN
    FOR i IN 1 .. n LOOP
        IF i = 1 OR w[2 * i - 1] <> w[2 * i - 3] OR w[2 * i] <> w[2 * i - 2] THEN
            IF NOT (i = n AND n > 1 AND w[2 * i - 1] = w[1] AND w[2 * i] = w[2]) THEN
                place := adql_vector(w[2 * i - 1], w[2 * i]);
                v := v || place;
                mx := mx + place[1]; my := my + place[2]; mz := mz + place[3];
            END IF;
        END IF;
    END LOOP;
    k := cardinality(v) / 3;
    IF k < 3 THEN
        RETURN NULL;
    END IF;
    FOR i IN 1 .. k LOOP
        a := 3 * i - 2; b := 3 * (i % k) + 1;
        side := side + mx * (v[a + 1] * v[b + 2] - v[a + 2] * v[b + 1]) + my * (v[a + 2] * v[b] - v[a] * v[b + 2])
            + mz * (v[a] * v[b + 1] - v[a + 1] * v[b]);
    END LOOP;
    IF side >= 0 THEN
        RETURN v;
    END IF;
    FOR i IN REVERSE k .. 1 LOOP
        turned := turned || v[3 * i - 2 : 3 * i];
    END LOOP;
    RETURN turned;
END
$$
"""
TURNED_BACK = """
CREATE FUNCTION adql_backwards(v float8[]) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 50 AS $$
DECLARE
    turned float8[] := '{}';
BEGIN
    FOR i IN REVERSE cardinality(v) / 3 .. 1 LOOP
        turned := turned || v[3 * i - 2 : 3 * i];
    END LOOP;
    RETURN turned;
END
$$
"""

# A polygon lies in another if its corners and the middles of its sides do, no sides cross, and no corner of the other
# is well inside of it; in a circle if its corners do, or, beyond 90 degrees, if it keeps clear of what is left out.
# An outline run backwards has no inside: what still comes near it is near its edge.
PART_CONTAINS = """
CREATE FUNCTION adql_part_contains(outer_kind int, o float8[], inner_kind int, i float8[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 1000 AS $$
DECLARE
    v float8[]; w float8[]; c float8[]; n int; b int; m float8[]; size float8;
BEGIN
    IF outer_kind < 2 AND inner_kind < 2 THEN
        RETURN adql_distance(o[1], o[2], i[1], i[2]) + CASE inner_kind WHEN 1 THEN i[3] ELSE 0 END
            <= CASE outer_kind WHEN 1 THEN o[3] ELSE 0 END + 6e-13;
    ELSIF outer_kind = 2 AND inner_kind < 2 THEN
        v := adql_outline(o);
        c := adql_vector(i[1], i[2]);
        IF inner_kind = 0 OR i[3] <= 0 THEN
            RETURN sky_outline_reaches(v, c[1], c[2], c[3], 1e-14);
        END IF;
        RETURN i[3] < 90 AND sky_outline_reaches(v, c[1], c[2], c[3], 1e-14)
            AND NOT sky_outline_reaches(adql_backwards(v), c[1], c[2], c[3], radians(i[3] + 1e-100) - 1e-14);
    ELSIF outer_kind = 0 THEN
        RETURN false;
    ELSIF outer_kind = 1 THEN
        IF o[3] > 90 THEN
            c := adql_vector(o[1], o[2]);
            RETURN o[3] >= 180 OR NOT sky_outline_reaches(
                adql_outline(i), -c[1], -c[2], -c[3], radians(180 - o[3]) - 1e-14);
        END IF;
        FOR k IN 1 .. cardinality(i) / 2 LOOP
            IF adql_distance(o[1], o[2], i[2 * k - 1], i[2 * k]) > o[3] + 6e-13 THEN
                RETURN false;
            END IF;
        END LOOP;
        RETURN true;
    END IF;
    v := adql_outline(o);
    w := adql_outline(i);
    n := cardinality(w) / 3;
    FOR k IN 1 .. n LOOP
        b := 3 * (k % n);
        m := ARRAY[w[3 * k - 2] + w[b + 1], w[3 * k - 1] + w[b + 2], w[3 * k] + w[b + 3]];
        size := sqrt(m[1] * m[1] + m[2] * m[2] + m[3] * m[3]);
        IF NOT sky_outline_reaches(v, w[3 * k - 2], w[3 * k - 1], w[3 * k], 1e-14)
            OR NOT sky_outline_reaches(v, m[1] / size, m[2] / size, m[3] / size, 1e-14)
        THEN
            RETURN false;
        END IF;
    END LOOP;
    IF sky_outlines_cross(v, w) THEN
        RETURN false;
    END IF;
    FOR k IN 1 .. cardinality(v) / 3 LOOP
        IF sky_outline_reaches(w, v[3 * k - 2], v[3 * k - 1], v[3 * k], 0)
            AND NOT sky_outline_reaches(adql_backwards(w), v[3 * k - 2], v[3 * k - 1], v[3 * k], 1e-14)
        THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END
$$
"""
PART_INTERSECTS = """
CREATE FUNCTION adql_part_intersects(one_kind int, a float8[], other_kind int, b float8[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 1000 AS $$
DECLARE
    c float8[];
BEGIN
    IF one_kind < 2 AND other_kind < 2 THEN
        RETURN adql_distance(a[1], a[2], b[1], b[2])
            <= CASE one_kind WHEN 1 THEN a[3] ELSE 0 END + CASE other_kind WHEN 1 THEN b[3] ELSE 0 END + 6e-13;
    ELSIF one_kind = 2 AND other_kind = 2 THEN
        RETURN sky_outlines_meet(adql_outline(a), adql_outline(b));
    ELSIF one_kind = 2 THEN
        c := adql_vector(b[1], b[2]);
        RETURN sky_outline_reaches(
            adql_outline(a), c[1], c[2], c[3], CASE other_kind WHEN 1 THEN radians(b[3] + 1e-100) ELSE 0 END + 1e-14);
    END IF;
    RETURN adql_part_intersects(other_kind, b, one_kind, a);
END
$$
"""
CONTAINS = """
CREATE FUNCTION adql_contains(outside float8[], inside float8[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 2000 AS $$
DECLARE
    at int := 1; there int; is_held boolean;
BEGIN
    WHILE at < cardinality(inside) LOOP
        there := 1; is_held := false;
        WHILE there < cardinality(outside) AND NOT is_held LOOP
            is_held := coalesce(adql_part_contains(
                outside[there]::int, outside[there + 2 : there + 1 + outside[there + 1]::int],
                inside[at]::int, inside[at + 2 : at + 1 + inside[at + 1]::int]), false);
            there := there + 2 + outside[there + 1]::int;
        END LOOP;
        IF NOT is_held THEN
            RETURN false;
        END IF;
        at := at + 2 + inside[at + 1]::int;
    END LOOP;
    RETURN true;
END
$$
"""
INTERSECTS = """
CREATE FUNCTION adql_intersects(one float8[], other float8[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 2000 AS $$
DECLARE
    at int := 1; there int;
BEGIN
    WHILE at < cardinality(one) LOOP
        there := 1;
        WHILE there < cardinality(other) LOOP
            IF adql_part_intersects(
                one[at]::int, one[at + 2 : at + 1 + one[at + 1]::int],
                other[there]::int, other[there + 2 : there + 1 + other[there + 1]::int])
            THEN
                RETURN true;
            END IF;
            there := there + 2 + other[there + 1]::int;
        END LOOP;
        at := at + 2 + one[at + 1]::int;
    END LOOP;
    RETURN false;
END
$$
"""

# The solid angle, and the vector to the middle, as integrals along the sides.
AREA = """
CREATE FUNCTION adql_area(shape float8[]) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 500 AS $$
DECLARE
    at int := 1; total float8 := 0; excess float8; v float8[]; b int; c int;
BEGIN
    WHILE at < cardinality(shape) LOOP
        IF shape[at] = 1 THEN
            total := total + 4 * pi() * sin(radians(least(180, greatest(0, shape[at + 4])) + 1e-100) / 2) ^ 2;
        ELSIF shape[at] = 2 THEN
            v := adql_outline(shape[at + 2 : at + 1 + shape[at + 1]::int]);
            excess := 0;
            FOR k IN 2 .. coalesce(cardinality(v) / 3, 0) - 1 LOOP
                b := 3 * k - 2; c := b + 3;
                excess := excess + 2 * atan2(
                    v[1] * (v[b + 1] * v[c + 2] - v[b + 2] * v[c + 1]) + v[2] * (v[b + 2] * v[c] - v[b] * v[c + 2])
                        + v[3] * (v[b] * v[c + 1] - v[b + 1] * v[c]),
                    1 + v[1] * v[b] + v[2] * v[b + 1] + v[3] * v[b + 2] + v[b] * v[c] + v[b + 1] * v[c + 1]
                        + v[b + 2] * v[c + 2] + v[1] * v[c] + v[2] * v[c + 1] + v[3] * v[c + 2]);
            END LOOP;
            total := total + abs(excess);
        END IF;
        at := at + 2 + shape[at + 1]::int;
    END LOOP;
    RETURN total * (180 / pi()) ^ 2;
END
$$
"""
CENTROID = """
CREATE FUNCTION adql_centroid(shape float8[]) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 500 AS $$
DECLARE
    at int := 1; x float8 := 0; y float8 := 0; z float8 := 0; v float8[]; a int; b int; n int;
    nx float8; ny float8; nz float8; size float8; weight float8;
BEGIN
    IF shape[1] < 2 AND cardinality(shape) = 2 + shape[2]::int THEN
        RETURN shape[3:4];
    END IF;
    WHILE at < cardinality(shape) LOOP
        IF shape[at] < 2 THEN
            v := adql_vector(shape[at + 2], shape[at + 3]);
            weight := CASE shape[at] WHEN 1 THEN pi() * sin(radians(shape[at + 4] + 1e-100)) ^ 2 ELSE 1e-30 END;
            x := x + weight * v[1]; y := y + weight * v[2]; z := z + weight * v[3];
        ELSE
            v := adql_outline(shape[at + 2 : at + 1 + shape[at + 1]::int]);
            n := cardinality(v) / 3;
            FOR k IN 1 .. coalesce(n, 0) LOOP
                a := 3 * k - 2; b := 3 * (k % n) + 1;
                nx := v[a + 1] * v[b + 2] - v[a + 2] * v[b + 1];
                ny := v[a + 2] * v[b] - v[a] * v[b + 2];
                nz := v[a] * v[b + 1] - v[a + 1] * v[b];
                size := sqrt(nx * nx + ny * ny + nz * nz);
                IF size > 0 THEN
                    weight := atan2(size, v[a] * v[b] + v[a + 1] * v[b + 1] + v[a + 2] * v[b + 2]) / (2 * size);
                    x := x + weight * nx; y := y + weight * ny; z := z + weight * nz;
                END IF;
            END LOOP;
        END IF;
        at := at + 2 + shape[at + 1]::int;
    END LOOP;
    RETURN CASE WHEN x = 0 AND y = 0 AND z = 0 THEN NULL ELSE adql_direction(ARRAY[x, y, z]) END;
END
$$
"""
TURNED = """
CREATE FUNCTION adql_turned(numbers float8[], m float8[]) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 100 AS $$
DECLARE
    turned float8[] := '{}'; v float8[];
BEGIN
    FOR k IN 1 .. cardinality(numbers) - 1 BY 2 LOOP
        v := adql_vector(numbers[k], numbers[k + 1]);
        turned := turned || adql_direction(ARRAY[
            m[1] * v[1] + m[2] * v[2] + m[3] * v[3], m[4] * v[1] + m[5] * v[2] + m[6] * v[3],
            m[7] * v[1] + m[8] * v[2] + m[9] * v[3]]);
    END LOOP;
    IF cardinality(numbers) % 2 = 1 THEN
        turned := turned || numbers[cardinality(numbers)];
    END IF;
    RETURN turned;
END
$$
"""

HPX29 = """
CREATE FUNCTION adql_hpx29(ra float8, "dec" float8) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 200 AS $$
DECLARE
    v CONSTANT float8[] := adql_vector(ra, "dec");
BEGIN
    RETURN sky_cell29(v[1], v[2], v[3]);
END
$$
"""
HEALPIX = """
CREATE FUNCTION adql_healpix(cell_order int, ra float8, "dec" float8) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 200 AS $$
    SELECT CASE WHEN cell_order BETWEEN 0 AND 29 THEN adql_hpx29(ra, "dec") >> (58 - 2 * cell_order) END
$$
"""
HEALPIX_CENTRE = """
CREATE FUNCTION adql_healpix_centre(cell_order int, cell bigint) RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 200 AS $$
    SELECT CASE WHEN cell_order BETWEEN 0 AND 29 AND cell >= 0 AND cell < 12::bigint << (2 * least(29, greatest(0, cell_order)))
        THEN adql_direction(sky_cell_centre(cell_order, cell)) END
$$
"""

# The finest order, up to 21, whose cells are ten times as wide as a radius.
ORDER_NEAR = """
CREATE FUNCTION adql_order_near(radius float8) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 10 AS $$
    SELECT CASE WHEN radius < 1e-6 THEN 21 WHEN radius > 5.86 THEN 0
        ELSE greatest(0, least(21, floor(log(5.8632 / radius) / log(2::float8))::int)) END
$$
"""

# The cells of an order up to 21 that a circle may touch; `hpx` is the order-29 cell of its centre. The cell itself, and
# the neighbours beyond those of its sides to which the centre is so near: along the sphere a place moves within a base
# cell by at most 1.453 of its sides per radian, as was found by moving millions of places. The bits of even places are
# those of x, which grows to the north-east, the others those of y, which grows to the north-west. Who leaves a base cell
# on one side enters the next one on the opposite side, but from one polar base cell to another, where x and y change
# places. Where only three base cells meet in a corner there is none opposite.
CELLS_NEAR = """
CREATE FUNCTION adql_cells_near(hpx bigint, ra float8, "dec" float8, radius float8, cell_order int) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 100 AS $$
DECLARE
    cell CONSTANT bigint := hpx >> (58 - 2 * cell_order);
    mask CONSTANT bigint := (1::bigint << (2 * cell_order)) - 1;
    even CONSTANT bigint := x'0555555555555555'::bigint & mask;
    odd CONSTANT bigint := x'02aaaaaaaaaaaaaa'::bigint & mask;
    face CONSTANT bigint := cell & ~mask;
    ex CONSTANT bigint := cell & even;
    oy CONSTANT bigint := cell & odd;
    inner_cell bigint; px int; py int; near float8; dx int := 0; dy int := 0; nx bigint; ny bigint; found bigint[];
    is_out_x boolean; is_out_y boolean; out_x int; out_y int; at bigint; belt int; turn int; pole int;
BEGIN
    IF radius < 0 THEN
        RETURN '{}';
    ELSIF radius > 5.86 THEN
        FOR g IN 0..11 LOOP
            FOR k IN 0..mask LOOP
                found := found || (g::bigint << (2 * cell_order) | k);
            END LOOP;
        END LOOP;
        RETURN found;
    END IF;
    -- The place within the cell, in 256 steps.
    inner_cell := (hpx >> (42 - 2 * cell_order)) & 65535;
    px := (inner_cell & 21845)::int; py := ((inner_cell >> 1) & 21845)::int;
    px := (px | (px >> 1)) & 13107; py := (py | (py >> 1)) & 13107;
    px := (px | (px >> 2)) & 3855; py := (py | (py >> 2)) & 3855;
    px := (px | (px >> 4)) & 255; py := (py | (py >> 4)) & 255;
    near := 256 * 1.455 * (radians(radius + 1e-100) + 1e-14) * (1::bigint << cell_order);
    IF px <= near THEN dx := -1; ELSIF px + 1 >= 256 - near THEN dx := 1; END IF;
    IF py <= near THEN dy := -1; ELSIF py + 1 >= 256 - near THEN dy := 1; END IF;
    IF dx = 0 AND dy = 0 THEN
        RETURN ARRAY[cell];
    END IF;
    -- Carries run through the bits of the other coordinate, and beyond the last one around to the opposite side.
    nx := CASE dx WHEN 0 THEN ex WHEN 1 THEN ((cell | ~even) + 1) & even ELSE (ex - 1) & even END;
    ny := CASE dy WHEN 0 THEN oy WHEN 1 THEN ((cell | ~odd) + 1) & odd ELSE (oy - 1) & odd END;
    is_out_x := (dx = 1 AND ex = even) OR (dx = -1 AND ex = 0);
    is_out_y := (dy = 1 AND oy = odd) OR (dy = -1 AND oy = 0);
    IF NOT (is_out_x OR is_out_y) THEN
        IF dx = 0 THEN
            RETURN ARRAY[cell, face | ex | ny];
        ELSIF dy = 0 THEN
            RETURN ARRAY[cell, face | nx | oy];
        END IF;
        RETURN ARRAY[cell, face | nx | oy, face | ex | ny, face | nx | ny];
    END IF;
    found := ARRAY[cell];
    FOR step IN 1 .. 3 LOOP
        -- Along x, along y, along both.
        CONTINUE WHEN (step <> 2 AND dx = 0) OR (step <> 1 AND dy = 0);
        at := CASE step WHEN 2 THEN ex ELSE nx END | CASE step WHEN 1 THEN oy ELSE ny END;
        out_x := CASE WHEN step <> 2 AND is_out_x THEN dx ELSE 0 END;
        out_y := CASE WHEN step <> 1 AND is_out_y THEN dy ELSE 0 END;
        belt := (face >> (2 * cell_order)) / 4; turn := (face >> (2 * cell_order)) % 4; pole := 1 - belt;
        IF out_x = 0 AND out_y = 0 THEN
            NULL;
        ELSIF belt = 1 THEN
            CONTINUE WHEN out_x = out_y;
            turn := turn + CASE WHEN out_x <> 0 AND out_y <> 0 THEN out_x WHEN out_x = -1 OR out_y = 1 THEN 3 ELSE 0 END;
            belt := belt - out_x - out_y;
        ELSIF out_x = -out_y THEN
            CONTINUE;
        ELSIF out_x = pole AND out_y = pole THEN
            turn := turn + 2; at := at # mask;
        ELSIF out_x = pole OR out_y = pole THEN
            turn := turn + out_x - out_y;
            at := (((at & even) << 1) | ((at & odd) >> 1)) # CASE WHEN out_y = 0 THEN odd ELSE even END;
        ELSE
            turn := turn + CASE WHEN (out_x = 0 AND pole = 1) OR (out_y = 0 AND pole = -1) THEN 1 ELSE 0 END;
            belt := belt - out_x - out_y;
        END IF;
        found := found || (((belt * 4 + (turn + 4) % 4)::bigint << (2 * cell_order)) | at);
    END LOOP;
    RETURN found;
END
$$
"""

# Cells that hold a shape, as ranges of order-29 cells that do not overlap: from the few large cells around each part
# down to those of about half its size.
COVER = """
CREATE FUNCTION adql_cover(shape float8[]) RETURNS int8multirange
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 20000 AS $$
DECLARE
    at int := 1; kind int; numbers float8[]; v float8[]; c float8[]; place float8[]; size float8; part float8;
    cell_order int; finest int; cells bigint[]; kept bigint[]; cell bigint; middle float8[]; reach float8;
    side float8; z2 float8; dz float8; c2 float8; is_near boolean; found int8multirange := '{}';
BEGIN
    WHILE at < cardinality(shape) LOOP
        kind := shape[at]::int;
        numbers := shape[at + 2 : at + 1 + shape[at + 1]::int];
        at := at + 2 + shape[at + 1]::int;
        IF kind < 2 THEN
            c := adql_vector(numbers[1], numbers[2]);
            size := CASE kind WHEN 1 THEN least(180, numbers[3] + 1e-100) ELSE 0 END;
        ELSE
            v := adql_outline(numbers);
            CONTINUE WHEN v IS NULL;
            c := ARRAY[0, 0, 0];
            FOR i IN 1 .. cardinality(v) BY 3 LOOP
                c := ARRAY[c[1] + v[i], c[2] + v[i + 1], c[3] + v[i + 2]];
            END LOOP;
            part := sqrt(c[1] * c[1] + c[2] * c[2] + c[3] * c[3]);
            size := 180;
            IF part > 1e-6 THEN
                c := ARRAY[c[1] / part, c[2] / part, c[3] / part];
                part := 1;
                FOR i IN 1 .. cardinality(v) BY 3 LOOP
                    part := least(part, c[1] * v[i] + c[2] * v[i + 1] + c[3] * v[i + 2]);
                END LOOP;
                -- Beyond a hemisphere a circle around the corners need not hold the sides.
                size := CASE WHEN part > 0.01 THEN degrees(acos(part)) + 1e-6 ELSE 180 END;
            END IF;
        END IF;
        CONTINUE WHEN size < 0;
        cell_order := adql_order_near(size);
        IF size > 5.86 THEN
            cells := '{0,1,2,3,4,5,6,7,8,9,10,11}';
        ELSE
            place := adql_direction(c);
            cells := adql_cells_near(sky_cell29(c[1], c[2], c[3]), place[1], place[2], size, cell_order);
        END IF;
        finest := CASE WHEN size < 1e-6 THEN cell_order
            ELSE greatest(cell_order, least(21, ceil(log(58.632 / (0.6 * size)) / log(2::float8))::int)) END;
        LOOP
            side := (1::bigint << cell_order)::float8;
            z2 := 1 - (1 - 1 / side) ^ 2 / 3;
            dz := (2 / side - 1 / side ^ 2) / 3;
            c2 := sqrt(greatest(0, 1 - z2 * z2));
            reach := 1.0001 * 2 * asin(least(1, sqrt(dz ^ 2 + (sqrt(5::float8) / 3 - c2) ^ 2
                + 4 * sqrt(5::float8) / 3 * c2 * sin(pi() / (8 * side)) ^ 2) / 2));
            kept := '{}';
            FOREACH cell IN ARRAY cells LOOP
                middle := sky_cell_centre(cell_order, cell);
                IF kind < 2 THEN
                    part := sqrt((middle[1] - c[1]) ^ 2 + (middle[2] - c[2]) ^ 2 + (middle[3] - c[3]) ^ 2);
                    is_near := reach + radians(size) >= pi() OR part <= 2 * sin((reach + radians(size)) / 2) + 1e-13;
                ELSE
                    is_near := sky_outline_reaches(v, middle[1], middle[2], middle[3], reach);
                END IF;
                IF is_near THEN
                    kept := kept || cell;
                END IF;
            END LOOP;
            cells := kept;
            EXIT WHEN cell_order >= finest OR cardinality(cells) > 24;
            cells := ARRAY(SELECT 4 * k + child FROM unnest(cells) AS k, unnest('{0,1,2,3}'::int[]) AS child);
            cell_order := cell_order + 1;
        END LOOP;
        found := found + coalesce((SELECT range_agg(int8range(
            k << (58 - 2 * cell_order), (k + 1) << (58 - 2 * cell_order))) FROM unnest(cells) AS k), '{}');
    END LOOP;
    RETURN found;
END
$$
"""

# Lindegren's rigorous treatment (ESA SP-1200, vol. 1, §1.5.5) of the motion on a line; no light-time effects.
EPOCH_PROP = """
CREATE FUNCTION adql_epoch_prop(ra float8, "dec" float8, parallax float8, pmra float8, pmdec float8,
    radial_velocity float8, ref_epoch float8, out_epoch float8) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 200 AS $$
DECLARE
    mas CONSTANT float8 := radians(1::float8) / 3600000;
    -- One au a Julian year, in km/s.
    au_year CONSTANT float8 := 149597870.7 / (365.25 * 86400);
    plx CONSTANT float8 := greatest(coalesce(parallax, 0), 1e-7) * mas;
    years float8; r float8[]; p float8[]; q float8[]; mx float8; my float8; mz float8; mr float8; f float8;
    ux float8; uy float8; uz float8; vx float8; vy float8; vz float8; vr float8; place float8[]; out_p float8[]; out_q float8[];
BEGIN
    IF ra IS NULL OR "dec" IS NULL OR ref_epoch IS NULL OR out_epoch IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'ivo_epoch_prop needs ra, dec and both epochs';
    END IF;
    years := out_epoch - ref_epoch;
    r := adql_vector(ra, "dec");
    p := ARRAY[-sin(radians(ra + 1e-20)), cos(radians(ra + 1e-20)), 0];
    q := ARRAY[-r[3] * p[2], r[3] * p[1], r[1] * p[2] - r[2] * p[1]];
    mr := coalesce(radial_velocity, 0) * plx / au_year;
    mx := mas * (coalesce(pmra, 0) * p[1] + coalesce(pmdec, 0) * q[1]);
    my := mas * (coalesce(pmra, 0) * p[2] + coalesce(pmdec, 0) * q[2]);
    mz := mas * coalesce(pmdec, 0) * q[3];
    f := 1 / sqrt(1 + 2 * mr * years + (mx * mx + my * my + mz * mz + mr * mr) * years * years);
    ux := (r[1] * (1 + mr * years) + mx * years) * f;
    uy := (r[2] * (1 + mr * years) + my * years) * f;
    uz := (r[3] * (1 + mr * years) + mz * years) * f;
    vx := (mx * (1 + mr * years) - r[1] * (mx * mx + my * my + mz * mz) * years) * f ^ 3;
    vy := (my * (1 + mr * years) - r[2] * (mx * mx + my * my + mz * mz) * years) * f ^ 3;
    vz := (mz * (1 + mr * years) - r[3] * (mx * mx + my * my + mz * mz) * years) * f ^ 3;
    vr := (mr + (mx * mx + my * my + mz * mz + mr * mr) * years) * f * f;
    place := adql_direction(ARRAY[ux, uy, uz]);
    out_p := ARRAY[-sin(radians(place[1] + 1e-20)), cos(radians(place[1] + 1e-20)), 0];
    out_q := ARRAY[-uz * out_p[2], uz * out_p[1], ux * out_p[2] - uy * out_p[1]];
    RETURN ARRAY[place[1], place[2], CASE WHEN parallax IS NOT NULL THEN parallax * f END,
        (vx * out_p[1] + vy * out_p[2]) / mas, (vx * out_q[1] + vy * out_q[2] + vz * out_q[3]) / mas,
        CASE WHEN parallax > 0 AND radial_velocity IS NOT NULL THEN vr * au_year / (plx * f) END];
END
$$
"""
SEXAGESIMAL = """
CREATE FUNCTION adql_sexagesimal(words text, factor float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 50 AS $$
DECLARE
    p text[] := regexp_match(trim(words),
        '^([-+]?)(\\d+)\\s*[:hHdD\\s]\\s*(\\d+)\\s*[:mM\\s]\\s*(\\d+\\.?\\d*)\\s*[sS]?$');
BEGIN
    IF p IS NULL THEN
        p := regexp_match(trim(words), '^([-+]?)(\\d{2,3}?)(\\d\\d)(\\d\\d(?:\\.\\d*)?)$');
    END IF;
    IF p IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN factor * CASE p[1] WHEN '-' THEN -1 ELSE 1 END * (p[2]::float8 + p[3]::float8 / 60 + p[4]::float8 / 3600);
END
$$
"""
HASHLIST = """
CREATE FUNCTION adql_hashlist_has(hashlist text, item text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 20 AS $$
    SELECT (lower(item) = ANY (string_to_array(lower(hashlist), '#')))::int
$$
"""
NORMAL = """
CREATE FUNCTION adql_normal_random(mu float8, sigma float8) RETURNS float8
LANGUAGE sql VOLATILE PARALLEL SAFE STRICT COST 10 AS $$
    SELECT mu + sigma * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())
$$
"""
HISTOGRAM_STEP = """
CREATE FUNCTION adql_histogram_step(counts bigint[], val float8, low float8, high float8, bins int) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10 AS $$
DECLARE
    at int;
BEGIN
    IF counts IS NULL THEN
        IF bins IS NULL OR bins NOT BETWEEN 1 AND 10000 THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = 'ivo_histogram takes 1 to 10000 bins';
        END IF;
        counts := array_fill(0::bigint, ARRAY[bins + 2]);
    END IF;
    at := CASE WHEN val IS NULL OR val < low THEN 1 WHEN val >= high THEN bins + 2
        ELSE least(bins + 1, 2 + floor((val - low) / (high - low) * bins)::int) END;
    counts[at] := counts[at] + 1;
    RETURN counts;
END
$$
"""
HISTOGRAM = """
CREATE AGGREGATE adql_histogram(float8, float8, float8, int) (SFUNC = adql_histogram_step, STYPE = bigint[])
"""

FUNCTIONS = {
    "adql_mod(float8, float8)": MOD,
    "adql_round(float8)": ROUND1,
    "adql_round(float8, int)": ROUND2,
    "adql_truncate(float8)": TRUNCATE1,
    "adql_truncate(float8, int)": TRUNCATE2,
    "adql_distance(float8, float8, float8, float8)": DISTANCE,
    "adql_vector(float8, float8)": VECTOR,
    "adql_direction(float8[])": DIRECTION,
    "adql_array(float8[])": ARRAY_OF,
    "adql_part(int, float8[])": PART,
    "adql_numbers(text)": NUMBERS,
    "adql_box(float8, float8, float8, float8)": BOX,
    "adql_region(text)": REGION,
    "adql_outline(float8[])": OUTLINE,
    "adql_backwards(float8[])": TURNED_BACK,
    "adql_part_contains(int, float8[], int, float8[])": PART_CONTAINS,
    "adql_part_intersects(int, float8[], int, float8[])": PART_INTERSECTS,
    "adql_contains(float8[], float8[])": CONTAINS,
    "adql_intersects(float8[], float8[])": INTERSECTS,
    "adql_area(float8[])": AREA,
    "adql_centroid(float8[])": CENTROID,
    "adql_turned(float8[], float8[])": TURNED,
    "adql_hpx29(float8, float8)": HPX29,
    "adql_healpix(int, float8, float8)": HEALPIX,
    "adql_healpix_centre(int, bigint)": HEALPIX_CENTRE,
    "adql_order_near(float8)": ORDER_NEAR,
    "adql_cells_near(bigint, float8, float8, float8, int)": CELLS_NEAR,
    "adql_cover(float8[])": COVER,
    "adql_epoch_prop(float8, float8, float8, float8, float8, float8, float8, float8)": EPOCH_PROP,
    "adql_sexagesimal(text, float8)": SEXAGESIMAL,
    "adql_hashlist_has(text, text)": HASHLIST,
    "adql_normal_random(float8, float8)": NORMAL,
    "adql_histogram_step(bigint[], float8, float8, float8, int)": HISTOGRAM_STEP,
}


def upgrade() -> None:
    for body in (*FUNCTIONS.values(), HISTOGRAM):
        # The driver takes a lone percent sign for a parameter.
        op.get_bind().exec_driver_sql(body.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP AGGREGATE adql_histogram(float8, float8, float8, int)")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
