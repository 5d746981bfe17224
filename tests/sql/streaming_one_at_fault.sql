-- A stored table that refuses a row takes the others, and the state of other pipelines, written in the same cycle, holds.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP) WITH (connector = 'feed');
CREATE TABLE by_key (k TEXT PRIMARY KEY, n BIGINT);
CREATE TABLE strict (k TEXT, v DOUBLE NOT NULL);
CREATE TABLE by_minute (k TEXT, n BIGINT);
CREATE PIPELINE counting AS INSERT INTO by_key SELECT k, COUNT(*) AS n FROM s GROUP BY k;
CREATE PIPELINE refusing AS INSERT INTO strict SELECT k, CASE WHEN k = 'a' THEN NULL ELSE v END AS v FROM s;
CREATE PIPELINE windows AS INSERT INTO by_minute SELECT k, COUNT(*) AS n FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1 minute');
WAIT FOR s COUNT 40 TIMEOUT INTERVAL '60 seconds';
WAIT FOR by_minute COUNT 1 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM by_key ORDER BY k;
SELECT k, COUNT(*) AS n FROM strict GROUP BY k ORDER BY k;
SELECT k, COUNT(*) AS n FROM s GROUP BY k ORDER BY k;
SELECT name, state, rows_in, errors FROM system.pipelines WHERE name <> 'windows' ORDER BY name;
