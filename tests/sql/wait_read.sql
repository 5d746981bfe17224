-- COUNT of a pipeline counts the rows that come out, READ COUNT those that it has read.
CREATE CONNECTION numbers TO generator (max_rows = 50);
CREATE TABLE n (counter BIGINT) WITH (connector = 'numbers');
CREATE TABLE totals (k BIGINT PRIMARY KEY, rows BIGINT);
CREATE PIPELINE sums AS INSERT INTO totals SELECT counter % 2, COUNT(*) FROM n GROUP BY 1;
CREATE PIPELINE few AS SELECT counter FROM n WHERE counter % 25 = 0;
WAIT FOR sums READ COUNT 50 TIMEOUT INTERVAL '60 seconds';
WAIT FOR n READ COUNT 50 TIMEOUT INTERVAL '60 seconds';
SELECT SUM(rows) AS rows FROM totals;
WAIT FOR few COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT 1 AS read;
WAIT FOR few READ COUNT 51 TIMEOUT INTERVAL '60 seconds';
