-- args: check {file}
-- A session is one of a key, which GROUP BY tells: ad hoc as in a pipeline.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
SELECT k, COUNT(*) AS n, w FROM (SELECT k, SESSION(INTERVAL '10 seconds') AS w FROM s) GROUP BY k, w;
CREATE PIPELINE p AS SELECT k, COUNT(*) AS n, w FROM (SELECT k, SESSION(INTERVAL '10 seconds') AS w FROM s) GROUP BY k, w;
CREATE VIEW v AS SELECT k, SESSION(INTERVAL '10 seconds') AS w FROM s;
SELECT DISTINCT k, SESSION(ts, INTERVAL '10 seconds') AS w FROM s;
SELECT k, COUNT(*) OVER (PARTITION BY SESSION(ts, INTERVAL '10 seconds')) AS n FROM s;
SELECT COUNT(*) AS n, SESSION_START(ts, INTERVAL '10 seconds') AS w FROM s;
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '10 seconds') AS w FROM s GROUP BY GROUPING SETS ((k, w), (w));
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '10 seconds') AS w FROM s GROUP BY w, ROLLUP (k);
SELECT k FROM s ORDER BY SESSION(ts, INTERVAL '10 seconds');
SELECT k FROM s WHERE SESSION(ts, INTERVAL '10 seconds').start > TIMESTAMP '2024-01-01';
SELECT k FROM s WHERE HOP(ts, INTERVAL '10 seconds', INTERVAL '20 seconds').start > TIMESTAMP '2024-01-01';
SELECT a.k FROM s AS a JOIN s AS b ON SESSION(a.ts, INTERVAL '1 second') = SESSION(b.ts, INTERVAL '1 second');
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '10 seconds') AS w FROM s GROUP BY k, w;
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '10 seconds') AS w FROM s GROUP BY ALL;
