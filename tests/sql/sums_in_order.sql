-- Sums of floating-point numbers are those of all rows one after the other, bit by bit, on any number of threads.
SET threads = 4;
CREATE CONNECTION numbers TO generator (max_rows = 60000);
CREATE TABLE r (counter BIGINT, timestamp TIMESTAMP, WATERMARK FOR timestamp) WITH (connector = 'numbers');
CREATE FUNCTION value(i) AS CASE i % 11 WHEN 0 THEN 1e16 WHEN 5 THEN -1e16 WHEN 7 THEN 0.1::DOUBLE ELSE i / 3.0::DOUBLE END;
CREATE TABLE of_groups (k BIGINT PRIMARY KEY, s DOUBLE, a DOUBLE, n BIGINT);
CREATE TABLE of_windows (k BIGINT, s DOUBLE, a DOUBLE, n BIGINT);
CREATE TABLE of_many (k BIGINT PRIMARY KEY, s DOUBLE);
CREATE PIPELINE groups AS INSERT INTO of_groups
    SELECT counter % 7 AS k, SUM(value(counter)) AS s, AVG(value(counter)) AS a, COUNT(*) AS n FROM r GROUP BY counter % 7;
CREATE PIPELINE windows AS INSERT INTO of_windows
    SELECT counter % 7 AS k, SUM(value(counter)) AS s, AVG(value(counter)) AS a, COUNT(*) AS n FROM r
    GROUP BY counter % 7, TUMBLE(timestamp, INTERVAL '5000 days');
CREATE PIPELINE many AS INSERT INTO of_many SELECT counter % 15000 AS k, SUM(value(counter)) AS s FROM r GROUP BY counter % 15000;
WAIT FOR of_windows COUNT 7 TIMEOUT INTERVAL '100 seconds';
CREATE TABLE folded AS SELECT counter % 7 AS k, list_reduce(list(value(counter) ORDER BY counter), lambda a, b: a + b) AS s, COUNT(*) AS n
    FROM r GROUP BY counter % 7;
CREATE TABLE folded_many AS SELECT counter % 15000 AS k, list_reduce(list(value(counter) ORDER BY counter), lambda a, b: a + b) AS s
    FROM r GROUP BY counter % 15000;
SELECT COUNT(*) AS groups, COUNT(*) FILTER (WHERE g.s = f.s AND g.a = f.s / f.n AND g.n = f.n) AS same FROM folded AS f JOIN of_groups AS g USING (k);
SELECT COUNT(*) AS groups, COUNT(*) FILTER (WHERE g.s = f.s AND g.a = f.s / f.n AND g.n = f.n) AS same FROM folded AS f JOIN of_windows AS g USING (k);
SELECT COUNT(*) AS groups, COUNT(*) FILTER (WHERE m.s = f.s) AS same FROM folded_many AS f JOIN of_many AS m USING (k);
