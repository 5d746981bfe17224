-- args: check {file}
-- What is said of the present time is true of a row for a while: where rows are kept it is refused.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
CREATE PIPELINE recent AS SELECT * FROM s WHERE ts > now() - INTERVAL '2 seconds';
CREATE PIPELINE of_recent AS SELECT COUNT(*) AS n, now() - MAX(ts) AS age FROM recent GROUP BY TUMBLE(ts, INTERVAL '1 minute');
CREATE PIPELINE delays AS SELECT k, MAX(now() - ts) AS slowest FROM s GROUP BY k;
CREATE PIPELINE sampled AS SELECT k, COUNT(*) AS n FROM s WHERE random() < 0.1 GROUP BY k;
CREATE PIPELINE counted AS SELECT k, COUNT(*) AS n FROM s WHERE ts > now() - INTERVAL '2 seconds' GROUP BY k;
CREATE PIPELINE aged AS SELECT k, COUNT(*) AS n FROM s WHERE age(ts) < INTERVAL '2 seconds' GROUP BY k;
CREATE PIPELINE today AS SELECT k, COUNT(*) AS n FROM s WHERE ts::DATE = CURRENT_DATE GROUP BY k;
CREATE PIPELINE windows AS SELECT COUNT(*) AS n FROM s WHERE ts > CURRENT_TIMESTAMP - INTERVAL '1 hour' GROUP BY TUMBLE(ts, INTERVAL '1 minute');
CREATE PIPELINE sessions AS SELECT k, COUNT(*) AS n FROM s WHERE ts > now() - INTERVAL '1 hour' GROUP BY k, SESSION(ts, INTERVAL '1 minute');
CREATE PIPELINE below AS SELECT k, COUNT(*) AS n FROM (SELECT * FROM s WHERE ts > now() - INTERVAL '1 hour') GROUP BY k;
CREATE PIPELINE united AS SELECT COUNT(*) AS n FROM (SELECT ts FROM s UNION ALL SELECT ts FROM s WHERE ts > now()) AS u;
CREATE PIPELINE chosen AS SELECT k, COUNT(*) AS n FROM s GROUP BY k HAVING MAX(ts) > now() - INTERVAL '1 hour';
CREATE PIPELINE filtered AS SELECT k, COUNT(*) FILTER (WHERE ts > now() - INTERVAL '2 seconds') AS n FROM s GROUP BY k;
CREATE PIPELINE framed AS SELECT k, LAG(v) OVER (PARTITION BY k ORDER BY ts) AS before FROM s WHERE ts > now() - INTERVAL '1 hour';
CREATE PIPELINE joined AS SELECT a.k FROM s AS a JOIN s AS b ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1 second' AND b.ts > now() - INTERVAL '1 hour';
CREATE PIPELINE joined_below AS SELECT a.k FROM s AS a JOIN (SELECT * FROM s WHERE ts > now() - INTERVAL '1 hour') AS b ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1 second';
CREATE PIPELINE said_when AS SELECT k, COUNT(*) AS n, now() AS at FROM s GROUP BY k;
CREATE PIPELINE said_above AS SELECT k, n, now() AS at FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k);
CREATE PIPELINE picked_above AS SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k) WHERE random() < 0.5;
CREATE PIPELINE by_now AS SELECT date_trunc('hour', now()) AS h, COUNT(*) AS n FROM s GROUP BY h;
