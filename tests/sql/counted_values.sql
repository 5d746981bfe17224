-- Counts of a column whose rows look like what is made of them: a name and a BIGINT.
CREATE CONNECTION feed TO file (path = 'counted_values.ndjson');
CREATE TABLE s (k TEXT, v BIGINT) WITH (connector = 'feed');
CREATE TABLE totals (k TEXT PRIMARY KEY, n BIGINT);
CREATE PIPELINE counts AS INSERT INTO totals SELECT k, COUNT(v) FROM s GROUP BY k;
WAIT FOR s COUNT 3 TIMEOUT INTERVAL '60 seconds';
WAIT FOR totals COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM totals ORDER BY k;
DROP CONNECTION feed CASCADE;
