-- What is no column is a time, too: a field, a cast, what is computed; through subqueries, views and pipelines.
CREATE CONNECTION feed TO file (path = 'computed_times.ndjson');
CREATE TABLE s (d STRUCT(t TIMESTAMP, v INTEGER), ms BIGINT, s TEXT) WITH (connector = 'feed', watermark_delay = INTERVAL '5 seconds');
CREATE PIPELINE nested AS SELECT TUMBLE_START(d.t, INTERVAL '10 seconds') AS b, SUM(d.v) AS v FROM s GROUP BY b;
WAIT FOR nested COUNT 4 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

CREATE CONNECTION feed TO file (path = 'computed_times.ndjson');
CREATE TABLE s (d STRUCT(t TIMESTAMP, v INTEGER), ms BIGINT, s TEXT) WITH (connector = 'feed', watermark_delay = INTERVAL '5 seconds');
CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE PIPELINE casts AS SELECT TUMBLE(CAST(s AS TIMESTAMP), INTERVAL '10 seconds') AS w, SUM(d.v) AS v FROM s GROUP BY w;
WAIT FOR casts COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM errors;
DROP CONNECTION feed CASCADE;

CREATE CONNECTION feed TO file (path = 'computed_times.ndjson');
CREATE TABLE s (d STRUCT(t TIMESTAMP, v INTEGER), ms BIGINT, s TEXT) WITH (connector = 'feed', watermark_delay = INTERVAL '5 seconds');
CREATE VIEW dated AS SELECT make_timestamp(ms * 1000) AS at, d.v AS v FROM s WHERE d.v < 40;
CREATE PIPELINE over_view AS SELECT TUMBLE_START(at, INTERVAL '10 seconds') AS b, SUM(v) AS v FROM dated GROUP BY b;
WAIT FOR over_view COUNT 3 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;

CREATE CONNECTION feed TO file (path = 'computed_times.ndjson');
CREATE TABLE s (d STRUCT(t TIMESTAMP, v INTEGER), ms BIGINT, s TEXT) WITH (connector = 'feed', watermark_delay = INTERVAL '5 seconds');
CREATE PIPELINE dated AS SELECT make_timestamp(ms * 1000) AS at, d.v AS v FROM s WHERE ms IS NOT NULL;
CREATE PIPELINE over_pipeline AS SELECT TUMBLE_START(at, INTERVAL '10 seconds') AS b, SUM(v) AS v FROM dated GROUP BY b;
WAIT FOR over_pipeline COUNT 3 TIMEOUT INTERVAL '60 seconds';
EXPLAIN CREATE PIPELINE shown AS SELECT TUMBLE_START(at, INTERVAL '10 seconds') AS b, SUM(v) AS v FROM dated GROUP BY b;
DROP CONNECTION feed CASCADE;

-- In the order of a field; two streams within a bound of fields.
CREATE CONNECTION feed TO file (path = 'computed_times.ndjson');
CREATE TABLE s (d STRUCT(t TIMESTAMP, v INTEGER), ms BIGINT, s TEXT) WITH (connector = 'feed', watermark_delay = INTERVAL '5 seconds');
CREATE PIPELINE changes AS SELECT d.v AS v, d.v - LAG(d.v) OVER (ORDER BY d.t) AS change FROM s;
WAIT FOR changes COUNT 6 TIMEOUT INTERVAL '60 seconds';
DROP CONNECTION feed CASCADE;
