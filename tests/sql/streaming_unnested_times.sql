-- Elements of a list have a time: a message is as old as its youngest element, and each element is late by itself.
CREATE CONNECTION feed TO file (path = 'unnested_times.ndjson');
CREATE TABLE s (items STRUCT(t TIMESTAMP, v INTEGER)[], times TIMESTAMP[]) WITH (connector = 'feed', watermark_delay = INTERVAL '5 seconds');
CREATE PIPELINE lateral_join AS
SELECT TUMBLE_START(u.d.t, INTERVAL '10 seconds') AS b, COUNT(*) AS n, SUM(u.d.v) AS v FROM s, UNNEST(s.items) AS u(d) GROUP BY b;
WAIT FOR lateral_join COUNT 3 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

CREATE CONNECTION feed TO file (path = 'unnested_times.ndjson');
CREATE TABLE s (items STRUCT(t TIMESTAMP, v INTEGER)[], times TIMESTAMP[]) WITH (connector = 'feed', watermark_delay = INTERVAL '5 seconds');
CREATE PIPELINE item AS
SELECT TUMBLE_START(d.t, INTERVAL '10 seconds') AS b, COUNT(*) AS n, SUM(d.v) AS v FROM (SELECT UNNEST(items) AS d FROM s) GROUP BY b;
WAIT FOR item COUNT 3 TIMEOUT INTERVAL '60 seconds';
EXPLAIN CREATE PIPELINE shown AS
SELECT TUMBLE_START(d.t, INTERVAL '10 seconds') AS b, COUNT(*) AS n FROM (SELECT UNNEST(items) AS d FROM s) GROUP BY b;
DROP CONNECTION feed CASCADE;

-- Times themselves, through a view.
CREATE CONNECTION feed TO file (path = 'unnested_times.ndjson');
CREATE TABLE s (items STRUCT(t TIMESTAMP, v INTEGER)[], times TIMESTAMP[]) WITH (connector = 'feed', watermark_delay = INTERVAL '5 seconds');
CREATE VIEW moments AS SELECT UNNEST(times) AS at FROM s;
CREATE PIPELINE over_view AS SELECT TUMBLE_START(at, INTERVAL '10 seconds') AS b, COUNT(*) AS n FROM moments GROUP BY b;
WAIT FOR over_view COUNT 3 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;
