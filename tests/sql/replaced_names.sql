-- What is replaced, beside objects whose names look like those that it has meanwhile within the engine.
CREATE CONNECTION feed TO generator (rows_per_second = 200);
CREATE TABLE t (counter BIGINT) WITH (connector = 'feed', retention_rows = 50);
CREATE TABLE "t (replacing)" (counter BIGINT) WITH (connector = 'feed', retention_rows = 70);
WAIT FOR t COUNT 100 TIMEOUT INTERVAL '60 seconds';
CREATE OR REPLACE TABLE t (counter BIGINT, timestamp TIMESTAMP) WITH (connector = 'feed', retention_rows = 60);
WAIT FOR t COUNT 100 TIMEOUT INTERVAL '60 seconds';
CREATE TABLE "t (replacing 1)" (timestamp TIMESTAMP) WITH (connector = 'feed', retention_rows = 40);
WAIT FOR "t (replacing 1)" COUNT 100 TIMEOUT INTERVAL '60 seconds';
WAIT FOR "t (replacing)" COUNT 300 TIMEOUT INTERVAL '60 seconds';
SELECT COUNT(*) > 0 AS kept, MAX(counter) > 100 AS goes_on, COUNT(*) <= 70 AS bounded FROM "t (replacing)";
SELECT COUNT(*) > 0 AS kept, COUNT(*) <= 60 AS bounded, COUNT(timestamp) > 0 AS has_times FROM t;
SELECT COUNT(*) > 0 AS kept, COUNT(*) <= 40 AS bounded, COUNT(timestamp) = COUNT(*) AS has_times FROM "t (replacing 1)";
DROP CONNECTION feed CASCADE;

CREATE TABLE s (a BIGINT);
CREATE TABLE "s (replacing)" (b TEXT);
INSERT INTO "s (replacing)" VALUES ('stays');
CREATE OR REPLACE TABLE s AS VALUES (1), (2);
CREATE OR REPLACE TABLE s AS SELECT b, 'u' AS c FROM "s (replacing)";
SELECT * FROM s;
SELECT * FROM "s (replacing)";
