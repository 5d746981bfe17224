-- Windows close when the watermark passes their end, the last ones at the end of the file.
-- TUMBLE as a whole, by expression.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE tumbling AS
SELECT k, COUNT(*) AS n, ROUND(AVG(v), 2) AS a, TUMBLE(ts, INTERVAL '10 seconds') AS w
FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10 seconds');
WAIT FOR tumbling COUNT 12 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- Without a column it is the event time; by position; with HAVING.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE by_event_time AS
SELECT TUMBLE_START(INTERVAL '10 seconds') AS b, TUMBLE_END(INTERVAL '10 seconds') AS e, MAX(v) AS m
FROM s GROUP BY 1, 2 HAVING COUNT(*) > 5;
WAIT FOR by_event_time COUNT 4 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- HOP, over a nested query, with the fields of the window.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE hopping AS
SELECT k, COUNT(*) AS n, w.start AS b, w."end" AS e
FROM (SELECT *, HOP(ts, INTERVAL '20 seconds', INTERVAL '30 seconds') AS w FROM s) GROUP BY k, w;
WAIT FOR hopping COUNT 8 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- SESSION.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE sessions AS
SELECT k, COUNT(*) AS n, SESSION(ts, INTERVAL '4 seconds') AS w FROM s GROUP BY k, w;
WAIT FOR sessions COUNT 13 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- Windows of windows.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE of_windows AS
SELECT TUMBLE(b, INTERVAL '30 seconds') AS w, SUM(n) AS n, COUNT(*) AS parts
FROM (SELECT k, COUNT(*) AS n, TUMBLE_START(ts, INTERVAL '10 seconds') AS b FROM s GROUP BY k, b) GROUP BY w;
WAIT FOR of_windows COUNT 2 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- The largest two of each window.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE top_two AS
SELECT k, v, TUMBLE(ts, INTERVAL '10 seconds') AS w,
    ROW_NUMBER() OVER (PARTITION BY TUMBLE(ts, INTERVAL '10 seconds') ORDER BY v DESC) AS place
FROM s QUALIFY place <= 2;
WAIT FOR top_two COUNT 12 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- Holistic and ordered aggregates.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE holistic AS
SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS b, COUNT(DISTINCT k) AS keys, MEDIAN(v) AS middle,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY v) AS p90, COUNT(*) FILTER (WHERE v > 5) AS large, STRING_AGG(k, '' ORDER BY ts) AS path
FROM s GROUP BY b;
WAIT FOR holistic COUNT 6 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

