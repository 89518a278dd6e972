# ruff: noqa: S608
"""Exact tests on outlines in SQL: the twins of vo/sky/arcs.py and vo/sky/overlap.py.

An outline is a float8[] of unit vectors, x y z x y z …, anticlockwise, within one hemisphere. Determinants
are taken of differences, so that outlines of milliarcseconds keep their digits. Names and
arguments stay as they are: later migrations may replace bodies.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Whether the outline, its inside included, comes within r radians of a place. One pass over the sides: the winding
# around the place, counted where sides cross the half great circle to its antipode, and the distance to each side.
# With p and g the differences of a side's ends from the place, and the squares of the three chords between them, all
# that is needed follows: height = |place, p, g|; the place lies beside the arc if both angles at its ends are sharp.
# The outline is copied into a variable since PostgreSQL then unpacks it once and not at every element.
REACHES = """
CREATE FUNCTION sky_outline_reaches(v float8[], x float8, y float8, z float8, r float8) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 500 AS $$
DECLARE
    w float8[] := v;
    last CONSTANT int := array_length(v, 1);
    chord2 CONSTANT float8 := CASE WHEN r >= 3.14159265358879 THEN 5 ELSE 4 * sin(r / 2) ^ 2 END;
    near2 CONSTANT float8 := CASE WHEN r <= 0.785 THEN sin(r) ^ 2 ELSE 5 END;
    mx float8 := 0; my float8 := 0; mz float8 := 0;
    px float8 := w[last - 2] - x; py float8 := w[last - 1] - y; pz float8 := w[last] - z;
    gx float8; gy float8; gz float8;
    height float8; side float8; start2 float8; end2 float8;
    is_ahead boolean; was_ahead boolean;
    winding int := 0;
BEGIN
    start2 := px * px + py * py + pz * pz;
    IF start2 <= chord2 THEN
        RETURN true;
    END IF;
    IF abs(x) <= abs(y) AND abs(x) <= abs(z) THEN
        my := z; mz := -y;
    ELSIF abs(y) <= abs(z) THEN
        mx := -z; mz := x;
    ELSE
        mx := y; my := -x;
    END IF;
    was_ahead := mx * px + my * py + mz * pz >= 0;
    FOR i IN 1 .. last BY 3 LOOP
        gx := w[i] - x; gy := w[i + 1] - y; gz := w[i + 2] - z;
        end2 := gx * gx + gy * gy + gz * gz;
        IF end2 <= chord2 THEN
            RETURN true;
        END IF;
        is_ahead := mx * gx + my * gy + mz * gz >= 0;
        height := x * (py * gz - pz * gy) + y * (pz * gx - px * gz) + z * (px * gy - py * gx);
        IF is_ahead <> was_ahead THEN
            IF is_ahead THEN
                IF height > 0 THEN winding := winding + 1; END IF;
            ELSIF height < 0 THEN
                winding := winding - 1;
            END IF;
        END IF;
        side := (gx - px) * (gx - px) + (gy - py) * (gy - py) + (gz - pz) * (gz - pz);
        IF height * height <= near2 * side THEN
            IF side > 0 AND start2 + side - side * start2 / 2 >= end2 AND end2 + side - side * end2 / 2 >= start2 THEN
                IF r >= pi() / 2 OR (r <= 0.785 AND height * height <= near2 * side * (1 - side / 4)) OR (
                    r > 0.785 AND (1 - start2 / 2) ^ 2 * side * (1 - side / 4)
                        + ((start2 + side - side * start2 / 2 - end2) / 2) ^ 2 >= cos(r) ^ 2 * side * (1 - side / 4))
                THEN
                    RETURN true;
                END IF;
            END IF;
        END IF;
        px := gx; py := gy; pz := gz; start2 := end2; was_ahead := is_ahead;
    END LOOP;
    RETURN winding > 0;
END
$$
"""

# The same for an outline without bays: most places lie far outside of some side, or inside of all. The height over a
# side is the sine of its angle times the side; where it is below `far` for one side, the place is too far away.
CONVEX_REACHES = """
CREATE FUNCTION sky_convex_outline_reaches(v float8[], x float8, y float8, z float8, r float8, far float8)
RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 300 AS $$
DECLARE
    w float8[] := v;
    a int := array_length(v, 1) - 2;
    height float8;
    is_inside boolean := true;
