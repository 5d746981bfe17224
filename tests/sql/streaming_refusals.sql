-- args: check {file}
-- What has no answer over an unbounded stream is said by check, with what to do instead.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
CREATE PIPELINE ordered AS SELECT * FROM s ORDER BY v;
CREATE PIPELINE limited AS SELECT * FROM s LIMIT 5;
CREATE PIPELINE growing AS SELECT k, COUNT(*) FROM s GROUP BY k;
CREATE PIPELINE running AS SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts) FROM s;
CREATE PIPELINE unordered AS SELECT k, LAG(v) OVER (PARTITION BY k ORDER BY v) FROM s;
CREATE PIPELINE wrong_time AS SELECT HOP(TIMESTAMP '2024-01-01', INTERVAL '1 minute', INTERVAL '1 minute') AS w, COUNT(*) FROM s GROUP BY w;
CREATE PIPELINE either AS SELECT k FROM s UNION SELECT k FROM s;
CREATE PIPELINE chosen AS SELECT k FROM s WHERE k IN (SELECT k FROM s);
CREATE PIPELINE joined AS SELECT a.k FROM s AS a JOIN s AS b USING (k);
CREATE PIPELINE fine AS SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w;
