-- Joins of two streams.
-- Within a second of each other.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE CONNECTION other TO file (path = 'other_readings.ndjson');
CREATE TABLE s2 (k TEXT, z DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'other');
CREATE TABLE results (k TEXT, v DOUBLE, z DOUBLE, ts TIMESTAMP);
CREATE PIPELINE joined AS INSERT INTO results
SELECT s.k, s.v, s2.z, s.ts FROM s JOIN s2 ON s.k = s2.k AND s2.ts BETWEEN s.ts - INTERVAL '1 second' AND s.ts + INTERVAL '1 second';
WAIT FOR results COUNT 22 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM results ORDER BY ts, k, z;
DROP PIPELINE joined;
DROP TABLE results;
DROP CONNECTION feed CASCADE;
DROP CONNECTION other CASCADE;

-- With rows that find no partner.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE CONNECTION other TO file (path = 'other_readings.ndjson');
CREATE TABLE s2 (k TEXT, z DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'other');
CREATE TABLE results (k TEXT, v DOUBLE, z DOUBLE, ts TIMESTAMP);
CREATE PIPELINE joined AS INSERT INTO results
SELECT l.k, l.v, r.z, l.ts FROM s AS l LEFT JOIN s2 AS r ON l.k = r.k AND r.ts BETWEEN l.ts AND l.ts + INTERVAL '1 second' WHERE l.v > 5;
WAIT FOR results COUNT 19 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM results ORDER BY ts, k, z;
DROP PIPELINE joined;
DROP TABLE results;
DROP CONNECTION feed CASCADE;
DROP CONNECTION other CASCADE;

-- The latest before.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE CONNECTION other TO file (path = 'other_readings.ndjson');
CREATE TABLE s2 (k TEXT, z DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'other');
CREATE TABLE results (k TEXT, v DOUBLE, z DOUBLE, ts TIMESTAMP);
CREATE PIPELINE joined AS INSERT INTO results
SELECT s.k, s.v, s2.z, s.ts FROM s ASOF LEFT JOIN s2 ON s.k = s2.k AND s.ts >= s2.ts;
WAIT FOR results COUNT 40 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM results ORDER BY ts, k, z;
DROP PIPELINE joined;
DROP TABLE results;
DROP CONNECTION feed CASCADE;
DROP CONNECTION other CASCADE;

-- Window with window.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE CONNECTION other TO file (path = 'other_readings.ndjson');
CREATE TABLE s2 (k TEXT, z DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'other');
CREATE PIPELINE windows AS
SELECT a.w, a.n, b.m FROM (SELECT TUMBLE(ts, INTERVAL '10 seconds') AS w, COUNT(*) AS n FROM s GROUP BY w) AS a
FULL JOIN (SELECT TUMBLE(ts, INTERVAL '10 seconds') AS w, COUNT(*) AS m FROM s2 GROUP BY 1) AS b ON a.w = b.w;
WAIT FOR windows COUNT 6 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;
DROP CONNECTION other CASCADE;

-- Stream with stored table.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE names (k TEXT, full_name TEXT);
INSERT INTO names VALUES ('a', 'Anna'), ('b', 'Bert');
CREATE PIPELINE named AS
SELECT full_name, COUNT(*) AS n, TUMBLE(ts, INTERVAL '30 seconds') AS w FROM s JOIN names USING (k) GROUP BY full_name, w;
WAIT FOR named COUNT 4 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

