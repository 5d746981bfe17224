-- Window functions in the order of event time, whatever the order in which rows came.
-- A moving average and the value before.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE moving AS
SELECT k, v, LAG(v) OVER (PARTITION BY k ORDER BY ts) AS before,
    ROUND(AVG(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), 2) AS m, ts
FROM s;
WAIT FOR moving COUNT 40 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- Frames of time, and rows that come after.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE followed (k TEXT, ts TIMESTAMP, n BIGINT, next DOUBLE);
CREATE PIPELINE ahead AS INSERT INTO followed
SELECT k, ts, COUNT(*) OVER last_five AS n, LEAD(v) OVER (PARTITION BY k ORDER BY ts) AS next
FROM s WINDOW last_five AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '5 seconds' PRECEDING AND CURRENT ROW);
WAIT FOR followed COUNT 40 TIMEOUT INTERVAL '60 seconds';
-- A row is told of when the next of its key has come: in which order, batches decide.
SELECT * FROM followed ORDER BY ts, k;
DROP CONNECTION feed CASCADE;

-- The first row of each key.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE firsts AS
SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS rn FROM s) WHERE rn = 1;
WAIT FOR firsts COUNT 2 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- Over the results of windows.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE changes AS
SELECT k, TUMBLE_START(ts, INTERVAL '10 seconds') AS b, COUNT(*) AS n,
    COUNT(*) - LAG(COUNT(*)) OVER (PARTITION BY k ORDER BY TUMBLE_START(ts, INTERVAL '10 seconds')) AS change
FROM s GROUP BY k, b;
WAIT FOR changes COUNT 12 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

