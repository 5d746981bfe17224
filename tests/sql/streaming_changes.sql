-- Results that change: aggregates without a window.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE totals (k TEXT PRIMARY KEY, n BIGINT, t DOUBLE);
CREATE PIPELINE sums AS INSERT INTO totals SELECT k, COUNT(*), ROUND(SUM(v), 1) FROM s GROUP BY k;
WAIT FOR s COUNT 40 TIMEOUT INTERVAL '60 seconds';
WAIT FOR totals COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM totals ORDER BY k;
SELECT name, state, sink, rows_in, late_rows, state_rows FROM system.pipelines;
DROP CONNECTION feed CASCADE;
