-- Columns whose names differ in case alone, from a feed that has such fields.
CREATE CONNECTION feed TO file (path = 'json_case.ndjson');
CREATE CONNECTION screen TO stdout;
CREATE TABLE trades (e TEXT, "E" TIMESTAMP, "T" TIMESTAMP, "t" BIGINT, WATERMARK FOR "T" AS "T" - INTERVAL '1 second')
WITH (connector = 'feed');
CREATE TABLE sent ("T" TIMESTAMP, "t" BIGINT) WITH (connector = 'screen');
CREATE TABLE latest ("t" BIGINT PRIMARY KEY, "T" TIMESTAMP);
CREATE VIEW times AS SELECT "T", t, e FROM trades;
CREATE PIPELINE both AS SELECT "T", t, "E" AS at FROM trades;
CREATE TABLE further (next BIGINT, "T" TIMESTAMP);
CREATE PIPELINE reading_both AS INSERT INTO further SELECT t + 1 AS next, "T" FROM both;
CREATE TABLE inner_query ("T" TIMESTAMP, "t" BIGINT, twice BIGINT);
CREATE PIPELINE reading_inner AS INSERT INTO inner_query
SELECT * EXCLUDE (e, "E") FROM (SELECT *, t * 2 AS twice FROM trades) AS each WHERE t = 5;
CREATE TABLE direct ("T" BIGINT, "t" BIGINT, e TEXT, "E" BIGINT);
CREATE PIPELINE reading_directly AS INSERT INTO direct SELECT "T", t, e, "E" FROM feed;
CREATE TABLE direct_inner (recent BOOLEAN, next BIGINT);
CREATE PIPELINE reading_inside AS INSERT INTO direct_inner
SELECT "T" > TIMESTAMP '2020-01-01' AS recent, t + 1 AS next FROM (SELECT * FROM feed);
CREATE TABLE counted ("t" BIGINT, n BIGINT, w TIMESTAMP);
CREATE PIPELINE counting AS INSERT INTO counted
SELECT t, COUNT(*) AS n, TUMBLE_START("T", INTERVAL '1 minute') AS w FROM trades GROUP BY t, w;
CREATE PIPELINE kept AS INSERT INTO latest SELECT t, "T" FROM trades WHERE t IS NOT NULL;
WAIT FOR trades COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR latest COUNT 2 TIMEOUT INTERVAL '1 minute';
WAIT FOR further COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR inner_query COUNT 1 TIMEOUT INTERVAL '1 minute';
WAIT FOR direct COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR direct_inner COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR counted COUNT 2 TIMEOUT INTERVAL '1 minute';
SELECT * FROM further;
SELECT * FROM inner_query;
SELECT * FROM direct;
SELECT * FROM direct_inner;
SELECT * FROM counted ORDER BY t;
SELECT * FROM trades;
SELECT T, t FROM trades WHERE t = 5;
SELECT trades."t", COUNT(*) AS n FROM trades GROUP BY t ORDER BY t NULLS LAST;
SELECT t FROM times WHERE e = 'quote' AND "T" IS NULL;
SELECT "T" AS a, t AS b FROM (SELECT "T", t FROM trades) AS each ORDER BY "T", t LIMIT 1;
SELECT * FROM latest ORDER BY t;
CREATE TABLE copied AS SELECT * FROM trades;
INSERT INTO copied ("t", "T") VALUES (7, NULL);
SELECT MAX(t) AS t, MAX("T") AS "T" FROM copied;
SHOW CREATE TABLE trades;
DESCRIBE trades;
DESCRIBE SELECT * FROM trades;
DESCRIBE times;
INSERT INTO sent SELECT "T", t FROM trades WHERE t = 5;
