-- A pipeline that reads a pipeline goes by the watermark of what produced its rows: 7 comes behind 12, and is not late.
CREATE CONNECTION feed TO file (path = 'behind.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '10 seconds') WITH (connector = 'feed');
CREATE PIPELINE cleaned AS SELECT v, ts FROM r;
CREATE PIPELINE windows AS
SELECT TUMBLE(ts, INTERVAL '5 seconds') AS w, SUM(v) AS v FROM cleaned GROUP BY w;
WAIT FOR windows COUNT 3 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- The same over an outer join and a union, and into tables whose columns have other names.
CREATE CONNECTION feed TO file (path = 'behind.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '10 seconds') WITH (connector = 'feed');
CREATE TABLE kept (amount BIGINT, at TIMESTAMP);
CREATE PIPELINE joined AS INSERT INTO kept (at, amount)
SELECT a.ts AS ts, a.v + coalesce(b.v, 0) AS v FROM r AS a LEFT JOIN r AS b
ON a.v = b.v + 1 AND b.ts BETWEEN a.ts - INTERVAL '6 seconds' AND a.ts + INTERVAL '6 seconds';
CREATE PIPELINE windows AS
SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS w, SUM(v) AS v
FROM (SELECT ts, v FROM joined UNION ALL SELECT ts, v FROM r) GROUP BY w;
WAIT FOR windows COUNT 3 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;
DROP TABLE kept;

-- A session that is open takes what lies behind the watermark.
CREATE CONNECTION feed TO file (path = 'behind_in_session.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE sessions AS SELECT SESSION(ts, INTERVAL '10 seconds') AS w, SUM(v) AS v FROM r GROUP BY w;
WAIT FOR sessions COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT late_rows FROM system.pipelines WHERE name = 'sessions';
DROP CONNECTION feed CASCADE;

-- A row is in those of its windows that have not passed.
CREATE CONNECTION feed TO file (path = 'behind_in_hop.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE hopping AS
SELECT HOP_START(ts, INTERVAL '10 seconds', INTERVAL '20 seconds') AS b, SUM(v) AS v FROM r GROUP BY b;
WAIT FOR hopping COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT late_rows FROM system.pipelines WHERE name = 'hopping';
DROP CONNECTION feed CASCADE;

-- Rows that WHERE leaves out are not late, wherever it stands.
CREATE CONNECTION feed TO file (path = 'heartbeats.ndjson');
CREATE TABLE r (type TEXT, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE totals AS
SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS b, SUM(v) AS v FROM r WHERE type = 'trade' GROUP BY b;
WAIT FOR totals COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT late_rows FROM system.pipelines;
DROP CONNECTION feed CASCADE;

CREATE CONNECTION feed TO file (path = 'heartbeats.ndjson');
CREATE TABLE r (type TEXT, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE pairs AS
SELECT a.v AS a, b.v AS b FROM r AS a JOIN r AS b ON a.ts BETWEEN b.ts AND b.ts + INTERVAL '1 second' AND b.type = 'trade'
WHERE a.type = 'trade' AND a.v <> b.v;
WAIT FOR pairs COUNT 1 TIMEOUT INTERVAL '60 seconds';
SELECT late_rows FROM system.pipelines;
DROP CONNECTION feed CASCADE;

-- TUMBLE with an offset is a time, as time_bucket with one is: its rows leave by window, and LAG goes by it.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE changes_of_windows AS
SELECT b, n - LAG(n, 1, 0) OVER (ORDER BY b) AS more FROM (
    SELECT COUNT(*) AS n, TUMBLE_START(ts, INTERVAL '20 seconds', INTERVAL '5 seconds') AS b FROM s GROUP BY b);
WAIT FOR changes_of_windows COUNT 2 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- What stands for all columns of a relation stays what it is where rows come behind the watermark.
CREATE CONNECTION feed TO file (path = 'behind.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 second') WITH (connector = 'feed');
CREATE PIPELINE whole_rows AS
SELECT ts, to_json(x) AS j FROM (SELECT v, ts FROM r) AS x JOIN (SELECT 1 AS one) AS y ON x IS NOT NULL;
CREATE PIPELINE lists AS
SELECT TUMBLE_START(ts, INTERVAL '5 seconds') AS b, list(j) AS rows FROM whole_rows GROUP BY b;
WAIT FOR lists COUNT 2 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;
