# ruff: noqa: S608
"""What queries by TAP may see: two roles, the rows they see, and the published views.

``archive_tap`` runs the queries and can read the published views only. ``archive_views`` owns the views and is
subject to row-level security on the tables beneath, so that a condition of a query is never tried on a row that its
caller may not know, whatever the planner makes of it. Who calls is told by the setting ``archive.caller``, which the
server makes for each transaction and which queries can neither read nor set, for want of the functions.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Roles are of the whole server, and another database of it may make them at this moment.
ROLES = """
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['archive_tap', 'archive_views'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %%I NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'USAGE') THEN
            EXECUTE format('GRANT %%I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END
$$
"""

SCHEMAS = {
    "tap_inner": "What the published views stand on.",
    "ivoa": "Tables of the data models of the IVOA.",
    "archive": "The holdings of the archive.",
    "catalogues": "Catalogues of objects.",
    "tap_schema": "The description of the tables.",
}

# STABLE, and asked for once a statement by a sub-select of its own. SECURITY DEFINER since queries must not read settings.
ASKED = "LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
FUNCTIONS = {
    "caller()": f"""
        CREATE FUNCTION tap_inner.caller() RETURNS jsonb {ASKED} AS $$
            SELECT coalesce(nullif(current_setting('archive.caller', true), ''), '{{}}')::jsonb
        $$""",
    "sees_all()": f"""
        CREATE FUNCTION tap_inner.sees_all() RETURNS boolean {ASKED} AS $$
            SELECT coalesce((tap_inner.caller()->>'sees_all')::boolean, false)
        $$""",
    "reads_all()": f"""
        CREATE FUNCTION tap_inner.reads_all() RETURNS boolean {ASKED} AS $$
            SELECT coalesce((tap_inner.caller()->>'reads_all')::boolean, false)
        $$""",
    "sees()": f"""
        CREATE FUNCTION tap_inner.sees() RETURNS bigint[] {ASKED} AS $$
            SELECT ARRAY(SELECT jsonb_array_elements_text(tap_inner.caller()->'sees')::bigint)
        $$""",
    "reads()": f"""
        CREATE FUNCTION tap_inner.reads() RETURNS bigint[] {ASKED} AS $$
            SELECT ARRAY(SELECT jsonb_array_elements_text(tap_inner.caller()->'reads')::bigint)
        $$""",
    "moment()": f"""
        CREATE FUNCTION tap_inner.moment() RETURNS timestamptz {ASKED} AS $$
            SELECT coalesce((tap_inner.caller()->>'now')::timestamptz, now())
        $$""",
    "files_url()": f"""
        CREATE FUNCTION tap_inner.files_url() RETURNS text {ASKED} AS $$
            SELECT coalesce(tap_inner.caller()->>'base_url', '') || '/data/'
        $$""",
    "authority()": f"""
        CREATE FUNCTION tap_inner.authority() RETURNS text {ASKED} AS $$
            SELECT coalesce(tap_inner.caller()->>'authority', 'archive.invalid')
        $$""",
}

# The twins of archive/db/healpix.py for those who may not read the outlines: the sets that meet a region.
FINDS = "LANGUAGE sql STABLE PARALLEL SAFE COST 2000 SECURITY DEFINER SET search_path = public, pg_temp"
FINDERS = {
    "sets_around(bigint[], bigint[], bigint[], float8, float8, float8, float8)": f"""
        CREATE FUNCTION tap_inner.sets_around(bigint[], bigint[], bigint[], float8, float8, float8, float8)
        RETURNS bigint[] {FINDS} AS $$
            SELECT ARRAY(SELECT DISTINCT f.set_id FROM sky_footprints_around($1, $2, $3, $4, $5, $6, $7) f)
        $$""",
    "sets_meeting(bigint[], bigint[], bigint[], float8[], float8, float8, float8, float8, float8, boolean)": f"""
        CREATE FUNCTION tap_inner.sets_meeting(
            bigint[], bigint[], bigint[], float8[], float8, float8, float8, float8, float8, boolean
        ) RETURNS bigint[] {FINDS} AS $$
            SELECT ARRAY(
                SELECT DISTINCT f.set_id FROM sky_footprints_meeting($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) f
            )
        $$""",
    "sets_in_range(bigint[], bigint[], bigint[], float8, float8, float8, float8)": f"""
        CREATE FUNCTION tap_inner.sets_in_range(bigint[], bigint[], bigint[], float8, float8, float8, float8)
        RETURNS bigint[] {FINDS} AS $$
            SELECT ARRAY(
                SELECT DISTINCT set_id FROM footprint WHERE id = ANY (sky_footprints_filed($1, $2, $3))
                AND sky_outline_meets_range(vertices, $4, $5, $6, $7)
            )
        $$""",
    "sets_in_moc(bigint[], bigint[], bigint[], int8multirange)": f"""
        CREATE FUNCTION tap_inner.sets_in_moc(bigint[], bigint[], bigint[], int8multirange)
        RETURNS bigint[] {FINDS} AS $$
            SELECT ARRAY(
                SELECT DISTINCT set_id FROM footprint WHERE id = ANY (sky_footprints_filed($1, $2, $3))
                AND sky_outline_meets_moc(vertices, $4)
            )
        $$""",
}
# Cells of the orders under which outlines are filed (vo/sky/zuniq.py).
FINDERS["products_at(float8, float8)"] = f"""
    CREATE FUNCTION tap_inner.products_at(float8, float8) RETURNS bigint[] {FINDS} AS $$
        SELECT ARRAY(
            SELECT p.id FROM product p WHERE p.footprint_set_id = ANY (ARRAY(
                SELECT f.set_id
                FROM (SELECT adql_vector($1, $2) AS v, adql_hpx29($1, $2) AS cell OFFSET 0) c,
                LATERAL sky_footprints_around(
                    ARRAY(SELECT (2 * (c.cell >> s) + 1) << s FROM unnest(ARRAY[30, 34, 38, 42, 46, 50, 54, 58]) s),
                    '{{}}', '{{}}', c.v[1], c.v[2], c.v[3], 1e-14
                ) f
            ))
        )
    $$"""

# The cells around each outline of the file, those that hold them, and those within, whose keys lie around theirs
# (vo/sky/zuniq.py).
FINDERS["products_meeting(bigint)"] = f"""
    CREATE FUNCTION tap_inner.products_meeting(bigint) RETURNS bigint[] {FINDS} AS $$
        SELECT ARRAY(
            SELECT p.id FROM product p WHERE p.footprint_set_id = ANY (ARRAY(
                SELECT DISTINCT met.set_id
                FROM product own JOIN footprint f ON f.set_id = own.footprint_set_id,
                LATERAL (SELECT degrees(atan2(f.y, f.x)) + CASE WHEN f.y < 0 THEN 360 ELSE 0 END AS ra,
                    degrees(asin(greatest(-1, least(1, f.z)))) AS "dec",
                    degrees(f.reach) AS radius OFFSET 0) c,
                LATERAL (SELECT adql_order_near(c.radius / 4) AS cell_order OFFSET 0) o,
                LATERAL (SELECT 58 - 2 * o.cell_order AS size, ARRAY(
                    SELECT (2 * near + 1) << (58 - 2 * o.cell_order) FROM unnest(
                        adql_cells_near(adql_hpx29(c.ra, c."dec"), c.ra, c."dec", c.radius, o.cell_order)
                    ) near
                ) AS cells OFFSET 0) n,
                LATERAL sky_footprints_meeting(
                    ARRAY(SELECT DISTINCT (cell >> s | 1) << s FROM unnest(n.cells) cell,
                        unnest(ARRAY[30, 34, 38, 42, 46, 50, 54, 58]) s WHERE s > n.size),
                    ARRAY(SELECT cell - (1::bigint << n.size) + 1 FROM unnest(n.cells) cell ORDER BY 1),
                    ARRAY(SELECT cell + (1::bigint << n.size) - 1 FROM unnest(n.cells) cell ORDER BY 1),
                    f.vertices, f.x, f.y, f.z, f.core, f.reach, f.is_convex
                ) met
                WHERE own.id = $1
            ))
        )
    $$"""

READ = (
    "product",
    "observation",
    "program",
    "hdu",
    "night",
    "collection",
    "product_collection",
    "footprint",
    "footprint_cell",
)

# The twins of archive/db/visibility.py. A product's own HDUs and observation are known with it.
POLICIES = {
    "product": """
        (SELECT tap_inner.sees_all()) OR (NOT is_hidden AND (
            metadata_release <= (SELECT tap_inner.moment()) OR program_id = ANY ((SELECT tap_inner.sees())::bigint[])
        ))""",
    "observation": "EXISTS (SELECT FROM product p WHERE p.observation_id = observation.id)",
    "hdu": "EXISTS (SELECT FROM product p WHERE p.id = hdu.product_id)",
    "program": """
        NOT is_metadata_private OR (SELECT tap_inner.sees_all()) OR id = ANY ((SELECT tap_inner.sees())::bigint[])
        OR EXISTS (SELECT FROM product p WHERE p.program_id = program.id)""",
}

KNOWN = """
    (NOT g.is_metadata_private OR (SELECT tap_inner.sees_all()) OR g.id = ANY ((SELECT tap_inner.sees())::bigint[]))
"""
READABLE = """
    ((SELECT tap_inner.reads_all()) OR (NOT p.is_hidden AND (
        coalesce(p.data_release <= (SELECT tap_inner.moment()), false)
        OR coalesce(p.program_id = ANY ((SELECT tap_inner.reads())::bigint[]), false)
    )))
"""
PUBLIC = "coalesce(p.data_release <= (SELECT tap_inner.moment()), false)"
ADDRESS = "(SELECT tap_inner.files_url()) || p.public_id"
COLLECTION = "p.telescope || '-' || p.instrument"

# Columns whose names end in _key, and hpx29, are for conditions that the server writes, and are not described to users.
OBSCORE = f"""
CREATE VIEW ivoa.obscore AS
SELECT
    p.dataproduct_type,
    p.calib_level::int AS calib_level,
    {COLLECTION} AS obs_collection,
    o.obs_id,
    'ivo://' || (SELECT tap_inner.authority()) || '/' || {COLLECTION} || '?' || p.public_id AS obs_publisher_did,
    {ADDRESS} AS access_url,
    p.media_type AS access_format,
    (p.file_size + 999) / 1000 AS access_estsize,
    p.target AS target_name,
    p.ra AS s_ra,
    p.dec AS s_dec,
    p.s_fov,
    p.s_region,
    p.s_xel1,
    p.s_xel2,
    p.seeing AS s_resolution,
    p.t_min,
    p.t_max,
    p.exptime AS t_exptime,
    p.exptime AS t_resolution,
    CASE WHEN p.dataproduct_type IN ('image', 'spectrum') THEN 1::bigint END AS t_xel,
    p.em_min,
    p.em_max,
    CASE WHEN p.dataproduct_type = 'image' THEN (p.em_min + p.em_max) / 2 / nullif(p.em_max - p.em_min, 0) END
        AS em_res_power,
    CASE WHEN p.dataproduct_type = 'image' THEN 1::bigint END AS em_xel,
    CASE WHEN p.prod_type IN ('image', 'spectrum') THEN 'phot.count' END AS o_ucd,
    NULL::text AS pol_states,
    CASE WHEN p.dataproduct_type IN ('image', 'spectrum', 'cube') THEN 0::bigint END AS pol_xel,
    p.telescope AS facility_name,
    p.instrument AS instrument_name,
    p.prod_type AS dataproduct_subtype,
    p.archive_filename AS obs_title,
    p.ingested AS obs_creation_date,
    p.data_release AS obs_release_date,
    CASE WHEN {PUBLIC} THEN 'public' ELSE 'proprietary' END AS data_rights,
    g.propid AS proposal_id,
    p.s_resolution AS s_pixel_scale,
    'pos.eq'::text AS s_ucd,
    'deg'::text AS s_unit,
    'em.wl'::text AS em_ucd,
    'm'::text AS em_unit,
    CASE WHEN p.prod_type IN ('image', 'spectrum') THEN 'adu' END AS o_unit,
    CASE WHEN {KNOWN} THEN g.pi END AS proposal_pi,
    CASE WHEN {KNOWN} THEN g.title END AS proposal_title,
    p.public_id,
    p.archive_filename,
    p.original_filename,
    p.site,
    p.obs_mode,
    p.filter,
    p.band,
    p.obs_type,
    p.proc_type,
    p.prod_type,
    p.qa_state,
    p.caldat,
    p.airmass,
    p.seeing,
    p.depth,
    p.magzero,
    p.md5,
    p.version,
    p.is_held,
    p.updated AS last_modified,
    {READABLE} AS accessible,
    p.id AS product_key,
    p.program_id AS program_key,
    p.is_long AS is_long_key,
    p.hpx29
FROM product p
LEFT JOIN observation o ON o.id = p.observation_id
LEFT JOIN program g ON g.id = p.program_id
"""

FILES = f"""
CREATE VIEW archive.files AS
SELECT
    p.public_id, o.obs_id, g.propid, CASE WHEN {KNOWN} THEN g.pi END AS pi_name,
    p.archive_filename, p.original_filename, p.file_size, p.md5, p.sha256, p.is_held, p.media_type,
    p.n_hdu::int AS n_hdu, p.version, p.telescope, p.instrument, p.site, p.obs_mode, p.filter, p.band, p.em_min,
    p.em_max, p.obs_type, p.obs_type_raw, p.proc_type, p.prod_type, p.dataproduct_type, p.calib_level::int AS calib_level,
    p.qa_state, p.target, p.ra, p.dec, p.s_region, p.s_fov, p.s_resolution, p.caldat, p.t_min, p.t_max, p.exptime,
    p.airmass, p.seeing, p.depth, p.magzero, p.metadata_release, p.data_release, p.ingested, p.updated,
    {ADDRESS} AS access_url, {READABLE} AS accessible, p.id AS product_key,
    p.program_id AS program_key, p.is_long AS is_long_key, p.hpx29
FROM product p
LEFT JOIN observation o ON o.id = p.observation_id
LEFT JOIN program g ON g.id = p.program_id
"""

OTHERS = {
    # For the server's own conditions on regions.
    "tap_inner.places": "SELECT p.id AS product_key, p.footprint_set_id, p.hpx29, p.ra, p.dec FROM product p",
    "tap_inner.known_programs": f"SELECT g.id AS program_key, g.pi, g.title FROM program g WHERE {KNOWN}",
    "archive.observations": """
        SELECT o.obs_id, o.telescope, o.instrument, o.caldat, g.propid
        FROM observation o LEFT JOIN program g ON g.id = o.program_id""",
    "archive.hdus": """
        SELECT p.public_id, h.hdu_index::int AS hdu_index, h.extname, h.kind, h.shape, h.bitpix::int AS bitpix,
            h.ccdnum::int AS ccdnum, h.ra, h.dec
        FROM hdu h JOIN product p ON p.id = h.product_id""",
    "archive.keywords": """
        SELECT p.public_id, h.hdu_index::int AS hdu_index, k.key AS keyword, k.value AS content, h.header AS header_key
        FROM hdu h JOIN product p ON p.id = h.product_id, jsonb_each_text(h.header) k""",
    "archive.programs": f"""
        SELECT g.propid, CASE WHEN {KNOWN} THEN g.semester END AS semester,
            CASE WHEN {KNOWN} THEN g.title END AS title, CASE WHEN {KNOWN} THEN g.abstract END AS abstract,
            CASE WHEN {KNOWN} THEN g.pi END AS pi_name, CASE WHEN {KNOWN} THEN g.affiliation END AS affiliation,
            CASE WHEN {KNOWN} THEN array_to_string(g.co_investigators, '; ') END AS co_investigators,
            g.proprietary_months::int AS proprietary_months
        FROM program g""",
    "archive.nights": "SELECT n.telescope, n.caldat, n.note FROM night n",
    "archive.collections": "SELECT c.name, c.title, c.description, c.is_hlsp FROM collection c",
    "archive.collection_files": """
        SELECT c.name AS collection, p.public_id
        FROM product_collection m JOIN collection c ON c.id = m.collection_id JOIN product p ON p.id = m.product_id""",
}

# As TAP 1.1 §4 has them, with what 1.0 called the size.
TAP_SCHEMA = {
    "schemas": "schema_name text PRIMARY KEY, utype text, description text, schema_index int",
    "tables": """
        schema_name text NOT NULL REFERENCES tap_schema.schemas ON DELETE CASCADE, table_name text PRIMARY KEY,
        table_type text NOT NULL, utype text, description text, table_index int""",
    "columns": """
        table_name text NOT NULL REFERENCES tap_schema.tables ON DELETE CASCADE, column_name text, datatype text NOT NULL,
        arraysize text, xtype text, "size" int, description text, utype text, unit text, ucd text,
        indexed int NOT NULL, principal int NOT NULL, std int NOT NULL, column_index int,
        PRIMARY KEY (table_name, column_name)""",
    "keys": """
        key_id text PRIMARY KEY, from_table text NOT NULL REFERENCES tap_schema.tables ON DELETE CASCADE,
        target_table text NOT NULL REFERENCES tap_schema.tables ON DELETE CASCADE, description text, utype text""",
    "key_columns": """
        key_id text REFERENCES tap_schema.keys ON DELETE CASCADE, from_column text, target_column text,
        PRIMARY KEY (key_id, from_column)""",
}


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    run(ROLES)
    run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    for schema, meaning in SCHEMAS.items():
        run(f"CREATE SCHEMA {schema}")
        run(f"COMMENT ON SCHEMA {schema} IS '{meaning}'")
        run(f"GRANT USAGE ON SCHEMA {schema} TO archive_tap")
        run(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO archive_views")
    run(f"GRANT SELECT ON {', '.join(READ)} TO archive_views")
    for signature, body in (FUNCTIONS | FINDERS).items():
        run(body)
        run(f"REVOKE EXECUTE ON FUNCTION tap_inner.{signature} FROM PUBLIC")
        run(f"GRANT EXECUTE ON FUNCTION tap_inner.{signature} TO archive_tap, archive_views")
    for signature in FINDERS:
        run(f"ALTER FUNCTION tap_inner.{signature} OWNER TO archive_views")
    for table, condition in POLICIES.items():
        run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        run(f"CREATE POLICY seen_by_caller ON {table} FOR SELECT TO archive_views USING ({condition})")
    run(OBSCORE)
    run(FILES)
    for view, query in OTHERS.items():
        run(f"CREATE VIEW {view} AS {query}")
    for view in ("ivoa.obscore", "archive.files", *OTHERS):
        run(f"ALTER VIEW {view} OWNER TO archive_views")
        run(f"GRANT SELECT ON {view} TO archive_tap")
    for table, columns in TAP_SCHEMA.items():
        run(f"CREATE TABLE tap_schema.{table} ({columns})")
        run(f"GRANT SELECT ON tap_schema.{table} TO archive_tap")
    for schema in SCHEMAS:
        run(f"REVOKE CREATE ON SCHEMA {schema} FROM archive_views")


def downgrade() -> None:
    for table in POLICIES:
        op.execute(f"DROP POLICY seen_by_caller ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for schema in reversed(SCHEMAS):
        op.execute(f"DROP SCHEMA {schema} CASCADE")
    # The roles stay, since other databases of the server may have them.
    op.execute(f"REVOKE ALL ON {', '.join(READ)} FROM archive_views")
