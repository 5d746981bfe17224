-- GROUP BY (a, b) is GROUP BY a, b.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE readings (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
WITH (connector = 'feed');
CREATE TABLE sessions (k TEXT, n BIGINT, w STRUCT("start" TIMESTAMP, "end" TIMESTAMP));
CREATE TABLE windows (k TEXT, n BIGINT, w STRUCT("start" TIMESTAMP, "end" TIMESTAMP));
CREATE PIPELINE by_session AS INSERT INTO sessions
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '10 seconds') AS w FROM readings GROUP BY (k, w);
CREATE PIPELINE by_window AS INSERT INTO windows
SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '10 seconds') AS w FROM readings GROUP BY ROW(k, w);
WAIT FOR by_session COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR by_window COUNT 12 TIMEOUT INTERVAL '1 minute';
SELECT * FROM sessions ORDER BY ALL;
SELECT * FROM windows ORDER BY ALL;
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '10 seconds') AS w FROM readings GROUP BY (k, w) ORDER BY ALL;
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '10 seconds') AS w FROM readings GROUP BY (k, SESSION(ts, INTERVAL '10 seconds')) ORDER BY ALL;
SELECT k, COUNT(*) AS n FROM readings GROUP BY ((k)), () ORDER BY ALL;
SELECT k, v > 5 AS large, COUNT(*) AS n FROM readings GROUP BY GROUPING SETS ((k, large), (k)) ORDER BY ALL;
SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM readings GROUP BY ROLLUP ((k, w)) ORDER BY ALL;
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '10 seconds') AS w FROM readings GROUP BY GROUPING SETS ((k, w));
