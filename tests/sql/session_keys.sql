-- Sessions of retained rows are those of each key, however GROUP BY is written, and their sums those of a pipeline.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
WAIT FOR s COUNT 40 TIMEOUT INTERVAL '60 seconds';
SELECT k, COUNT(*) AS n, SUM(v) AS total, SESSION(ts, INTERVAL '2500 milliseconds') AS w FROM s GROUP BY k, w ORDER BY ALL LIMIT 8;
SELECT k, COUNT(*) AS n, SUM(v) AS total, SESSION(ts, INTERVAL '2500 milliseconds') AS w FROM s GROUP BY ALL ORDER BY ALL LIMIT 8;
SELECT k, COUNT(*) AS n, SUM(v) AS total, SESSION(ts, INTERVAL '2500 milliseconds') AS w FROM s GROUP BY 1, 4 ORDER BY ALL LIMIT 8;
