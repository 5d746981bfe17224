-- Items refer to others by their aliases, in keys and orders of window functions, in HAVING and beside other operators.
CREATE CONNECTION feed TO file (path = 'bad_values.ndjson');
CREATE TABLE s (k TEXT, v TEXT, n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE parted (odd INTEGER, sum HUGEINT);
CREATE PIPELINE parted_p AS INSERT INTO parted SELECT n % 2 AS odd, SUM(n) OVER (PARTITION BY odd ORDER BY ts ROWS 1 PRECEDING) AS sum FROM s;
CREATE TABLE halves (k TEXT, less BIGINT, rank BIGINT, twice BIGINT);
CREATE PIPELINE halves_p AS INSERT INTO halves SELECT k, COUNT(*) - 1 AS less, RANK() OVER (PARTITION BY TUMBLE(ts, INTERVAL '1 minute') ORDER BY less * 2) AS rank, less * 2 AS twice
    FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1 minute');
CREATE TABLE having_rows (k TEXT, less BIGINT, highest INTEGER);
CREATE PIPELINE having_p AS INSERT INTO having_rows SELECT k, COUNT(*) - 1 AS less, MAX(n)::TINYINT AS highest FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1 minute') HAVING less * 2 > 2;
WAIT FOR parted COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM parted ORDER BY odd, sum;
WAIT FOR halves COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM halves ORDER BY k;
WAIT FOR having_rows COUNT 1 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM having_rows;
