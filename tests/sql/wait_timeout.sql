-- A wait that takes too long is an error, and later statements do not run.
CREATE CONNECTION numbers TO generator (rows_per_second = 0.01);
CREATE TABLE counted (counter BIGINT) WITH (connector = 'numbers');
WAIT FOR counted;
WAIT FOR counted COUNT 1000 TIMEOUT INTERVAL '100 milliseconds';
SELECT 'not reached' AS word;
