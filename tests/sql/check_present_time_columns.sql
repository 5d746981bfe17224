-- args: check {file}
-- A column that is made of the present time is the present time, where it is asked for in a condition.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
CREATE PIPELINE flagged AS SELECT COUNT(*) AS n FROM (SELECT k, ts > now()::TIMESTAMP - INTERVAL '2 s' AS f FROM s) WHERE f;
CREATE PIPELINE aged AS WITH a AS (SELECT k, epoch_ms(now()) - epoch_ms(ts) AS age FROM s) SELECT COUNT(*) AS n FROM a WHERE age < 2000;
CREATE PIPELINE crossed AS SELECT COUNT(*) AS n, MAX(v) AS m FROM s, (SELECT now()::TIMESTAMP AS n) x WHERE ts > n - INTERVAL '2 s';
CREATE PIPELINE valued AS SELECT COUNT(*) AS n FROM s, (VALUES (now()::TIMESTAMP)) AS x(n) WHERE ts > x.n;
CREATE PIPELINE deeper AS SELECT COUNT(*) AS n FROM (SELECT *, f AND v > 1 AS g FROM (SELECT *, ts > now() AS f FROM s)) WHERE g;
CREATE PIPELINE named AS SELECT COUNT(*) AS n FROM (SELECT k, ts > now() FROM s) AS x(k, f) WHERE f;
CREATE PIPELINE aliased AS SELECT DISTINCT k, ts > now() AS f FROM s WHERE f;
CREATE PIPELINE reused AS SELECT COUNT(*) AS n FROM (SELECT now() AS t, ts > t AS f FROM s) WHERE f;
CREATE PIPELINE united AS SELECT COUNT(*) AS n FROM (SELECT v > 1 AS f FROM s UNION ALL SELECT ts > now() FROM s) WHERE f;
CREATE PIPELINE whole AS SELECT COUNT(*) AS n FROM (SELECT ts > now() AS f FROM s) AS x WHERE struct_extract(x, 'f');
CREATE PIPELINE asked AS SELECT COUNT(*) AS n FROM s WHERE ts > (SELECT now()::TIMESTAMP);
CREATE VIEW fresh AS SELECT *, ts > now() AS f FROM s;
CREATE PIPELINE of_a_view AS SELECT k, LAG(v) OVER (PARTITION BY k ORDER BY ts) AS before FROM fresh WHERE f;
CREATE PIPELINE had AS SELECT n, COUNT(*) AS c FROM s, (SELECT now()::TIMESTAMP AS n) x GROUP BY n HAVING MAX(ts) > n;
CREATE PIPELINE qualified AS SELECT k FROM fresh QUALIFY f AND ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) = 1;
CREATE PIPELINE filtered AS SELECT COUNT(*) FILTER (WHERE f) AS n FROM fresh;
CREATE PIPELINE pairs AS SELECT a.v AS a, b.v AS b FROM s AS a JOIN s AS b ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1 second' WHERE b.ts > now()::TIMESTAMP - INTERVAL '2 s';
CREATE PIPELINE joined_by_column AS SELECT a.v FROM s AS a JOIN fresh AS b ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1 second' AND b.f;
-- Other columns of such a subquery, values that are taken when the row comes, and filters without state are as they were.
CREATE PIPELINE others AS SELECT COUNT(*) AS n FROM fresh WHERE v > 1;
CREATE PIPELINE slowest AS SELECT MAX(age) AS m FROM (SELECT now() - ts AS age FROM s);
CREATE PIPELINE late_ones AS SELECT MAX(age) AS m, TUMBLE(ts, INTERVAL '1 minute') AS w FROM (SELECT ts, now() - ts AS age FROM s) GROUP BY w HAVING MAX(age) > INTERVAL '1 second';
CREATE PIPELINE passed AS SELECT k FROM fresh WHERE f;
CREATE PIPELINE of_pipeline AS SELECT COUNT(*) AS n FROM passed;
