-- Columns that are computed of others: they are there for every reader, and can be the event time.
CREATE CONNECTION feed TO file (path = 'computed_times.ndjson');
CREATE TABLE c (
    d STRUCT(t TIMESTAMP, v INTEGER),
    ms BIGINT,
    at AS make_timestamp(ms * 1000),
    "V" BIGINT AS (d.v * factor),
    factor INTEGER DEFAULT 10,
    later AS at + INTERVAL '1 hour',
    source AS connection_name,
    WATERMARK FOR at AS at - INTERVAL '5 seconds'
) WITH (connector = 'feed');
DESCRIBE c;
SHOW CREATE TABLE c;
CREATE PIPELINE windows AS SELECT TUMBLE(INTERVAL '10 seconds') AS w, SUM("V") AS v FROM c GROUP BY w;
WAIT FOR c COUNT 7 TIMEOUT INTERVAL '60 seconds';
SELECT ms, at, "V", later, source FROM c ORDER BY d.t;
SELECT * EXCLUDE (d) FROM c WHERE at IS NULL;
DROP CONNECTION feed CASCADE;

-- A row of which a column cannot be computed is an error of its own; the others are there.
CREATE CONNECTION feed TO file (path = 'computed_times.ndjson');
CREATE TABLE e (s TEXT, at TIMESTAMP AS (s)) WITH (connector = 'feed');
CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
WAIT FOR e COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT at FROM e ORDER BY at;
SELECT error_type, error_message FROM errors;
DROP CONNECTION feed CASCADE;

-- What is sent has the other columns.
CREATE CONNECTION out TO stdout ();
CREATE TABLE hub (a INTEGER, b AS a + 1) WITH (connector = 'out');
