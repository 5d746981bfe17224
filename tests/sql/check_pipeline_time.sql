-- args: check {file}
-- A column of a pipeline that does not come from a time has none: as it would in one query.
CREATE CONNECTION feed TO file (path = 'behind.ndjson');
CREATE TABLE r (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '10 seconds') WITH (connector = 'feed');
CREATE PIPELINE made AS SELECT v, ts, make_timestamp(v * 1000000) AS made FROM r;
CREATE PIPELINE windows AS
SELECT HOP(ts, INTERVAL '5 seconds', INTERVAL '10 seconds') AS w, SUM(v) AS v FROM made GROUP BY w;
CREATE PIPELINE hopping AS
SELECT HOP(made, INTERVAL '5 seconds', INTERVAL '10 seconds') AS w, SUM(v) AS v FROM made GROUP BY w;
-- Nor has an updating result one.
CREATE PIPELINE latest AS SELECT v, MAX(ts) AS ts FROM r GROUP BY v;
CREATE PIPELINE sessions AS SELECT SESSION(ts, INTERVAL '10 seconds') AS w, SUM(v) AS v FROM latest GROUP BY w;
