"""The SQL tables of a shared log on PostgreSQL. One database can hold the logs of many memories.

The server sees sizes, times and counts. `log` is the log's id, made of the data key, so that it names no store and no project.
"""

from __future__ import annotations

# The user that makes the tables owns them. The function runs with the owner's rights: a writer cannot delete anything in another way.
TABLES = """\
CREATE SCHEMA IF NOT EXISTS hooks_cli;
CREATE TABLE IF NOT EXISTS hooks_cli.log(
    log bytea PRIMARY KEY,
    seq bigint NOT NULL,                        -- the newest record
    floor bigint NOT NULL,                      -- records up to this were compacted away
    format integer NOT NULL,
    ended boolean NOT NULL DEFAULT false,
    label bytea NOT NULL);                      -- which store and project it is, sealed
CREATE TABLE IF NOT EXISTS hooks_cli.record(
    log bytea NOT NULL REFERENCES hooks_cli.log,
    seq bigint NOT NULL,
    write_id bytea NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (log, seq),
    UNIQUE (log, write_id));
CREATE TABLE IF NOT EXISTS hooks_cli.snapshot(
    log bytea NOT NULL REFERENCES hooks_cli.log,
    seq bigint NOT NULL,                        -- the state after this record
    snapshot_id bytea NOT NULL,
    part integer NOT NULL,
    parts integer NOT NULL,
    ledger bytea NOT NULL,                      -- a keyed hash of that state
    at timestamptz NOT NULL DEFAULT now(),
    sealed bytea NOT NULL,
    PRIMARY KEY (log, seq, snapshot_id, part));
CREATE TABLE IF NOT EXISTS hooks_cli.reader(
    log bytea NOT NULL REFERENCES hooks_cli.log,
    machine bytea NOT NULL,
    seq bigint NOT NULL,                        -- the newest record that it has taken in
    at timestamptz NOT NULL DEFAULT now(),
    label bytea NOT NULL,                       -- its name, sealed
    gone boolean NOT NULL DEFAULT false,
    PRIMARY KEY (log, machine));
-- What is sealed does not compress.
ALTER TABLE hooks_cli.record ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE hooks_cli.snapshot ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE OR REPLACE FUNCTION hooks_cli.compact(which bytea, at_snapshot bigint, upto bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old_floor bigint;
    newest bigint;
BEGIN
    SELECT l.floor, l.seq INTO old_floor, newest FROM hooks_cli.log l WHERE l.log = which FOR UPDATE;
    IF NOT FOUND OR upto > at_snapshot OR at_snapshot > newest OR upto < old_floor OR NOT EXISTS (
        SELECT 1 FROM hooks_cli.snapshot s WHERE s.log = which AND s.seq = at_snapshot
        GROUP BY s.snapshot_id, s.parts HAVING count(*) = s.parts) THEN
        RETURN coalesce(old_floor, 0);
    END IF;
    DELETE FROM hooks_cli.record r WHERE r.log = which AND r.seq <= upto;
    DELETE FROM hooks_cli.snapshot s WHERE s.log = which AND s.seq < at_snapshot;
    UPDATE hooks_cli.log l SET floor = upto WHERE l.log = which;
    RETURN upto;
END $$;
REVOKE ALL ON FUNCTION hooks_cli.compact(bytea, bigint, bigint) FROM PUBLIC;
"""

# For an administrator: what a machine's own user needs, and no more.
ROLES = """\
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'hooks_cli_writer') THEN
        CREATE ROLE hooks_cli_writer NOLOGIN;
    END IF;
END $$;
GRANT USAGE ON SCHEMA hooks_cli TO hooks_cli_writer;
GRANT SELECT, INSERT, UPDATE ON hooks_cli.log, hooks_cli.reader TO hooks_cli_writer;
GRANT SELECT, INSERT ON hooks_cli.record, hooks_cli.snapshot TO hooks_cli_writer;
GRANT EXECUTE ON FUNCTION hooks_cli.compact(bytea, bigint, bigint) TO hooks_cli_writer;
-- Each machine's user then: GRANT hooks_cli_writer TO somebody;
"""
