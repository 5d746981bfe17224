-- A pipeline says for itself how long what it reads may wait.
CREATE CONNECTION g TO generator (rows_per_second = 1000, max_rows = 300);
CREATE TABLE kept (counter BIGINT);

-- However long it is, nobody who waits for rows waits for it.
SET max_latency = INTERVAL '0 seconds';
CREATE PIPELINE p WITH (max_latency = INTERVAL '1 minute') AS INSERT INTO kept SELECT counter::BIGINT FROM g WHERE counter % 2 = 0;
SHOW CREATE PIPELINE p;
WAIT FOR p COUNT 150 TIMEOUT INTERVAL '30 seconds';
SELECT COUNT(*) AS n FROM kept;
