-- A message that is late, or has no time, is told of once, however often a query reads it.
CREATE CONNECTION feed TO file (path = 'without_time.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE problems (error_type TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE TABLE told (error_type TEXT);
CREATE PIPELINE tell AS INSERT INTO told SELECT error_type FROM problems;
CREATE PIPELINE pairs AS SELECT a.v AS a, b.v AS b FROM r AS a JOIN r AS b ON b.ts BETWEEN a.ts AND a.ts + INTERVAL '2 seconds';
WAIT FOR pairs COUNT 2 TIMEOUT INTERVAL '60 seconds';
WAIT FOR tell COUNT 1 TIMEOUT INTERVAL '60 seconds';
SELECT name, late_rows FROM system.pipelines WHERE name = 'pairs';
SELECT COUNT(*) AS told FROM told;
DROP CONNECTION feed CASCADE;
DROP TABLE told;

CREATE CONNECTION feed TO file (path = 'without_time.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE latest AS SELECT a.v AS a, b.v AS b FROM r AS a ASOF JOIN r AS b ON a.ts >= b.ts;
CREATE PIPELINE united AS
SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS b, SUM(v) AS v FROM (SELECT v, ts FROM r UNION ALL SELECT v, ts FROM r) GROUP BY b;
WAIT FOR latest COUNT 2 TIMEOUT INTERVAL '60 seconds';
WAIT FOR united COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT name, late_rows FROM system.pipelines ORDER BY name;
DROP CONNECTION feed CASCADE;
