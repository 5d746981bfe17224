-- A row without a time is in no window: it is left out, counted and told of, whatever the window.
CREATE CONNECTION feed TO file (path = 'without_time.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE problems (error_type TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE TABLE told (error_type TEXT);
CREATE PIPELINE tell AS INSERT INTO told SELECT error_type FROM problems;
CREATE PIPELINE hopping AS SELECT HOP_START(ts, INTERVAL '10 seconds', INTERVAL '10 seconds') AS b, SUM(v) AS v FROM r GROUP BY b;
WAIT FOR hopping COUNT 2 TIMEOUT INTERVAL '60 seconds';
WAIT FOR tell COUNT 1 TIMEOUT INTERVAL '60 seconds';
SELECT late_rows FROM system.pipelines WHERE name = 'hopping';
SELECT * FROM told;
-- Over retained rows a row without a time has no window, of HOP as of TUMBLE.
SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS b, SUM(v) AS v FROM r GROUP BY b ORDER BY b;
SELECT HOP_START(ts, INTERVAL '10 seconds', INTERVAL '20 seconds') AS b, SUM(v) AS v FROM r GROUP BY b ORDER BY b;
DROP CONNECTION feed CASCADE;

-- Over a pipeline that keeps such rows, over a subquery, and where a slide is shorter than the size.
CREATE CONNECTION feed TO file (path = 'without_time.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE cleaned_rows (v INTEGER, ts TIMESTAMP);
CREATE TABLE overlapping_rows (b TIMESTAMP, v HUGEINT);
CREATE TABLE labelled_rows (v INTEGER, b TIMESTAMP);
CREATE PIPELINE cleaned AS INSERT INTO cleaned_rows SELECT v, ts FROM r;
CREATE PIPELINE overlapping AS INSERT INTO overlapping_rows
SELECT HOP_START(ts, INTERVAL '10 seconds', INTERVAL '20 seconds') AS b, SUM(v) AS v FROM cleaned GROUP BY b;
CREATE PIPELINE of_a_subquery AS INSERT INTO overlapping_rows
SELECT b, SUM(v) AS v FROM (SELECT v, HOP_START(ts, INTERVAL '10 seconds', INTERVAL '20 seconds') AS b FROM r) GROUP BY b;
-- What keeps no state passes the row on.
CREATE PIPELINE labelled AS INSERT INTO labelled_rows SELECT v, HOP_START(ts, INTERVAL '10 seconds', INTERVAL '10 seconds') AS b FROM r;
WAIT FOR overlapping COUNT 4 TIMEOUT INTERVAL '60 seconds';
WAIT FOR of_a_subquery COUNT 4 TIMEOUT INTERVAL '60 seconds';
WAIT FOR labelled COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT name, late_rows FROM system.pipelines ORDER BY name;
SELECT * FROM overlapping_rows ORDER BY b, v;
SELECT * FROM labelled_rows ORDER BY v;
DROP CONNECTION feed CASCADE;
