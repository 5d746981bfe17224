-- The plan of a continuous query, and HOP and SESSION over rows that are retained.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
WAIT FOR s COUNT 40 TIMEOUT INTERVAL '60 seconds';
SELECT k, COUNT(*) AS n, HOP(ts, INTERVAL '20 seconds', INTERVAL '30 seconds') AS w FROM s GROUP BY k, w ORDER BY w, k;
WITH sessions AS (
    SELECT k, SESSION_START(ts, INTERVAL '4 seconds') AS b, SESSION_END(ts, INTERVAL '4 seconds') AS e, COUNT(*) AS n FROM s GROUP BY 1, 2, 3
) SELECT k, SUM(n) AS n, COUNT(*) AS sessions, MAX(e - b) AS longest FROM sessions GROUP BY k ORDER BY k;
EXPLAIN CREATE PIPELINE p AS SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '20 seconds') AS w FROM s GROUP BY k, w;
DROP CONNECTION feed CASCADE;
