-- How a continuous query comes about: the tree of its relations, with keys, event times and watermarks.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE r (k TEXT, v DOUBLE, ts TIMESTAMP) WITH (connector = 'feed', watermark_delay = INTERVAL '250 milliseconds');
CREATE TABLE names (k TEXT, name TEXT);
-- Row by row.
EXPLAIN CREATE PIPELINE p AS SELECT s.k, name, ts + INTERVAL '1 hour' AS later FROM s JOIN names ON s.k = names.k WHERE v > 1;
-- Windows, one over the other.
EXPLAIN CREATE PIPELINE p AS SELECT TUMBLE(w.start, INTERVAL '1 hour') AS h, SUM(n) AS n FROM
    (SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w) GROUP BY h;
EXPLAIN CREATE PIPELINE p AS SELECT k, AVG(v) AS mean, HOP(ts, INTERVAL '10 seconds', INTERVAL '1 minute') AS w FROM r GROUP BY k, w;
EXPLAIN CREATE PIPELINE p AS SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '30 seconds') AS w FROM s GROUP BY k, w;
-- Several ways.
EXPLAIN CREATE PIPELINE p AS SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM (SELECT k, ts FROM s UNION ALL SELECT k, ts FROM r) GROUP BY w;
-- Window functions, and the first rows of each group.
EXPLAIN CREATE PIPELINE p AS SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS total, ts FROM s;
EXPLAIN CREATE PIPELINE p AS SELECT k, v FROM s QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) <= 3;
-- Joins: bounded in time, of the latest row, and changing.
EXPLAIN CREATE PIPELINE p AS SELECT s.k, s.v, r.v AS other, s.ts FROM s JOIN r ON s.k = r.k AND r.ts BETWEEN s.ts AND s.ts + INTERVAL '10 seconds';
EXPLAIN CREATE PIPELINE p AS SELECT s.k, r.v FROM s ASOF JOIN r ON s.k = r.k AND s.ts >= r.ts;
EXPLAIN CREATE PIPELINE p AS SELECT s.k, r.v FROM s LEFT JOIN r ON s.k = r.k;
-- Results that change.
EXPLAIN CREATE PIPELINE p AS SELECT k, COUNT(*) AS n, MAX(v) AS highest FROM s GROUP BY k;
EXPLAIN CREATE PIPELINE p AS SELECT DISTINCT k FROM s;
-- A subscription, and a pipeline that reads a pipeline.
EXPLAIN SUBSCRIBE TO s;
CREATE PIPELINE minutes AS SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w;
EXPLAIN CREATE PIPELINE p AS SELECT k, SUM(n) AS n, DATE_TRUNC('hour', w.start) AS h FROM minutes GROUP BY k, h;
DROP CONNECTION feed CASCADE;
