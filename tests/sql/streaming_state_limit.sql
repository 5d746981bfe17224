-- A pipeline whose state has grown beyond its limit fails, says so, and the run does too.
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP) WITH (connector = 'feed');
CREATE TABLE by_key (k TEXT PRIMARY KEY, n BIGINT);
CREATE TABLE by_value (v DOUBLE PRIMARY KEY, n BIGINT);
CREATE PIPELINE few WITH (state_limit = 1000) AS INSERT INTO by_key SELECT k, COUNT(*) AS n FROM s GROUP BY k;
CREATE PIPELINE many WITH (state_limit = 2) AS INSERT INTO by_value SELECT v, COUNT(*) AS n FROM s GROUP BY v;
WAIT FOR s COUNT 40 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM by_key ORDER BY k;
SELECT name, state, last_error FROM system.pipelines ORDER BY name;
-- Not a limit.
CREATE PIPELINE none WITH (state_limit = 0) AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
CREATE PIPELINE other WITH (state_limits = 5) AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
