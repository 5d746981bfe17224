-- A pipeline that reads a table twice sees each retained row once on each side.
CREATE CONNECTION feed TO file (path = 'json_case.ndjson');
CREATE TABLE trades (e TEXT) WITH (connector = 'feed');
WAIT FOR trades COUNT 3 TIMEOUT INTERVAL '1 minute';
CREATE TABLE twice (e TEXT);
CREATE TABLE pairs (e TEXT, other TEXT);
CREATE PIPELINE doubling AS INSERT INTO twice SELECT e FROM trades UNION ALL SELECT e FROM trades;
CREATE PIPELINE pairing AS INSERT INTO pairs SELECT a.e, b.e AS other FROM trades AS a JOIN trades AS b ON a.e = b.e;
WAIT FOR doubling COUNT 6 TIMEOUT INTERVAL '1 minute';
WAIT FOR pairing COUNT 5 TIMEOUT INTERVAL '1 minute';
SELECT e, COUNT(*) AS n FROM twice GROUP BY e ORDER BY e;
SELECT e, COUNT(*) AS n FROM pairs GROUP BY e ORDER BY e;
