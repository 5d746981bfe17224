-- A row is left out alone whether it is an argument or a key that cannot be computed, what goes by the moment goes by the
-- one in which the row came, and a limit on the state is one on what is left when rows are summed up.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE arguments (k TEXT, n BIGINT, highest DOUBLE, lowest DOUBLE);
CREATE TABLE keys (g INTEGER, n BIGINT);
CREATE TABLE structures (st STRUCT(version INTEGER, k TEXT), n BIGINT, began TIMESTAMP);
CREATE TABLE spellings (odd INTEGER, n BIGINT);
CREATE PIPELINE bad_argument AS INSERT INTO arguments SELECT k, COUNT(CASE WHEN v = 3 THEN CAST(k AS INTEGER) ELSE 1 END) AS n,
    MAX(v) AS highest, MIN(v) AS lowest FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1 day');
CREATE PIPELINE bad_key AS INSERT INTO keys SELECT CASE WHEN v = 3 THEN CAST(k AS INTEGER) ELSE 1 END AS g, COUNT(*) AS n
    FROM s GROUP BY g, TUMBLE(ts, INTERVAL '1 day');
CREATE PIPELINE of_structures AS INSERT INTO structures SELECT {'version': 4, 'k': k} AS st, COUNT(*) AS n,
    TUMBLE_START(ts, INTERVAL '1 day') AS began FROM s GROUP BY st, TUMBLE(ts, INTERVAL '1 day');
-- Keys that the engine knows to be equal although they are written differently.
CREATE PIPELINE spelled AS INSERT INTO spellings SELECT CAST(v AS INTEGER) % 2 AS odd, COUNT(DISTINCT (k, v)) AS n FROM s
    GROUP BY (v::INTEGER % 2), TUMBLE(ts, INTERVAL '1 day');
-- Many more rows than the limit wait before the window ends, of two groups.
CREATE CONNECTION paced TO file (path = 'readings.ndjson', rate = 100);
CREATE TABLE slow (k TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'paced');
CREATE TABLE few (k TEXT, n BIGINT, began TIMESTAMP);
CREATE PIPELINE limited WITH (state_limit = 5) AS INSERT INTO few SELECT k, COUNT(*) AS n, TUMBLE_START(ts, INTERVAL '1 day') AS began FROM slow
    GROUP BY k, TUMBLE(ts, INTERVAL '1 day');
WAIT FOR few COUNT 2 TIMEOUT INTERVAL '60 seconds';
WAIT FOR structures COUNT 2 TIMEOUT INTERVAL '60 seconds';
WAIT FOR arguments COUNT 2 TIMEOUT INTERVAL '60 seconds';
WAIT FOR keys COUNT 1 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM few ORDER BY k;
SELECT * FROM arguments ORDER BY k;
SELECT * FROM keys ORDER BY g;
SELECT * FROM structures ORDER BY st;
WAIT FOR spellings COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM spellings ORDER BY odd;
SELECT name, state, rows_in, errors FROM system.pipelines ORDER BY name;
-- Now is when the row comes, not when the window ends: it is among the rows that the window takes in.
EXPLAIN CREATE PIPELINE delays AS SELECT MAX(now() - ts) AS slowest, COUNT(*) FILTER (WHERE now() - ts > INTERVAL '1 hour') AS slow
    FROM s GROUP BY TUMBLE(ts, INTERVAL '1 day');
