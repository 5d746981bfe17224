-- Names that differ in case alone, through pipelines.
CREATE CONNECTION feed TO file (path = 'json_case.ndjson');
CREATE TABLE trades (e TEXT, "E" TIMESTAMP, "T" TIMESTAMP, "t" BIGINT, WATERMARK FOR "T" AS "T" - INTERVAL '1 second')
WITH (connector = 'feed');
CREATE TABLE names AS SELECT * FROM (VALUES ('wrong', 5, 'five'), ('wrong', 6, 'six')) AS x("T", "t", "N");
CREATE TABLE whole (e TEXT, "E" TIMESTAMP, "T" TIMESTAMP, "t" BIGINT);
CREATE TABLE again (e TEXT, "T" TIMESTAMP, "t" BIGINT);
CREATE TABLE joined (t BIGINT, "T" TIMESTAMP, name TEXT);
CREATE TABLE listed (b BIGINT, "T" TIMESTAMP);
CREATE TABLE chosen ("T" TIMESTAMP, "t" BIGINT);
CREATE TABLE matched (t BIGINT, "T" TIMESTAMP);
CREATE TABLE counted (t BIGINT, n BIGINT);
CREATE PIPELINE wholes AS SELECT * FROM trades;
CREATE PIPELINE keeping AS INSERT INTO whole SELECT * FROM wholes;
CREATE PIPELINE keeping_again AS INSERT INTO again SELECT * EXCLUDE ("E") FROM wholes;
CREATE PIPELINE joining AS INSERT INTO joined
SELECT t, trades."T", "N" AS name FROM trades JOIN names USING (t);
CREATE PIPELINE listing AS INSERT INTO listed SELECT "B", "T" FROM trades AS x(b, "E", "T", "B");
CREATE PIPELINE choosing AS INSERT INTO chosen SELECT COLUMNS('^[tT]$') FROM trades;
CREATE PIPELINE matching AS INSERT INTO matched
SELECT t, "T" FROM (SELECT "T", t FROM trades UNION ALL BY NAME SELECT t, "T" FROM trades);
CREATE PIPELINE counting AS INSERT INTO counted
SELECT t, COUNT(*) AS n FROM trades JOIN names USING (t) GROUP BY t, TUMBLE(trades."T", INTERVAL '1 minute');
WAIT FOR trades COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR keeping COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR keeping_again COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR joining COUNT 1 TIMEOUT INTERVAL '1 minute';
WAIT FOR listing COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR choosing COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR matching COUNT 6 TIMEOUT INTERVAL '1 minute';
WAIT FOR counting TIMEOUT INTERVAL '1 minute';
SELECT * FROM whole;
SELECT * FROM again;
SELECT * FROM joined;
SELECT * FROM listed;
SELECT * FROM chosen;
SELECT * FROM matched ORDER BY ALL;
SELECT * FROM counted;
DESCRIBE wholes;
