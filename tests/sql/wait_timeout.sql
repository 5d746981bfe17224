-- A wait that takes too long is an error, and later statements do not run.
CREATE CONNECTION numbers TO generator (max_rows = 3);
CREATE TABLE counted (counter BIGINT) WITH (connector = 'numbers');
WAIT FOR counted COUNT 4 TIMEOUT INTERVAL '200 milliseconds';
SELECT 'not reached' AS word;
