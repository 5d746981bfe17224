-- What is the same is the same however it is written: names in any case, parentheses, == for =, casts either way.
-- A window of HOP in two spellings is one window.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE hopping AS
SELECT HOP(ts, INTERVAL '20 seconds', INTERVAL '30 seconds') AS w, COUNT(*) AS n
FROM s GROUP BY hop(TS, interval '20 seconds', (INTERVAL '30 seconds'));
WAIT FOR hopping COUNT 4 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

-- So are the keys of a result that changes, which then has them as its key.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE totals (even BOOLEAN PRIMARY KEY, n BIGINT);
CREATE PIPELINE counted AS INSERT INTO totals
SELECT CAST(v AS BIGINT) % 2 == 0 AS even, COUNT(*) AS n FROM s GROUP BY ((V::BIGINT % 2) = 0);
WAIT FOR counted COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT even, n > 0 AS some FROM totals ORDER BY even;
DROP CONNECTION feed CASCADE;
DROP TABLE totals;

-- And a limit on the first rows of a partition.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE PIPELINE firsts AS
SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS place
FROM s QUALIFY row_number() over (partition by K order by (TS)) <= 1;
WAIT FOR firsts COUNT 2 TIMEOUT INTERVAL '60 seconds';
