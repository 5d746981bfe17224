-- How long rows of a stream wait for one another is a setting of the database.
SHOW SETTINGS LIKE 'max_latency';
SET max_latency = INTERVAL '20 ms';
SHOW SETTINGS LIKE 'max_latency';
SET max_latency = INTERVAL '0 seconds';
SHOW SETTINGS LIKE 'max_latency';
SET max_latency = NULL;
SHOW SETTINGS LIKE 'max_latency';

-- However long it is, nobody who waits for rows waits for it.
SET max_latency = INTERVAL '1 minute';
CREATE CONNECTION g TO generator (rows_per_second = 1000, max_rows = 300);
CREATE TABLE r (counter BIGINT) WITH (connector = 'g');
CREATE TABLE kept (counter BIGINT);
CREATE PIPELINE p AS INSERT INTO kept SELECT counter FROM r WHERE counter % 2 = 0;
WAIT FOR p COUNT 100 TIMEOUT INTERVAL '30 seconds';
SELECT COUNT(*) >= 100 AS waited_for FROM kept;
WAIT FOR p COUNT 150 TIMEOUT INTERVAL '30 seconds';
SELECT COUNT(*) AS n FROM kept;
