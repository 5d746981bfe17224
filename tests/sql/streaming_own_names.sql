-- Columns may be called as operators call what they add to rows.
CREATE CONNECTION feed TO file (path = 'own_names.ndjson');
CREATE TABLE r ("__key" TEXT, "__window" INT, "__arrival" INT, "__origin" INT, "__place" INT, "__part" INT, "__session" INT, "__first" INT, "__matched" INT,
                "__position" INT, "__weight" INT, "__done" INT,                ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
WAIT FOR r COUNT 3 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE frames AS
SELECT "__key", "__window", "__arrival", "__place", "__done", SUM("__origin") OVER (PARTITION BY "__key" ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS s FROM r;
WAIT FOR frames COUNT 3 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE tumbling AS
SELECT "__key", "__window", SUM("__arrival") AS arrival, MAX("__place") AS place FROM r GROUP BY "__key", "__window", TUMBLE(ts, INTERVAL '10 seconds');
WAIT FOR tumbling COUNT 3 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE sessions AS
SELECT "__key", "__part", "__session", "__first", COUNT(*) AS n FROM r GROUP BY "__key", "__part", "__session", "__first", SESSION(ts, INTERVAL '5 seconds');
WAIT FOR sessions COUNT 3 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE joined AS
SELECT a."__key", a."__matched", b."__arrival", b."__origin" FROM r AS a JOIN r AS b ON a."__key" = b."__key" AND a.ts = b.ts;
WAIT FOR joined COUNT 3 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE latest AS
SELECT a."__key", a."__arrival", b."__origin" FROM r AS a ASOF JOIN r AS b ON a."__key" = b."__key" AND a.ts >= b.ts;
WAIT FOR latest COUNT 3 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE everything AS
SELECT *, LAG("__position") OVER (PARTITION BY "__key" ORDER BY ts) AS before FROM r WHERE CAST('1' || "__position" AS TINYINT) > 0;
WAIT FOR everything COUNT 2 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE distinct_rows AS SELECT DISTINCT "__weight", "__position", "__origin" FROM r;
WAIT FOR distinct_rows COUNT 3 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE best AS
SELECT "__weight", "__position" FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY "__key" ORDER BY "__weight" DESC) AS "__rank" FROM r) WHERE "__rank" = 1;
WAIT FOR best READ COUNT 3 TIMEOUT INTERVAL '60 seconds';
CREATE PIPELINE groups AS
SELECT "__key", SUM("__window") AS window, LIST("__arrival" ORDER BY "__place") AS arrivals FROM r GROUP BY "__key";
WAIT FOR groups READ COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT "__key", "__place", "__first", "__session", COUNT(*) AS n FROM r GROUP BY "__key", "__place", "__first", "__session", SESSION(ts, INTERVAL '5 seconds') ORDER BY ALL;
