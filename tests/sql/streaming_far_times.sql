-- Times that nothing can be added to, infinite ones, and watermarks that cannot be computed: each costs its own row at most.
CREATE CONNECTION feed TO file (path = 'far_times.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, delay TEXT, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE of_windows (b TIMESTAMP, n BIGINT);
CREATE TABLE of_hops (b TIMESTAMP, n BIGINT);
CREATE TABLE of_sessions (b TIMESTAMP, n BIGINT);
CREATE TABLE of_frames (v INTEGER, n BIGINT);
CREATE PIPELINE windows AS INSERT INTO of_windows SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS b, COUNT(*) AS n FROM r GROUP BY b;
CREATE PIPELINE hops AS INSERT INTO of_hops
SELECT HOP_START(ts, INTERVAL '10 seconds', INTERVAL '20 seconds') AS b, COUNT(*) AS n FROM r GROUP BY b;
CREATE PIPELINE sessions AS INSERT INTO of_sessions SELECT SESSION_START(ts, INTERVAL '3 seconds') AS b, COUNT(*) AS n FROM r GROUP BY b;
CREATE PIPELINE frames AS INSERT INTO of_frames
SELECT v, COUNT(*) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '5 seconds' PRECEDING AND INTERVAL '1 second' FOLLOWING) AS n FROM r;
WAIT FOR windows COUNT 2 TIMEOUT INTERVAL '60 seconds';
WAIT FOR hops COUNT 3 TIMEOUT INTERVAL '60 seconds';
WAIT FOR sessions COUNT 2 TIMEOUT INTERVAL '60 seconds';
WAIT FOR frames COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT name, state, late_rows, errors, state_rows FROM system.pipelines ORDER BY name;
SELECT * FROM of_windows ORDER BY ALL;
SELECT * FROM of_hops ORDER BY ALL;
SELECT * FROM of_sessions ORDER BY ALL;
SELECT * FROM of_frames ORDER BY ALL;
DROP CONNECTION feed CASCADE;

-- A watermark that cannot be computed for a row leaves time where it is.
CREATE CONNECTION feed TO file (path = 'far_times.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, delay TEXT, WATERMARK FOR ts AS ts - to_seconds(CAST(delay AS INTEGER))) WITH (connector = 'feed');
CREATE OR REPLACE TABLE of_windows (b TIMESTAMP, n BIGINT);
CREATE PIPELINE windows AS INSERT INTO of_windows SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS b, COUNT(*) AS n FROM r GROUP BY b;
WAIT FOR windows COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT name, state, late_rows FROM system.pipelines ORDER BY name;
SELECT * FROM of_windows ORDER BY ALL;
DROP CONNECTION feed CASCADE;

-- Nor does a time that a query makes.
CREATE CONNECTION feed TO file (path = 'far_micros.ndjson');
CREATE TABLE r (t BIGINT) WITH (connector = 'feed');
CREATE TABLE of_made_times (b TIMESTAMP, n BIGINT);
CREATE PIPELINE made_times AS INSERT INTO of_made_times
SELECT TUMBLE_START(make_timestamp(t), INTERVAL '10 seconds') AS b, COUNT(*) AS n FROM r GROUP BY b;
WAIT FOR made_times COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT name, state, late_rows FROM system.pipelines ORDER BY name;
SELECT * FROM of_made_times ORDER BY ALL;
