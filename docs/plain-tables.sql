-- Turns the hypertables of a database into plain tables with the same rows, keys, indexes, rules and owners, and takes
-- TimescaleDB out of it. For a copy, while nobody uses it (docs/backup.md): psql -v ON_ERROR_STOP=1 -f this COPY
BEGIN;
DO $$
DECLARE
    name text;
    keys text[];
    indexes text[];
    line text;
    owner text;
BEGIN
    FOR name, owner IN
        SELECT hypertable_name, h.owner FROM timescaledb_information.hypertables h WHERE hypertable_schema = 'public'
    LOOP
        SELECT array_agg(format('ALTER TABLE %I ADD CONSTRAINT %I %s', name, conname, pg_get_constraintdef(oid)))
            INTO keys FROM pg_constraint WHERE conrelid = name::regclass AND contype IN ('p', 'u', 'f');
        SELECT array_agg(pg_get_indexdef(indexrelid)) INTO indexes FROM pg_index
            WHERE indrelid = name::regclass
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'));
        EXECUTE format('CREATE TABLE plain_rows (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        EXECUTE format('INSERT INTO plain_rows SELECT * FROM %I', name);
        EXECUTE format('DROP TABLE %I CASCADE', name);
        EXECUTE format('ALTER TABLE plain_rows OWNER TO %I', owner);
        EXECUTE format('ALTER TABLE plain_rows RENAME TO %I', name);
        FOREACH line IN ARRAY coalesce(keys, '{}') || coalesce(indexes, '{}') LOOP
            EXECUTE line;
        END LOOP;
    END LOOP;
END
$$;
COMMIT;
DROP EXTENSION timescaledb CASCADE;