BEGIN
    FOR i IN 1 .. array_length(v, 1) BY 3 LOOP
        height := x * (w[a + 1] * w[i + 2] - w[a + 2] * w[i + 1]) + y * (w[a + 2] * w[i] - w[a] * w[i + 2])
            + z * (w[a] * w[i + 1] - w[a + 1] * w[i]);
        -- Below that the rounding may be larger than the height.
        IF height < 1e-15 THEN
            IF height < far THEN
                RETURN false;
            END IF;
            is_inside := false;
        END IF;
        a := i;
    END LOOP;
    RETURN is_inside OR sky_outline_reaches(v, x, y, z, r);
END
$$
"""

# What is added keeps the products of the smallest numbers from underflow, which PostgreSQL takes for an error.
HOLDS = """
CREATE FUNCTION sky_outline_holds(v float8[], ra float8, "dec" float8) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 500 AS $$
    SELECT sky_outline_reaches(
        v, cos(radians("dec" + 1e-20)) * cos(radians(ra + 1e-20)), cos(radians("dec" + 1e-20)) * sin(radians(ra + 1e-20)),
        sin(radians("dec" + 1e-20)), 1e-14)
$$
"""

# Sides of w that have all of w on their inner side part the two when all of v lies outside; else corners, then sides.
PARTED = """
CREATE FUNCTION sky_outlines_parted(one float8[], other float8[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 1000 AS $$
DECLARE
    v float8[] := one;
    w float8[] := other;
    n CONSTANT int := array_length(v, 1);
    m CONSTANT int := array_length(w, 1);
    ax float8 := w[m - 2]; ay float8 := w[m - 1]; az float8 := w[m];
    gx float8; gy float8; gz float8;
    ex float8; ey float8; ez float8;
    nx float8; ny float8; nz float8;
    margin float8;
    parts boolean;
BEGIN
    FOR j IN 1 .. m BY 3 LOOP
        gx := w[j]; gy := w[j + 1]; gz := w[j + 2];
        ex := gx - ax; ey := gy - ay; ez := gz - az;
        nx := ay * ez - az * ey; ny := az * ex - ax * ez; nz := ax * ey - ay * ex;
        margin := 1e-13 * sqrt(nx * nx + ny * ny + nz * nz);
        parts := margin > 0;
        FOR i IN 1 .. n BY 3 LOOP
            IF nx * (v[i] - ax) + ny * (v[i + 1] - ay) + nz * (v[i + 2] - az) >= -margin THEN
                parts := false;
                EXIT;
            END IF;
        END LOOP;
        IF parts THEN
            FOR i IN 1 .. m BY 3 LOOP
                IF nx * (w[i] - ax) + ny * (w[i + 1] - ay) + nz * (w[i + 2] - az) < -margin THEN
                    parts := false;
                    EXIT;
                END IF;
            END LOOP;
            IF parts THEN
                RETURN true;
            END IF;
        END IF;
        ax := gx; ay := gy; az := gz;
    END LOOP;
    RETURN false;
END
$$
"""

# Convex outlines are apart if and only if a side of one of them has all of the other on its outer side.
CONVEX_MEET = """
CREATE FUNCTION sky_convex_outlines_meet(one float8[], other float8[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 1000 AS $$
DECLARE
    v float8[] := one;
    w float8[] := other;
    n CONSTANT int := array_length(one, 1);
    m CONSTANT int := array_length(other, 1);
    ax float8 := w[m - 2]; ay float8 := w[m - 1]; az float8 := w[m];
    nx float8; ny float8; nz float8;
    highest float8;
BEGIN
    FOR i IN 1 .. m BY 3 LOOP
        nx := ay * (w[i + 2] - az) - az * (w[i + 1] - ay);
        ny := az * (w[i] - ax) - ax * (w[i + 2] - az);
        nz := ax * (w[i + 1] - ay) - ay * (w[i] - ax);
        IF nx * (v[1] - ax) + ny * (v[2] - ay) + nz * (v[3] - az) < 0 THEN
            highest := -1;
            FOR j IN 1 .. n BY 3 LOOP
                highest := greatest(highest, nx * (v[j] - ax) + ny * (v[j + 1] - ay) + nz * (v[j + 2] - az));
            END LOOP;
            IF highest < -1e-14 * sqrt(nx * nx + ny * ny + nz * nz) THEN
                RETURN false;
            END IF;
        END IF;
        ax := w[i]; ay := w[i + 1]; az := w[i + 2];
    END LOOP;
    ax := v[n - 2]; ay := v[n - 1]; az := v[n];
    FOR i IN 1 .. n BY 3 LOOP
        nx := ay * (v[i + 2] - az) - az * (v[i + 1] - ay);
        ny := az * (v[i] - ax) - ax * (v[i + 2] - az);
        nz := ax * (v[i + 1] - ay) - ay * (v[i] - ax);
        IF nx * (w[1] - ax) + ny * (w[2] - ay) + nz * (w[3] - az) < 0 THEN
            highest := -1;
            FOR j IN 1 .. m BY 3 LOOP
                highest := greatest(highest, nx * (w[j] - ax) + ny * (w[j + 1] - ay) + nz * (w[j + 2] - az));
            END LOOP;
            IF highest < -1e-14 * sqrt(nx * nx + ny * ny + nz * nz) THEN
                RETURN false;
            END IF;
        END IF;
        ax := v[i]; ay := v[i + 1]; az := v[i + 2];
    END LOOP;
    RETURN true;
END
$$
"""

CROSS = """
CREATE FUNCTION sky_outlines_cross(one float8[], other float8[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 2000 AS $$
DECLARE
    v float8[] := one;
    w float8[] := other;
    n CONSTANT int := array_length(v, 1);
    m CONSTANT int := array_length(w, 1);
    ax float8 := v[n - 2]; ay float8 := v[n - 1]; az float8 := v[n];
    gx float8; gy float8; gz float8;
    cx float8; cy float8; cz float8;
    dx float8; dy float8; dz float8;
    nx float8; ny float8; nz float8;
    kx float8; ky float8; kz float8;
    abc float8; abd float8; cda float8; cdb float8;
BEGIN
    FOR i IN 1 .. n BY 3 LOOP
        gx := v[i]; gy := v[i + 1]; gz := v[i + 2];
        nx := ay * (gz - az) - az * (gy - ay);
        ny := az * (gx - ax) - ax * (gz - az);
        nz := ax * (gy - ay) - ay * (gx - ax);
        cx := w[m - 2]; cy := w[m - 1]; cz := w[m];
        abc := nx * (cx - ax) + ny * (cy - ay) + nz * (cz - az);
        FOR j IN 1 .. m BY 3 LOOP
            dx := w[j]; dy := w[j + 1]; dz := w[j + 2];
            abd := nx * (dx - ax) + ny * (dy - ay) + nz * (dz - az);
            IF (abc < 0 AND abd > 0) OR (abc > 0 AND abd < 0) THEN
                kx := cy * (dz - cz) - cz * (dy - cy);
                ky := cz * (dx - cx) - cx * (dz - cz);
                kz := cx * (dy - cy) - cy * (dx - cx);
                cda := kx * (ax - cx) + ky * (ay - cy) + kz * (az - cz);
                cdb := kx * (gx - cx) + ky * (gy - cy) + kz * (gz - cz);
                IF (abc < 0 AND cdb < 0 AND cda > 0) OR (abc > 0 AND cdb > 0 AND cda < 0) THEN
                    RETURN true;
                END IF;
            END IF;
            cx := dx; cy := dy; cz := dz; abc := abd;
        END LOOP;
        ax := gx; ay := gy; az := gz;
    END LOOP;
    RETURN false;
END
$$
"""

MEET = """
CREATE FUNCTION sky_outlines_meet(v float8[], w float8[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 4000 AS $$
BEGIN
    IF sky_outline_reaches(w, v[1], v[2], v[3], 1e-14) OR sky_outline_reaches(v, w[1], w[2], w[3], 1e-14) THEN
        RETURN true;
    END IF;
    IF sky_outlines_parted(v, w) OR sky_outlines_parted(w, v) THEN
        RETURN false;
    END IF;
    IF sky_outlines_cross(v, w) THEN
        RETURN true;
    END IF;
    FOR i IN 4 .. array_length(v, 1) BY 3 LOOP
        IF sky_outline_reaches(w, v[i], v[i + 1], v[i + 2], 1e-14) THEN
            RETURN true;
        END IF;
    END LOOP;
    FOR i IN 4 .. array_length(w, 1) BY 3 LOOP
        IF sky_outline_reaches(v, w[i], w[i + 1], w[i + 2], 1e-14) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$
"""

IN_RANGE = """
CREATE FUNCTION sky_in_range(ra float8, "dec" float8, ra_min float8, ra_width float8, dec_min float8, dec_max float8)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 50 AS $$
    SELECT "dec" BETWEEN dec_min - 1e-12 AND dec_max + 1e-12
        AND ((ra - ra_min + 1e-12) - 360 * floor((ra - ra_min + 1e-12) / 360) <= ra_width + 2e-12
             OR abs("dec") >= 90 - 1e-12)
$$
"""

# A corner in the other shape, a side across a meridian, or a side across a parallel inside the range, where along a
# side z = a cos t + b sin t.
MEETS_RANGE = """
CREATE FUNCTION sky_outline_meets_range(
    v float8[], ra_min float8, ra_width float8, dec_min float8, dec_max float8) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 5000 AS $$
DECLARE
    n CONSTANT int := array_length(v, 1);
    ax float8 := v[n - 2]; ay float8 := v[n - 1]; az float8 := v[n];
    gx float8; gy float8; gz float8;
    nx float8; ny float8; nz float8; size float8;
    cx float8; cy float8; cz float8;
    dec_mid CONSTANT float8 := (dec_min + dec_max) / 2;
    corner float8[]; sides float8[]; meridian float8; parallel float8;
    arc float8; reach float8; middle float8; swing float8; way float8;
BEGIN
    FOR i IN 1 .. n BY 3 LOOP
        IF sky_in_range(degrees(atan2(v[i + 1], v[i])), degrees(atan2(v[i + 2], sqrt(v[i] ^ 2 + v[i + 1] ^ 2))),
                        ra_min, ra_width, dec_min, dec_max) THEN
            RETURN true;
        END IF;
    END LOOP;
    FOREACH meridian IN ARRAY ARRAY[ra_min, ra_min + ra_width] LOOP
        sides := '{}';
        FOREACH parallel IN ARRAY ARRAY[dec_min, dec_mid, dec_max] LOOP
            corner := ARRAY[cos(radians(parallel)) * cos(radians(meridian)),
                            cos(radians(parallel)) * sin(radians(meridian)), sin(radians(parallel))];
            IF sky_outline_reaches(v, corner[1], corner[2], corner[3], 1e-14) THEN
                RETURN true;
            END IF;
            sides := sides || corner;
        END LOOP;
        IF ra_width < 360 AND (sky_outlines_cross(v, sides[1:6]) OR sky_outlines_cross(v, sides[4:9])) THEN
            RETURN true;
        END IF;
    END LOOP;
    FOR i IN 1 .. n BY 3 LOOP
        gx := v[i]; gy := v[i + 1]; gz := v[i + 2];
        nx := ay * (gz - az) - az * (gy - ay);
        ny := az * (gx - ax) - ax * (gz - az);
        nz := ax * (gy - ay) - ay * (gx - ax);
        size := sqrt(nx * nx + ny * ny + nz * nz);
        IF size > 0 THEN
            nx := nx / size; ny := ny / size; nz := nz / size;
            cx := ny * az - nz * ay; cy := nz * ax - nx * az; cz := nx * ay - ny * ax;
            arc := atan2(size, ax * gx + ay * gy + az * gz);
            reach := sqrt(az * az + cz * cz);
            middle := atan2(cz, az);
            FOREACH parallel IN ARRAY ARRAY[dec_min, dec_max] LOOP
                IF abs(parallel) < 90 AND abs(sin(radians(parallel))) <= reach THEN
                    swing := acos(sin(radians(parallel)) / reach);
                    FOREACH way IN ARRAY ARRAY[middle - swing, middle + swing] LOOP
                        way := way - 2 * pi() * floor(way / (2 * pi()));
                        IF way <= arc AND sky_in_range(
                            degrees(atan2(ay * cos(way) + cy * sin(way), ax * cos(way) + cx * sin(way))), parallel,
                            ra_min, ra_width, dec_min, dec_max)
                        THEN
                            RETURN true;
                        END IF;
                    END LOOP;
                END IF;
            END LOOP;
        END IF;
        ax := gx; ay := gy; az := gz;
    END LOOP;
    RETURN false;
END
$$
"""

# HEALPix, nested: Górski et al. 2005, ApJ 622, 759, §5 and appendix.
CELL_CENTRE = """
CREATE FUNCTION sky_cell_centre(cell_order int, cell bigint) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 200 AS $$
DECLARE
    side CONSTANT float8 := (1::bigint << cell_order)::float8;
    face CONSTANT int := (cell >> (2 * cell_order))::int;
    even bigint := cell & ((1::bigint << (2 * cell_order)) - 1);
    odd bigint := even >> 1;
    px float8; py float8; ring float8; belt float8; z float8; s float8; phi float8;
BEGIN
    even := even & x'0555555555555555'::bigint; odd := odd & x'0555555555555555'::bigint;
    even := (even | (even >> 1)) & x'0333333333333333'::bigint; odd := (odd | (odd >> 1)) & x'0333333333333333'::bigint;
    even := (even | (even >> 2)) & x'0f0f0f0f0f0f0f0f'::bigint; odd := (odd | (odd >> 2)) & x'0f0f0f0f0f0f0f0f'::bigint;
    even := (even | (even >> 4)) & x'00ff00ff00ff00ff'::bigint; odd := (odd | (odd >> 4)) & x'00ff00ff00ff00ff'::bigint;
    even := (even | (even >> 8)) & x'0000ffff0000ffff'::bigint; odd := (odd | (odd >> 8)) & x'0000ffff0000ffff'::bigint;
    even := (even | (even >> 16)) & x'ffffffff'::bigint; odd := (odd | (odd >> 16)) & x'ffffffff'::bigint;
    px := even + 0.5::float8; py := odd + 0.5::float8;
    ring := (2 + face / 4) * side - px - py;
    belt := least(ring, side, 4 * side - ring);
    IF belt < side THEN
        s := (belt / side) ^ 2 / 3;
        z := CASE WHEN ring < side THEN 1 - s ELSE s - 1 END;
        s := sqrt(s * (2 - s));
    ELSE
        z := (2 * side - ring) * 2 / (3 * side);
        s := sqrt(1 - z * z);
    END IF;
    phi := ((CASE WHEN face / 4 = 1 THEN 2 * (mod(face, 4)) ELSE 2 * (mod(face, 4)) + 1 END) * belt + px - py) * pi() / (4 * belt);
    RETURN ARRAY[s * cos(phi), s * sin(phi), z];
END
$$
"""

CELL29 = """
CREATE FUNCTION sky_cell29(x float8, y float8, z float8) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 200 AS $$
DECLARE
    side CONSTANT bigint := 1::bigint << 29;
    quarter float8 := atan2(y, x) * 2 / pi();
    wide float8; part float8; jp bigint; jm bigint; fp int; fm int; face int; even bigint; odd bigint;
BEGIN
    IF quarter < 0 THEN
        quarter := quarter + 4;
    END IF;
    IF abs(z) <= 2::float8 / 3 THEN
        jp := floor(side * (0.5 + quarter) - side * z * 0.75)::bigint;
        jm := floor(side * (0.5 + quarter) + side * z * 0.75)::bigint;
        fp := (jp >> 29)::int; fm := (jm >> 29)::int;
        face := CASE WHEN fp = fm THEN mod(fp, 4) + 4 WHEN fp < fm THEN mod(fp, 4) ELSE mod(fm, 4) + 8 END;
        even := jm & (side - 1); odd := side - (jp & (side - 1)) - 1;
    ELSE
        face := least(3, floor(quarter)::int);
        part := quarter - face;
        wide := side * sqrt(x * x + y * y) / sqrt((1 + abs(z)) / 3);
        jp := least(side - 1, floor(part * wide)::bigint); jm := least(side - 1, floor((1 - part) * wide)::bigint);
        IF z >= 0 THEN
            even := side - jm - 1; odd := side - jp - 1;
        ELSE
            face := face + 8; even := jp; odd := jm;
        END IF;
    END IF;
    even := (even | (even << 16)) & x'0000ffff0000ffff'::bigint; odd := (odd | (odd << 16)) & x'0000ffff0000ffff'::bigint;
    even := (even | (even << 8)) & x'00ff00ff00ff00ff'::bigint; odd := (odd | (odd << 8)) & x'00ff00ff00ff00ff'::bigint;
    even := (even | (even << 4)) & x'0f0f0f0f0f0f0f0f'::bigint; odd := (odd | (odd << 4)) & x'0f0f0f0f0f0f0f0f'::bigint;
    even := (even | (even << 2)) & x'3333333333333333'::bigint; odd := (odd | (odd << 2)) & x'3333333333333333'::bigint;
    even := (even | (even << 1)) & x'5555555555555555'::bigint; odd := (odd | (odd << 1)) & x'5555555555555555'::bigint;
    RETURN (face::bigint << 58) + even + (odd << 1);
END
$$
"""

# Cells are split, the youngest first, where the MOC has a part of them and the outline may touch them, until one lies
# in the MOC and the outline reaches surely into it. The widest cell is where belt and caps meet.
MEETS_MOC = """
CREATE FUNCTION sky_outline_meets_moc(v float8[], moc int8multirange) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 50000 AS $$
DECLARE
    orders int[] := array_fill(0, ARRAY[12]);
    cells bigint[] := '{0,1,2,3,4,5,6,7,8,9,10,11}';
    top int := 12;
    seen int := 0;
    k int; cell bigint; span int8range; centre float8[]; side float8; dz float8; c1 float8; c2 float8; z2 float8;
BEGIN
    FOR i IN 1 .. array_length(v, 1) BY 3 LOOP
        IF sky_cell29(v[i], v[i + 1], v[i + 2]) <@ moc THEN
            RETURN true;
        END IF;
    END LOOP;
    WHILE top > 0 LOOP
        k := orders[top]; cell := cells[top]; top := top - 1;
        seen := seen + 1;
        IF seen > 20000 THEN
            RETURN true;
        END IF;
        span := int8range(cell << (58 - 2 * k), (cell + 1) << (58 - 2 * k));
        IF span && moc THEN
            side := (1::bigint << k)::float8;
            z2 := 1 - (1 - 1 / side) ^ 2 / 3;
            dz := (2 / side - 1 / side ^ 2) / 3;
            c1 := sqrt(5::float8) / 3; c2 := sqrt(greatest(0, 1 - z2 * z2));
            centre := sky_cell_centre(k, cell);
            IF sky_outline_reaches(v, centre[1], centre[2], centre[3], 1.0001 * 2 * asin(sqrt(
                dz ^ 2 + (c1 - c2) ^ 2 + 4 * c1 * c2 * sin(pi() / (8 * side)) ^ 2) / 2))
            THEN
                IF k = 29 OR (span <@ moc AND sky_outline_reaches(
                    v, centre[1], centre[2], centre[3], 0.3 * sqrt(pi() / 3) / side))
                THEN
                    RETURN true;
                END IF;
                FOR child IN 0 .. 3 LOOP
                    top := top + 1;
                    orders[top] := k + 1; cells[top] := 4 * cell + child;
                END LOOP;
            END IF;
        END IF;
    END LOOP;
    RETURN false;
END
$$
"""

# The footprints filed under the cells of a cover: `keys` one by one, and all between `lows` and `highs`. One statement
# takes 4 or 16 ranges, missing ones are null and cost nothing; its plan is kept for the session, since to plan a
# dozen ranges anew takes longer than to look them up. It is made without knowing the ranges, and never reads the whole
# table.
FIRST_FOUR = " OR ".join(f"c.zuniq BETWEEN lows[{place}] AND highs[{place}]" for place in range(1, 5))
SIXTEEN = " OR ".join(f"c.zuniq BETWEEN lows[done + {place}] AND highs[done + {place}]" for place in range(1, 17))
# The settings are the callers', since a function within a function would pay for setting them once more.
NEAR = f"""
CREATE FUNCTION sky_footprints_near(keys bigint[], lows bigint[], highs bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 1000 AS $$
DECLARE
    found bigint[] := ARRAY(SELECT c.footprint_id FROM footprint_cell c WHERE c.zuniq = ANY (keys));
    done int := 0;
BEGIN
    IF cardinality(lows) <= 4 THEN
        RETURN found || ARRAY(SELECT c.footprint_id FROM footprint_cell c WHERE {FIRST_FOUR});
    END IF;
    WHILE cardinality(lows) > done LOOP
        found := found || ARRAY(SELECT c.footprint_id FROM footprint_cell c WHERE {SIXTEEN});
        done := done + 16;
    END LOOP;
    RETURN found;
END
$$
"""

FILED = """
CREATE FUNCTION sky_footprints_filed(keys bigint[], lows bigint[], highs bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 1000
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    RETURN sky_footprints_near(keys, lows, highs);
END
$$
"""

# Those that come within `radius` of a place, and those that meet an outline that has a place with such a `core` and
# `reach`. Cosines decide where they are sure, beyond their rounding; the exact tests decide the rest.
COMES_WITHIN = """CASE
            WHEN f.x * px + f.y * py + f.z * pz > cos(least(pi(), f.core + radius)) + 1e-15 THEN true
            WHEN f.x * px + f.y * py + f.z * pz < cos(least(pi(), f.reach + radius)) - 1e-15 THEN false
            -- No side is longer than twice the reach.
            WHEN f.is_convex THEN sky_convex_outline_reaches(
                f.vertices, px, py, pz, radius, -1e-15 - 2 * f.reach * radius)
            ELSE sky_outline_reaches(f.vertices, px, py, pz, radius) END"""
# To ask for a place or a small circle is frequent: they have no range or one, and no further call and statement.
AROUND = f"""
CREATE FUNCTION sky_footprints_around(
    keys bigint[], lows bigint[], highs bigint[], px float8, py float8, pz float8, radius float8)
RETURNS TABLE (id bigint, set_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 2000 ROWS 100
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    found bigint[];
BEGIN
    IF cardinality(lows) <= 1 THEN
        RETURN QUERY SELECT f.id, f.set_id FROM footprint f WHERE f.id = ANY (
            ARRAY(SELECT c.footprint_id FROM footprint_cell c WHERE c.zuniq = ANY (keys))
            || ARRAY(SELECT c.footprint_id FROM footprint_cell c WHERE c.zuniq BETWEEN lows[1] AND highs[1])
        ) AND {COMES_WITHIN};
    ELSE
        found := sky_footprints_near(keys, lows, highs);
        RETURN QUERY SELECT f.id, f.set_id FROM footprint f WHERE f.id = ANY (found) AND {COMES_WITHIN};
    END IF;
END
$$
"""

MEETING = """
CREATE FUNCTION sky_footprints_meeting(
    keys bigint[], lows bigint[], highs bigint[], outline float8[], px float8, py float8, pz float8,
    p_core float8, p_reach float8, is_outline_convex boolean) RETURNS TABLE (id bigint, set_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 2000 ROWS 100
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    found CONSTANT bigint[] := sky_footprints_near(keys, lows, highs);
BEGIN
    RETURN QUERY SELECT f.id, f.set_id FROM footprint f WHERE f.id = ANY (found) AND CASE
        WHEN f.x * px + f.y * py + f.z * pz > cos(f.core + p_core) + 1e-15 THEN true
        WHEN f.x * px + f.y * py + f.z * pz < cos(least(pi(), f.reach + p_reach)) - 1e-15 THEN false
        WHEN f.is_convex AND is_outline_convex THEN sky_convex_outlines_meet(f.vertices, outline)
        ELSE sky_outlines_meet(f.vertices, outline) END;
END
$$
"""

FUNCTIONS = {
    "sky_outline_reaches(float8[], float8, float8, float8, float8)": REACHES,
    "sky_convex_outline_reaches(float8[], float8, float8, float8, float8, float8)": CONVEX_REACHES,
    "sky_outline_holds(float8[], float8, float8)": HOLDS,
    "sky_outlines_parted(float8[], float8[])": PARTED,
    "sky_convex_outlines_meet(float8[], float8[])": CONVEX_MEET,
    "sky_outlines_cross(float8[], float8[])": CROSS,
    "sky_outlines_meet(float8[], float8[])": MEET,
    "sky_in_range(float8, float8, float8, float8, float8, float8)": IN_RANGE,
    "sky_outline_meets_range(float8[], float8, float8, float8, float8)": MEETS_RANGE,
    "sky_cell_centre(int, bigint)": CELL_CENTRE,
    "sky_cell29(float8, float8, float8)": CELL29,
    "sky_outline_meets_moc(float8[], int8multirange)": MEETS_MOC,
    "sky_footprints_near(bigint[], bigint[], bigint[])": NEAR,
    "sky_footprints_filed(bigint[], bigint[], bigint[])": FILED,
    "sky_footprints_around(bigint[], bigint[], bigint[], float8, float8, float8, float8)": AROUND,
    "sky_footprints_meeting(bigint[], bigint[], bigint[], float8[], float8, float8, float8, float8, float8, boolean)": (
        MEETING
    ),
}


def upgrade() -> None:
    for body in FUNCTIONS.values():
        op.get_bind().exec_driver_sql(body)


def downgrade() -> None:
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
