-- args: check {file}
-- How long a pipeline lets rows wait is an interval, of a minute at most.
CREATE CONNECTION g TO generator (rows_per_second = 1000, max_rows = 300);
CREATE TABLE kept (counter BIGINT);
CREATE PIPELINE wrong WITH (max_latency = INTERVAL '-1 ms') AS INSERT INTO kept SELECT counter::BIGINT FROM g;
CREATE PIPELINE wrong WITH (max_latency = INTERVAL '1 hour') AS INSERT INTO kept SELECT counter::BIGINT FROM g;
CREATE PIPELINE wrong WITH (max_latency = 'soon') AS INSERT INTO kept SELECT counter::BIGINT FROM g;
SET max_latency = INTERVAL '2 minutes';
